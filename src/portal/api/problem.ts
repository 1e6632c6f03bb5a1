// What the API answers when it refuses (RFC 9457), as an error that pages can show and forms can sort by field.

export interface FieldError {
  /** JSON pointer into the body that was sent, such as `/name` (RFC 6901). */
  readonly pointer?: string
  readonly parameter?: string
  readonly detail: string
}

/** Of an answer that is no problem document: something other than the control plane answers at this address. */
const FOREIGN = 'foreign_answer'

export class Problem extends Error {
  override readonly name = 'Problem'
  /** 0 where no answer came. */
  readonly status: number
  readonly code: string
  readonly title: string
  readonly requestId: string | null
  readonly errors: readonly FieldError[]
  /** What the problem carries besides, by its code. */
  readonly evidence: Readonly<Record<string, unknown>>

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const text = (name: string) => (typeof body[name] === 'string' ? body[name] : null)
    super(text('detail') ?? text('title') ?? 'The request failed.')
    this.status = status
    this.code = text('code') ?? FOREIGN
    this.title = text('title') ?? 'The request failed'
    this.requestId = text('request_id')
    this.errors = Array.isArray(body.errors) ? body.errors.filter(isFieldError) : []
    this.evidence = body
  }

  /** What is wrong with one field of the body, or null. @param pointer such as `/name`; what lies below it counts too */
  of(pointer: string): string | null {
    const found = this.errors.filter(
      (error) => error.pointer === pointer || error.pointer?.startsWith(`${pointer}/`) === true,
    )
    return found.length === 0 ? null : found.map(({ detail }) => detail).join(' ')
  }
}

/** No answer came: the browser is offline, or the gateway cannot be reached. */
export function unreachable(): Problem {
  return new Problem(0, {
    code: 'unreachable',
    title: 'The server does not answer',
    detail: 'The gateway cannot be reached. Check your connection and try again.',
  })
}

type Refused = Pick<Response, 'status' | 'headers'> & { json(): Promise<unknown> }

export async function problemOf(response: Refused): Promise<Problem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true
  const body: unknown = isProblem ? await response.json() : null
  if (isRecord(body)) return new Problem(response.status, body)
  return new Problem(response.status, {
    title: 'This is not the control plane',
    detail: `Something else answered here, with status ${response.status}. If CONTROL_HOST is set, open the portal on that host.`,
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && typeof value.detail === 'string'
}
