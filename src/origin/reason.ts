// Why an assertion is refused: a closed list, and the one place that turns jose's exceptions into it.
import { errors } from 'jose'

export type Reason =
  /** No `X-Consumer-Assertion`: an anonymous request, or one that did not come through the gateway. */
  | 'missing'
  /** Not a token of this gateway: wrong shape, two of them, a claim absent or of the wrong type, too long a life. */
  | 'malformed'
  /** Signed by none of the gateway's keys, or changed since. */
  | 'bad_signature'
  /** Outside its two minutes; if that happens to fresh ones, the clock of this machine is wrong. */
  | 'expired'
  /** Meant for another upstream. */
  | 'wrong_audience'
  /** Made by another gateway. */
  | 'wrong_issuer'
  /** Signed with something other than ES256. */
  | 'unsupported_algorithm'
  /** The gateway's public keys could not be fetched. The assertion may well be good: answer 503, not 401. */
  | 'keys_unavailable'

/** Thrown by the key set, so that an outage is never mistaken for a forgery. */
export class KeysUnavailable extends Error {}

const BY_CODE: Readonly<Record<string, Reason>> = {
  [errors.JOSEAlgNotAllowed.code]: 'unsupported_algorithm',
  [errors.JWKSNoMatchingKey.code]: 'bad_signature',
  [errors.JWSSignatureVerificationFailed.code]: 'bad_signature',
  [errors.JWTExpired.code]: 'expired',
}

/** Claims whose value was compared and did not fit. `iat` and `nbf` fail when they lie in the future. */
const BY_CLAIM: Readonly<Record<string, Reason>> = {
  aud: 'wrong_audience',
  iss: 'wrong_issuer',
  iat: 'expired',
  nbf: 'expired',
}

/** The reason behind what `jwtVerify` threw. What jose did not throw is no refusal and is thrown on. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof KeysUnavailable) return 'keys_unavailable'
  if (!(error instanceof errors.JOSEError)) throw error
  if (error instanceof errors.JWTClaimValidationFailed && error.reason === 'check_failed')
    return BY_CLAIM[error.claim] ?? 'malformed'
  return BY_CODE[error.code] ?? 'malformed'
}
