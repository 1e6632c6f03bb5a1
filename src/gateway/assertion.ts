// The consumer assertion: a JWT (RFC 7519) that an origin can verify without asking anybody. Signed once per key and
// upstream and reused for half its life, because a signature per request would cost more than everything else.
// Signed by WebCrypto itself: its ECDSA output is the JWS signature as it stands (RFC 7518, section 3.4), and a library
// for these lines would be a fifth of what a cold gateway evaluates (docs/decisions/0005). jose verifies it in the tests.
import { encodeBase64url } from '../keys/base64url.ts'
import { openSigningKey } from '../keys/signing-key.ts'
import type { KeyFacts, SigningKeyFacts } from '../model/snapshot.ts'
import { LruMap } from './lru-map.ts'

/** Seconds from issue to expiry. */
const LIFETIME_SECONDS = 120
const REUSE_MS = (LIFETIME_SECONDS / 2) * 1000
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' }
const encoder = new TextEncoder()

export interface Signer {
  readonly kid: string
  readonly privateKey: CryptoKey
}

/**
 * Opens the newest signing key.
 * @throws when it was sealed under another secret: the caller reads D1 again, where a new one is made
 */
export async function openSigner(keys: readonly SigningKeyFacts[], secret: string): Promise<Signer> {
  const [newest] = keys
  if (newest === undefined) throw new Error('no signing key')
  const privateKey = await openSigningKey(newest, secret)
  if (privateKey === null) throw new Error('signing key sealed under another secret')
  return { kid: newest.kid, privateKey }
}

/** Assertions of one key: upstreams times hosts that it is used on. The hosts are the client's to choose. */
const MAX_PER_KEY = 8

interface Issued {
  readonly token: string
  readonly kid: string
  readonly issuedAtMs: number
}

// By the identity of the facts: a new snapshot of the key means new assertions, and a dropped one takes its own along.
const issued = new WeakMap<KeyFacts, LruMap<string, Issued>>()

/**
 * The assertion of a key for one upstream.
 * @param issuer origin of the gateway as the consumer called it
 * @param audience id of the upstream
 */
export async function assertConsumer(
  key: KeyFacts,
  plan: string | null,
  audience: string,
  issuer: string,
  signer: Signer,
  now: number,
): Promise<string> {
  const held = issued.get(key) ?? new LruMap<string, Issued>(MAX_PER_KEY)
  const name = `${audience} ${issuer}`
  const last = held.get(name)
  const age = last === undefined ? Infinity : now - last.issuedAtMs
  if (last !== undefined && last.kid === signer.kid && age >= 0 && age < REUSE_MS && !hasExpired(key, now)) {
    return last.token
  }
  const token = await sign(key, plan, audience, issuer, signer, Math.floor(now / 1000))
  held.set(name, { token, kid: signer.kid, issuedAtMs: now })
  issued.set(key, held)
  return token
}

function hasExpired(key: KeyFacts, now: number): boolean {
  return key.expiresAtMs !== null && now >= key.expiresAtMs
}

async function sign(
  key: KeyFacts,
  plan: string | null,
  audience: string,
  issuer: string,
  signer: Signer,
  nowSeconds: number,
): Promise<string> {
  const end = nowSeconds + LIFETIME_SECONDS
  // Never longer than the key itself lives; rounded up, because `exp` counts whole seconds.
  const expires = key.expiresAtMs === null ? end : Math.min(end, Math.ceil(key.expiresAtMs / 1000))
  const claims = {
    iss: issuer,
    aud: audience,
    sub: key.projectId,
    iat: nowSeconds,
    exp: expires,
    key_id: key.id,
    ...(key.token === undefined ? {} : { token_id: key.token.id }),
    organization_id: key.organizationId,
    ...(key.teamId === null ? {} : { team_id: key.teamId }),
    environment: key.environment,
    scope: key.scopes.join(' '),
    ...(plan === null ? {} : { plan }),
  }
  const signed = `${part({ alg: 'ES256', typ: 'JWT', kid: signer.kid })}.${part(claims)}`
  const signature = await crypto.subtle.sign(SIGNATURE, signer.privateKey, encoder.encode(signed))
  return `${signed}.${encodeBase64url(new Uint8Array(signature))}`
}

/** One part of the compact serialisation (RFC 7515, section 3.1). */
function part(value: object): string {
  return encodeBase64url(encoder.encode(JSON.stringify(value)))
}
