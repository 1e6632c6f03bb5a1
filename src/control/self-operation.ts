// What the endpoints of a key about itself have in common in the OpenAPI document: the credential, and how it is refused.
import type { MiddlewareHandler } from 'hono'
import type { ProblemCode } from '../problem.ts'
import type { ControlEnv } from './deps.ts'
import { PERMISSION_FIELD } from './needs.ts'
import { problemResponses } from './operation.ts'

/** As the gateway refuses a key, whatever it is presented for; a budget that is used up does not. */
const OF_KEYS: readonly ProblemCode[] = [
  'key_missing',
  'key_malformed',
  'key_unknown',
  'key_revoked',
  'key_expired',
  'key_ambiguous',
  'tls_required',
  'rate_limited',
  'verification_unavailable',
  'not_configured',
  'internal_error',
]

/** But for its end, which none of these keeps its holder from. */
const OF_USES: readonly ProblemCode[] = [
  'key_disabled',
  'address_not_allowed',
  'country_not_allowed',
  'origin_not_allowed',
  'organization_suspended',
]

const OF_WRITES: readonly ProblemCode[] = [
  'self_service_refused',
  'request_invalid',
  'body_too_large',
  'media_type_unsupported',
  'value_refused',
  'not_found',
  'conflict',
]

/** @param behind what comes after the key is known to be good. `requireHolder` stands before it, by path */
export function ofKey(...behind: readonly MiddlewareHandler<ControlEnv>[]) {
  return { security: [{ key: [] }], [PERMISSION_FIELD]: 'none', middleware: [...behind] }
}

export function selfProblems(...codes: readonly ProblemCode[]): object {
  return problemResponses([...OF_KEYS, ...OF_USES, ...codes])
}

export function selfWriteProblems(...codes: readonly ProblemCode[]): object {
  return selfProblems(...OF_WRITES, ...codes)
}

export function endingProblems(...codes: readonly ProblemCode[]): object {
  return problemResponses([...OF_KEYS, ...OF_WRITES, ...codes])
}
