// The error vocabulary: one table, one renderer (RFC 9457). docs/errors.md and /_latchkey/errors are made from it.
// It never carries a key, the origin's address or an internal message: a caller passes only what the table foresees.

interface ProblemRow {
  readonly status: number
  readonly title: string
  /** For the documentation: when it happens. */
  readonly when: string
  /** For the documentation: what the reader should do. */
  readonly remedy: string
  /** `error` attribute of the Bearer challenge (RFC 6750, section 3); `''` is a challenge without one. */
  readonly challenge?: '' | 'invalid_token' | 'insufficient_scope'
  /** Which surface answers with it. */
  readonly surface: 'gateway' | 'control' | 'both'
}

export const PROBLEMS = {
  key_missing: {
    status: 401,
    title: 'API key required',
    when: 'No credential stands where the route looks for one.',
    remedy: 'Send `Authorization: Bearer <key>` or `X-API-Key: <key>`.',
    challenge: '',
    surface: 'gateway',
  },
  key_malformed: {
    status: 401,
    title: 'API key malformed',
    when: 'The credential has the wrong shape, or its check digits are wrong: it was mistyped, cut off or made up.',
    remedy: 'Copy the key again, whole. Nothing was looked up.',
    challenge: 'invalid_token',
    surface: 'gateway',
  },
  key_unknown: {
    status: 401,
    title: 'API key unknown',
    when: 'The key is well formed, and this gateway has never issued it.',
    remedy: 'Check that the key belongs to this gateway.',
    challenge: 'invalid_token',
    surface: 'gateway',
  },
  key_revoked: {
    status: 401,
    title: 'API key revoked',
    when: 'The key, or the project it belongs to, has been revoked or deleted.',
    remedy: 'Ask for a new key.',
    challenge: 'invalid_token',
    surface: 'gateway',
  },
  key_expired: {
    status: 401,
    title: 'API key expired',
    when: "The key's expiry, or its rotation grace, has passed. `expired_at` says when.",
    remedy: 'Ask for a new key, or use the one that replaced it.',
    challenge: 'invalid_token',
    surface: 'gateway',
  },
  key_disabled: {
    status: 401,
    title: 'API key disabled',
    when: 'The key, its project or its team is switched off for now.',
    remedy: 'Ask the owner of the project to enable it.',
    challenge: 'invalid_token',
    surface: 'gateway',
  },
  key_ambiguous: {
    status: 400,
    title: 'More than one API key',
    when: 'Two different keys stand in one request, or a credential header is repeated.',
    remedy: 'Send one key, once (RFC 6750, section 2).',
    surface: 'gateway',
  },
  tls_required: {
    status: 403,
    title: 'HTTPS required',
    when: 'A credential was sent over cleartext http. The answer is the same for good and bad keys.',
    remedy: 'Use https, and replace the key: whoever was on the path has read it.',
    surface: 'gateway',
  },
  environment_mismatch: {
    status: 403,
    title: 'Wrong environment',
    when: 'A test key was used on a live route, or the reverse.',
    remedy: 'Use a key of the environment named in `required_environment`.',
    surface: 'gateway',
  },
  scope_missing: {
    status: 403,
    title: 'Scope missing',
    when: 'The key lacks a scope that the route asks for. `required_scopes` names all of them.',
    remedy: 'Ask for a key with these scopes.',
    challenge: 'insufficient_scope',
    surface: 'gateway',
  },
  address_not_allowed: {
    status: 403,
    title: 'Address not allowed',
    when: "The client's address is outside the key's allowed addresses.",
    remedy: "Call from an allowed address, or have the key's network policy changed.",
    surface: 'gateway',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Web origin not allowed',
    when: "The page's `Origin` is not one of the key's web origins, or a publishable key came without one.",
    remedy: 'Use the key from an allowed web origin.',
    surface: 'gateway',
  },
  country_not_allowed: {
    status: 403,
    title: 'Country not allowed',
    when: "The client's country is outside the key's allowed countries.",
    remedy: "Have the key's network policy changed.",
    surface: 'gateway',
  },
  organization_suspended: {
    status: 403,
    title: 'Organization suspended',
    when: 'The organization that owns the key is suspended.',
    remedy: 'Contact the owner of this API.',
    surface: 'gateway',
  },
  rate_limited: {
    status: 429,
    title: 'Rate limit exceeded',
    when: 'A rate limit is used up. `limit` names it.',
    remedy: 'Wait for `Retry-After` seconds.',
    surface: 'gateway',
  },
  quota_exceeded: {
    status: 429,
    title: 'Quota exceeded',
    when: 'A quota is used up. `quota` names it.',
    remedy: 'Wait for the reset, or ask for a larger plan.',
    surface: 'gateway',
  },
  route_not_found: {
    status: 404,
    title: 'No such route',
    when: 'No route matches host and path. Nothing was looked up.',
    remedy: 'Check host and path.',
    surface: 'both',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    when: 'The path is known, and this method is not one of its methods. `Allow` names them.',
    remedy: 'Use one of the methods in `Allow`.',
    surface: 'both',
  },
  request_invalid: {
    status: 400,
    title: 'Request invalid',
    when: 'The request cannot be read in one way only: an ambiguous or badly encoded path, an oversized header, a field of the wrong type.',
    remedy: '`detail` says which part.',
    surface: 'both',
  },
  loop_detected: {
    status: 508,
    title: 'Loop detected',
    when: 'The request has passed this gateway before (`Via`): an upstream points back at it.',
    remedy: "Point the upstream at the origin, not at the gateway's own address.",
    surface: 'gateway',
  },
  origin_timeout: {
    status: 504,
    title: 'Origin timed out',
    when: "The origin sent no response headers within the route's timeout.",
    remedy: 'Try again later.',
    surface: 'gateway',
  },
  origin_unreachable: {
    status: 502,
    title: 'Origin unreachable',
    when: 'The connection to the origin failed or broke before an answer came.',
    remedy: 'Try again later.',
    surface: 'gateway',
  },
  verification_unavailable: {
    status: 503,
    title: 'Verification unavailable',
    when: 'The key could not be checked because storage is down and no copy is fresh enough. The key may well be good.',
    remedy: 'Keep the key and try again after `Retry-After` seconds.',
    surface: 'gateway',
  },
  not_configured: {
    status: 503,
    title: 'Not configured',
    when: 'A fresh deploy lacks its migrations, a secret or an origin. `detail` says what to run.',
    remedy: 'Operators: run what `detail` says.',
    surface: 'both',
  },
  unauthorized: {
    status: 401,
    title: 'Operator credential required',
    when: 'The control plane was called without a valid operator credential.',
    remedy: 'Send `Authorization: Bearer <ADMIN_TOKEN>`.',
    challenge: '',
    surface: 'control',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    when: 'The resource does not exist, or belongs to somebody else: the two look the same.',
    remedy: 'Check the id.',
    surface: 'control',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    when: 'The request contradicts what is stored, for example a second resource with the same `external_id`.',
    remedy: '`detail` says what is in the way.',
    surface: 'control',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    when: 'The body of a control-plane request is larger than 256 KiB.',
    remedy: 'Send less at a time.',
    surface: 'control',
  },
  media_type_unsupported: {
    status: 415,
    title: 'JSON required',
    when: 'A control-plane request has a body that is not `application/json`.',
    remedy: 'Send `Content-Type: application/json`.',
    surface: 'control',
  },
  value_refused: {
    status: 422,
    title: 'Value refused',
    when: 'A value is well formed, and a rule forbids it: an upstream URL that points inside, a scope on a raw-path route.',
    remedy: '`detail` names the rule.',
    surface: 'control',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    when: 'A broken assumption in the gateway itself. It is logged under the request id.',
    remedy: 'Report the request id.',
    surface: 'both',
  },
} as const satisfies Record<string, ProblemRow>

export type ProblemCode = keyof typeof PROBLEMS

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

export interface ProblemContext {
  readonly requestId: string
  /** Origin that serves the documentation page, such as `https://api.example.com`. */
  readonly docsOrigin: string
  /** `realm` of the challenge: the host that was called. */
  readonly realm: string
}

/** Renders a refusal as `application/problem+json` with the headers that its row asks for. */
export function problemResponse(refusal: Refusal, context: ProblemContext): Response {
  const row: ProblemRow = PROBLEMS[refusal.code]
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
