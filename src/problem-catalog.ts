// The error vocabulary with what to do about each problem: the part that only its documentation needs.
import { PROBLEMS } from './control-problems.ts'
import type { ProblemRow } from './gateway-problems.ts'
import type { ProblemCode } from './problem.ts'

interface Remedy {
  readonly remedy: string
  /** Which surface answers with it. */
  readonly surface: 'gateway' | 'control' | 'both'
}

const REMEDIES: Readonly<Record<ProblemCode, Remedy>> = {
  key_missing: { remedy: 'Send `Authorization: Bearer <key>` or `X-API-Key: <key>`.', surface: 'gateway' },
  key_malformed: { remedy: 'Copy the key again, whole. Nothing was looked up.', surface: 'gateway' },
  key_unknown: { remedy: 'Check that the key belongs to this gateway.', surface: 'gateway' },
  key_revoked: { remedy: 'Ask for a new key.', surface: 'gateway' },
  key_expired: { remedy: 'Ask for a new key, or use the one that replaced it.', surface: 'gateway' },
  key_disabled: { remedy: 'Ask the owner of the project to enable it.', surface: 'gateway' },
  key_ambiguous: { remedy: 'Send one key, once (RFC 6750, section 2).', surface: 'gateway' },
  tls_required: {
    remedy: 'Use https, and replace the key: whoever was on the path has read it.',
    surface: 'both',
  },
  environment_mismatch: {
    remedy: 'Use a key of the environment named in `required_environment`.',
    surface: 'gateway',
  },
  scope_missing: { remedy: 'Ask for a key with these scopes.', surface: 'gateway' },
  address_not_allowed: {
    remedy: "Call from an allowed address, or have the key's network policy changed.",
    surface: 'gateway',
  },
  origin_not_allowed: { remedy: 'Use the key from an allowed web origin.', surface: 'gateway' },
  country_not_allowed: { remedy: "Have the key's network policy changed.", surface: 'gateway' },
  organization_suspended: { remedy: 'Contact the owner of this API.', surface: 'gateway' },
  rate_limited: { remedy: 'Wait for `Retry-After` seconds.', surface: 'gateway' },
  quota_exceeded: { remedy: 'Wait for the reset, or ask for a larger plan.', surface: 'gateway' },
  route_not_found: { remedy: 'Check host and path.', surface: 'both' },
  method_not_allowed: { remedy: 'Use one of the methods in `Allow`.', surface: 'both' },
  request_invalid: { remedy: '`detail` says which part.', surface: 'both' },
  loop_detected: {
    remedy: "Point the upstream at the origin, not at the gateway's own address.",
    surface: 'gateway',
  },
  origin_timeout: { remedy: 'Try again later.', surface: 'gateway' },
  origin_unreachable: { remedy: 'Try again later.', surface: 'gateway' },
  verification_unavailable: {
    remedy: 'Keep the key and try again after `Retry-After` seconds.',
    surface: 'gateway',
  },
  not_configured: { remedy: 'Operators: run what `detail` says.', surface: 'both' },
  unauthorized: {
    remedy: 'Send `Authorization: Bearer <ADMIN_TOKEN>`, or log in at `/_latchkey/login`.',
    surface: 'control',
  },
  held_by_operator: { remedy: 'Ask the owner of this API.', surface: 'control' },
  not_found: { remedy: 'Check the id.', surface: 'control' },
  conflict: { remedy: '`detail` says what is in the way.', surface: 'control' },
  change_pending: {
    remedy:
      '`result` is what is stored, `effective_by` when it is in force. Repeating the call publishes it at once; a creation is not repeated.',
    surface: 'control',
  },
  cross_site_request: {
    remedy: 'Programs: send `Authorization: Bearer <key>` instead of a cookie.',
    surface: 'control',
  },
  self_service_refused: {
    remedy: 'Ask the owner of the project, or use the key itself in place of a child token.',
    surface: 'control',
  },
  link_unusable: { remedy: 'Ask for another link where you got this one.', surface: 'control' },
  permission_missing: {
    remedy: 'Ask somebody whose role holds the permission that is named.',
    surface: 'control',
  },
  precondition_failed: { remedy: 'Read the resource again, and decide again.', surface: 'control' },
  idempotency_key_reused: { remedy: 'Use a new key for a new request.', surface: 'control' },
  idempotency_in_progress: {
    remedy: 'Repeat it after `Retry-After` seconds: the answer is then the same.',
    surface: 'control',
  },
  idempotency_answer_lost: {
    remedy:
      'Read `target_id`; `event_id` is the change in the audit trail. Of a key that was made so, nobody has the secret: rotate or revoke it.',
    surface: 'control',
  },
  body_too_large: { remedy: 'Send less at a time.', surface: 'control' },
  media_type_unsupported: { remedy: 'Send `Content-Type: application/json`.', surface: 'control' },
  value_refused: { remedy: '`detail` names the rule.', surface: 'control' },
  internal_error: { remedy: 'Report the request id.', surface: 'both' },
}

export interface DocumentedProblem extends ProblemRow, Remedy {
  readonly code: ProblemCode
}

/** Every problem, in the order of the table. */
export const PROBLEM_CATALOG: readonly DocumentedProblem[] = Object.entries(REMEDIES).map(
  ([name, remedy]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `entries` forgets that the keys are codes
    const code = name as ProblemCode
    return { code, ...PROBLEMS[code], ...remedy }
  },
)
