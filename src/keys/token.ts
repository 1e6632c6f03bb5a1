// Child tokens: what a key has lent to somebody else for minutes. Claims and a MAC over them, so that they are verified without
// asking anybody; the key that lent is looked up as ever, and takes its tokens along when it goes.
//
// There is one algorithm and no field that names one: a token cannot choose how it is verified (RFC 8725, section 2.1).
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { deriveMacKey } from './derived-key.ts'
import { looksLikeToken } from './format.ts'

export interface TokenClaims {
  readonly id: string
  /** SHA-256 of the parent key, lower-case hex: by that it is looked up. It admits nobody. */
  readonly parentHash: string
  /** The first instant at which the token no longer passes. Epoch milliseconds. */
  readonly expiresAtMs: number
  /** Null: as many as the parent has at the time. */
  readonly scopes: readonly string[] | null
}

const PREFIX = 'lkt_'
const encoder = new TextEncoder()

/** @param secret the deploy secret */
export function deriveTokenKey(secret: string): Promise<CryptoKey> {
  return deriveMacKey(secret, 'child-token')
}

/** @param deployment whose token it is, beyond the secret: a copy of a deployment has the secret too */
export async function mintToken(key: CryptoKey, deployment: string, claims: TokenClaims): Promise<string> {
  const body = PREFIX + encodeBase64url(encoder.encode(JSON.stringify(claims)))
  const mac = await crypto.subtle.sign('HMAC', key, authenticated(deployment, body))
  return `${body}.${encodeBase64url(new Uint8Array(mac))}`
}

/** @returns null for whatever this deployment has not minted. Whether it has expired is not judged here */
export async function openToken(
  key: CryptoKey,
  deployment: string,
  text: string,
): Promise<TokenClaims | null> {
  if (!looksLikeToken(text)) return null
  const stop = text.indexOf('.')
  const body = text.slice(0, stop)
  const mac = decodeBase64url(text.slice(stop + 1))
  if (mac === null) return null
  // Compares in constant time. Nothing of the claims is read before, nor decoded, which would cost more than the MAC.
  const isOurs = await crypto.subtle.verify('HMAC', key, mac, authenticated(deployment, body))
  if (!isOurs) return null
  const claims = decodeBase64url(body.slice(PREFIX.length))
  return claims === null ? null : parseClaims(new TextDecoder().decode(claims))
}

function authenticated(deployment: string, body: string) {
  return encoder.encode(JSON.stringify([deployment, body]))
}

// Ours, but perhaps of another release: what it does not say as this one does is no token.
function parseClaims(text: string): TokenClaims | null {
  const value: unknown = JSON.parse(text)
  return isClaims(value) ? value : null
}

function isClaims(value: unknown): value is TokenClaims {
  if (typeof value !== 'object' || value === null) return false
  const { id, parentHash, expiresAtMs, scopes }: Partial<Record<keyof TokenClaims, unknown>> = value
  return (
    typeof id === 'string' &&
    typeof parentHash === 'string' &&
    Number.isSafeInteger(expiresAtMs) &&
    (scopes === null || (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string')))
  )
}
