// A refusal as a value: what pure code returns instead of a response. What its code means to the world is told by
// gateway-problems.ts, and put into an answer by problem-response.ts.
import type { GatewayProblemCode } from './gateway-problems.ts'

/** What the control plane alone says: rows in src/control-problems.ts, which the gateway never loads. */
export type ControlProblemCode =
  | 'unauthorized'
  | 'permission_missing'
  | 'cross_site_request'
  | 'link_unusable'
  | 'self_service_refused'
  | 'held_by_operator'
  | 'not_found'
  | 'conflict'
  | 'change_pending'
  | 'precondition_failed'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'idempotency_answer_lost'
  | 'body_too_large'
  | 'media_type_unsupported'
  | 'value_refused'

export type ProblemCode = GatewayProblemCode | ControlProblemCode

/** What a problem may say beyond its row: a sentence, and evidence as JSON members. */
export interface ProblemDetails {
  readonly detail?: string
  /** Extension members of the body (RFC 9457, section 3.2), snake_case. */
  readonly evidence?: Readonly<Record<string, unknown>>
  /** Seconds, for `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** For `Allow`. */
  readonly allow?: readonly string[]
  /** For the `scope` attribute of the challenge. */
  readonly scopes?: readonly string[]
}

/** A refusal as a value: what pure code returns instead of a response. */
export interface Refusal extends ProblemDetails {
  readonly code: ProblemCode
}

export function refuse(code: ProblemCode, details: ProblemDetails = {}): Refusal {
  return { code, ...details }
}

/** Both surfaces meet a database without tables, and say the same of it. */
export function notMigrated(): Refusal {
  return refuse('not_configured', {
    detail: 'The database lacks its tables. Run: npx wrangler d1 migrations apply DB --remote',
    retryAfterSeconds: 30,
  })
}
