// The one renderer of refusals (RFC 9457). It never shows a key, the origin's address or an internal message: a caller passes
// only what the table foresees. Loaded by the first refusal of an isolate.
import { GATEWAY_PROBLEMS, type ProblemRow } from './gateway-problems.ts'
import type { ProblemCode, Refusal } from './problem.ts'

export type ProblemRows = Readonly<Partial<Record<ProblemCode, ProblemRow>>>

export interface ProblemContext {
  readonly requestId: string
  /** Origin that serves the documentation page, such as `https://api.example.com`. */
  readonly docsOrigin: string
  /** `realm` of the challenge: the host that was called. */
  readonly realm: string
}

/** Renders a refusal as `application/problem+json` with the headers that its row asks for. */
export function problemResponse(
  refusal: Refusal,
  context: ProblemContext,
  rows: ProblemRows = GATEWAY_PROBLEMS,
): Response {
  const row: ProblemRow = rows[refusal.code] ?? GATEWAY_PROBLEMS.internal_error
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': context.requestId,
  })
  if (row.challenge !== undefined)
    headers.set('www-authenticate', challenge(row.challenge, refusal, context.realm))
  if (refusal.retryAfterSeconds !== undefined) headers.set('retry-after', String(refusal.retryAfterSeconds))
  if (refusal.allow !== undefined) headers.set('allow', refusal.allow.join(', '))
  const body = {
    type: problemType(refusal.code, context.docsOrigin),
    title: row.title,
    status: row.status,
    detail: refusal.detail ?? row.when,
    code: refusal.code,
    request_id: context.requestId,
    ...refusal.evidence,
  }
  return new Response(JSON.stringify(body), { status: row.status, headers })
}

/** The URL that identifies a problem and documents it. */
export function problemType(code: ProblemCode, docsOrigin: string): string {
  return `${docsOrigin}/_latchkey/errors#${code}`
}

// RFC 6750, section 3: no error attribute when the request carried no credential at all.
function challenge(
  error: '' | 'invalid_token' | 'insufficient_scope',
  refusal: Refusal,
  realm: string,
): string {
  const parts = [`realm="${realm.replace(/[^\x20-\x7e]|["\\]/g, '')}"`]
  if (error !== '') parts.push(`error="${error}"`)
  if (refusal.scopes !== undefined && refusal.scopes.length > 0)
    parts.push(`scope="${refusal.scopes.join(' ')}"`)
  return `Bearer ${parts.join(', ')}`
}
