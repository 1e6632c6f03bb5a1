// Checks the gateway's signed word about a consumer. It decides who is calling, never what they may do.
import { jwtVerify, type FetchImplementation, type JWTPayload } from 'jose'
import { readAssertion, type HeaderSource } from './assertion.ts'
import { parseConsumer, type Consumer } from './consumer.ts'
import { createKeySet } from './key-set.ts'
import { reasonOf, type Reason } from './reason.ts'

// RFC 8725, section 3.1: the algorithm is ours to name, not the token's. A list that held HS256 as well would let
// anyone sign with the public key as the shared secret.
const ALGORITHMS = ['ES256']

/** The gateway signs for two minutes at most; a longer life is somebody else's token, or a key misused. */
const MAX_LIFETIME_SECONDS = 120
const MAX_TOLERANCE_SECONDS = 60

export interface VerifierOptions {
  /** Origin that serves `/_latchkey/*`: that of `CONTROL_HOST` where it is set, else where consumers call. */
  readonly gateway: string
  /** Id of the upstream that this origin is: `up_...`, or `up_default` behind `ORIGIN_URL`. */
  readonly audience: string
  /** Default: `/_latchkey/jwks.json` at the gateway. */
  readonly jwksUrl?: string
  /** Default: the origin of `gateway`. Without a `CONTROL_HOST` the gateway names itself by the host that was called. */
  readonly issuer?: string | readonly string[]
  /** How far the two clocks may differ. Default 5, at most 60. */
  readonly clockToleranceSeconds?: number
  /** Fetches the key set; must heed `signal`, which ends it after 3 seconds. */
  readonly fetch?: FetchImplementation
  /** Epoch milliseconds. */
  readonly now?: () => number
}

export type Verified =
  { readonly ok: true; readonly consumer: Consumer } | { readonly ok: false; readonly reason: Reason }

export interface Verifier {
  /** Does no I/O while the gateway's keys are known and fresh. Never rejects because of what a client sent. */
  verify(source: HeaderSource): Promise<Verified>
}

/**
 * Make one per process and keep it: it holds the gateway's keys.
 * @throws TypeError when an option is unusable, so that a forgotten variable ends the start and not the check
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const gateway = new URL(options.gateway)
  const now = options.now ?? Date.now
  const tolerance = options.clockToleranceSeconds ?? 5
  if (!(tolerance >= 0 && tolerance <= MAX_TOLERANCE_SECONDS))
    throw new TypeError(`clockToleranceSeconds takes 0 to ${MAX_TOLERANCE_SECONDS}.`)
  // jose takes an absent audience for "any audience".
  if (!options.audience) throw new TypeError('audience is required: the id of the upstream, up_...')
  const issuers = [options.issuer ?? gateway.origin].flat()
  const keys = createKeySet({
    url: secureUrl(new URL(options.jwksUrl ?? '/_latchkey/jwks.json', gateway)),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now,
  })
  const claimsOf = async (token: string): Promise<JWTPayload> => {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ALGORITHMS,
      typ: 'JWT',
      issuer: issuers,
      audience: options.audience,
      requiredClaims: ['exp'],
      maxTokenAge: MAX_LIFETIME_SECONDS,
      clockTolerance: tolerance,
      currentDate: new Date(now()),
    })
    return payload
  }

  return {
    async verify(source) {
      const assertion = readAssertion(source)
      if ('reason' in assertion) return { ok: false, reason: assertion.reason }
      try {
        const consumer = parseConsumer(await claimsOf(assertion.token))
        const sound = consumer !== null && lifetimeSeconds(consumer) <= MAX_LIFETIME_SECONDS + tolerance
        return sound ? { ok: true, consumer } : { ok: false, reason: 'malformed' }
      } catch (error) {
        return { ok: false, reason: reasonOf(error) }
      }
    },
  }
}

// Over cleartext, whoever is on the path replaces the keys and signs what they like.
function secureUrl(url: URL): URL {
  const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) return url
  throw new TypeError(`The key set must be fetched over https, not from ${url.origin}.`)
}

function lifetimeSeconds(consumer: Consumer): number {
  return (consumer.expiresAt.getTime() - consumer.issuedAt.getTime()) / 1000
}
