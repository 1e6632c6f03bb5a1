// The error vocabulary of the gateway, as rows. docs/errors.md and /_latchkey/errors are made from it, from control-problems.ts and
// from problem-catalog.ts. Evaluated when somebody is refused for the first time, not before.

export interface ProblemRow {
  readonly status: number
  readonly title: string
  /** When it happens: the `detail` of a refusal that has nothing more to say. */
  readonly when: string
  /** `error` attribute of the Bearer challenge (RFC 6750, section 3); `''` is a challenge without one. */
  readonly challenge?: '' | 'invalid_token' | 'insufficient_scope'
}

/** What the gateway says, alone or as the control plane does. */
export const GATEWAY_PROBLEMS = {
  key_missing: {
    status: 401,
    title: 'API key required',
    when: 'No credential stands where the route looks for one.',
    challenge: '',
  },
  key_malformed: {
    status: 401,
    title: 'API key malformed',
    when: 'The credential has the wrong shape or wrong check digits: mistyped, cut off or made up.',
    challenge: 'invalid_token',
  },
  key_unknown: {
    status: 401,
    title: 'API key unknown',
    when: 'The key is well formed, and this gateway has never issued it.',
    challenge: 'invalid_token',
  },
  key_revoked: {
    status: 401,
    title: 'API key revoked',
    when: 'The key, or the project it belongs to, has been revoked or deleted.',
    challenge: 'invalid_token',
  },
  key_expired: {
    status: 401,
    title: 'API key expired',
    when: 'The expiry of the key, its rotation grace or the sunset of its format has passed. `expired_at` says when.',
    challenge: 'invalid_token',
  },
  key_disabled: {
    status: 401,
    title: 'API key disabled',
    when: 'The key, its project or its team is switched off for now.',
    challenge: 'invalid_token',
  },
  key_ambiguous: {
    status: 400,
    title: 'More than one API key',
    when: 'Two different keys stand in one request, or a credential header is repeated.',
  },
  tls_required: {
    status: 403,
    title: 'HTTPS required',
    when: 'A credential was sent over cleartext http. The answer is the same for good and bad keys.',
  },
  environment_mismatch: {
    status: 403,
    title: 'Wrong environment',
    when: 'A test key was used on a live route, or the reverse.',
  },
  scope_missing: {
    status: 403,
    title: 'Scope missing',
    when: 'The key lacks a scope that the route asks for. `required_scopes` names all of them.',
    challenge: 'insufficient_scope',
  },
  address_not_allowed: {
    status: 403,
    title: 'Address not allowed',
    when: "The client's address is outside the key's allowed addresses.",
  },
  origin_not_allowed: {
    status: 403,
    title: 'Web origin not allowed',
    when: "The page's `Origin` is not one of the key's web origins, or a publishable key came without one.",
  },
  country_not_allowed: {
    status: 403,
    title: 'Country not allowed',
    when: "The client's country is outside the key's allowed countries.",
  },
  organization_suspended: {
    status: 403,
    title: 'Organization suspended',
    when: 'The organization that owns the key is suspended.',
  },
  rate_limited: {
    status: 429,
    title: 'Rate limit exceeded',
    when: 'A rate limit is used up. `limit` names it.',
  },
  quota_exceeded: {
    status: 429,
    title: 'Quota exceeded',
    when: 'A quota is used up. `quota` names it.',
  },
  route_not_found: {
    status: 404,
    title: 'No such route',
    when: 'No route matches host and path. Nothing was looked up.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    when: 'The path is known and takes other methods: see `Allow`.',
  },
  request_invalid: {
    status: 400,
    title: 'Request invalid',
    when: 'The request can be read in more ways than one, or a part of it is malformed or too large.',
  },
  loop_detected: {
    status: 508,
    title: 'Loop detected',
    when: 'The request has passed here before (`Via`): an upstream points back at the gateway.',
  },
  origin_timeout: {
    status: 504,
    title: 'Origin timed out',
    when: "The origin sent no response headers within the route's timeout.",
  },
  origin_unreachable: {
    status: 502,
    title: 'Origin unreachable',
    when: 'The connection to the origin failed or broke before an answer came.',
  },
  verification_unavailable: {
    status: 503,
    title: 'Verification unavailable',
    when: 'The key could not be checked: storage is down and no copy is fresh enough. It may well be good.',
  },
  not_configured: {
    status: 503,
    title: 'Not configured',
    when: 'A fresh deploy lacks its migrations, a secret or an origin. `detail` says what to run.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    when: 'A broken assumption in the gateway itself. It is logged under the request id.',
  },
} as const satisfies Record<string, ProblemRow>

export type GatewayProblemCode = keyof typeof GATEWAY_PROBLEMS
