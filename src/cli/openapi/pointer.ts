// JSON pointers (RFC 6901), and what refers to something within one document by them. Nothing is ever fetched.
import { err, ok, type Result } from '../../result.ts'
import { isList, member, type Json, type JsonObject } from '../json.ts'
import { quote, wrong, type Objection } from './objection.ts'

/** Something of a document, and where it stands. */
export interface Placed<T> {
  readonly value: T
  readonly pointer: string
}

/** A reference to a reference to a reference: more than anybody writes, and an end for those that go round. */
const MAX_STEPS = 8

/** Section 3 of RFC 6901: `/paths` and `/a/b` are `/paths/~1a~1b`. */
export function below(pointer: string, ...steps: readonly string[]): string {
  return [pointer, ...steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/')
}

/** What `$ref` leads to; of what is no reference, itself. @returns an objection for what leads out of the document, or nowhere */
export function follow(
  document: JsonObject,
  { value, pointer }: Placed<Json | undefined>,
): Result<Placed<Json | undefined>, Objection> {
  let place = { value, pointer }
  for (let step = 0; step <= MAX_STEPS; step++) {
    const ref = member(place.value, '$ref')
    if (ref === undefined) return ok(place)
    const at = below(place.pointer, '$ref')
    const target = typeof ref === 'string' ? pointerOf(ref) : null
    if (target === null)
      return err(wrong(at, `${quote(ref)} is not in this document, and nothing is fetched: bundle it first.`))
    const found = lookUp(document, target)
    if (found === undefined) return err(wrong(at, `There is nothing at ${quote(ref)}.`))
    place = { value: found, pointer: target }
  }
  return err(wrong(pointer, 'Is a reference that leads from one to the next without end.'))
}

/** Of a URI fragment (RFC 6901, section 6); null for anything that is not within this document. */
function pointerOf(ref: string): string | null {
  if (!ref.startsWith('#/')) return null
  try {
    return decodeURIComponent(ref.slice(1))
  } catch {
    return null
  }
}

function lookUp(document: JsonObject, pointer: string): Json | undefined {
  let value: Json | undefined = document
  for (const step of pointer.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    value = isList(value) ? value[Number(name)] : member(value, name)
  }
  return value
}
