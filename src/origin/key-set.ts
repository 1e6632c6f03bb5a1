// The gateway's public keys: fetched once, kept, and fetched again when an unknown `kid` appears. It bounds how often
// that may happen, because anyone who reaches the origin can invent a `kid`.
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose'
import { KeysUnavailable } from './reason.ts'

const FETCH_TIMEOUT_MS = 3_000
/** A key that the gateway has withdrawn is believed for no longer than this. */
const MAX_AGE_MS = 10 * 60_000
/** Between two fetches for an unknown `kid`: the longest that a new key of the gateway is refused. */
const COOLDOWN_MS = 5_000
/** After a failed fetch. jose counts its own cooldown from the last one that succeeded. */
const PAUSE_MS = 1_000

interface KeySetOptions {
  readonly url: URL
  readonly fetch: FetchImplementation
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** A resolver for `jwtVerify`. It fails closed: without keys, nothing is verified. */
export function createKeySet({ url, fetch, now }: KeySetOptions): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: MAX_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
    // RFC 9111, section 5.2.1.4: a cache on the way may still hold the set without the new key.
    headers: { 'cache-control': 'no-cache' },
    [customFetch]: pausing(fetch, now),
  })
  return async (header, token) => {
    // Without a `kid` a set of one key would match anything, until the day it holds two.
    if (typeof header.kid !== 'string') throw new errors.JWSInvalid('"kid" is required')
    try {
      return await remote(header, token)
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey) throw cause
      throw new KeysUnavailable('The key set cannot be read.', { cause })
    }
  }
}

// The body is read here, so that a broken or endless one counts as a failure as well.
function pausing(fetch: FetchImplementation, now: () => number): FetchImplementation {
  let failedAtMs = Number.NEGATIVE_INFINITY
  return async (url, init) => {
    if (now() - failedAtMs < PAUSE_MS) throw new Error('The last fetch failed a moment ago.')
    try {
      const response = await fetch(url, init)
      if (response.status !== 200) throw new Error(`Status ${response.status}.`)
      return Response.json(await response.json())
    } catch (error) {
      failedAtMs = now()
      throw error
    }
  }
}
