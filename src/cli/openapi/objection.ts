// What stands in the way of an OpenAPI document becoming routes, and where.
import type { Json } from '../json.ts'

export interface Objection {
  /** `wrong`: the document is. `unfit`: the document is right, and no route of the gateway can say this one thing. */
  readonly kind: 'wrong' | 'unfit'
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string
  readonly detail: string
}

export function wrong(pointer: string, detail: string): Objection {
  return { kind: 'wrong', pointer, detail }
}

export function unfit(pointer: string, detail: string): Objection {
  return { kind: 'unfit', pointer, detail }
}

/** What stands there instead, in a sentence: of a list or an object, which may hold itself, nothing is shown. */
export function quote(value: Json | undefined): string {
  return typeof value === 'object' && value !== null ? 'something else than text' : JSON.stringify(value)
}
