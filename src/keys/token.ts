// Child tokens: what a key has lent to somebody else for minutes. Claims and a MAC over them, so that they are verified without
// asking anybody; the key that lent is looked up as ever, and takes its tokens along when it goes.
//
// There is one algorithm and no field that names one: a token cannot choose how it is verified (RFC 8725, section 2.1).
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import { deriveKey, deriveMacKey } from './derived-key.ts'
import { looksLikeToken } from './format.ts'
import type { RandomBytes } from './mint.ts'
import { open } from './open.ts'
import { seal } from './seal.ts'

export interface TokenClaims {
  readonly id: string
  /**
   * SHA-256 of the parent key, lower-case hex: by that it is looked up. It admits nobody, and is sealed all the same: of an imported key
   * nobody knows whether it can be guessed, and a token is given to those who must not have the key.
   */
  readonly parentHash: string
  /** The first instant at which the token no longer passes. Epoch milliseconds. */
  readonly expiresAtMs: number
  /** Null: as many as the parent has at the time. */
  readonly scopes: readonly string[] | null
}

/** As a token says it. */
type Stated = Omit<TokenClaims, 'parentHash'> & { readonly parent: string }

export interface TokenKeys {
  readonly mac: CryptoKey
  readonly parent: CryptoKey
}

const PREFIX = 'lkt_'
const encoder = new TextEncoder()

/** @param secret the deploy secret */
export async function deriveTokenKeys(secret: string): Promise<TokenKeys> {
  const [mac, parent] = await Promise.all([
    deriveMacKey(secret, 'child-token'),
    deriveKey(secret, 'child-token-parent'),
  ])
  return { mac, parent }
}

/** @param deployment whose token it is, beyond the secret: a copy of a deployment has the secret too */
export async function mintToken(
  keys: TokenKeys,
  deployment: string,
  { parentHash, ...claims }: TokenClaims,
  random: RandomBytes,
): Promise<string> {
  // Nonces may repeat after more tokens than one key should seal (SP 800-38D, section 8.3). What that tells is how two hashes differ: the
  // MAC below is what nobody forges.
  const stated: Stated = { ...claims, parent: await seal(keys.parent, parentHash, claims.id, random) }
  const body = PREFIX + encodeBase64url(encoder.encode(JSON.stringify(stated)))
  const mac = await crypto.subtle.sign('HMAC', keys.mac, authenticated(deployment, body))
  return `${body}.${encodeBase64url(new Uint8Array(mac))}`
}

/** @returns null for whatever this deployment has not minted. Whether it has expired is not judged here */
export async function openToken(
  keys: TokenKeys,
  deployment: string,
  text: string,
): Promise<TokenClaims | null> {
  if (!looksLikeToken(text)) return null
  const stop = text.indexOf('.')
  const body = text.slice(0, stop)
  const mac = decodeBase64url(text.slice(stop + 1))
  if (mac === null) return null
  // Compares in constant time. Nothing of the claims is read before, nor decoded, which would cost more than the MAC.
  const isOurs = await crypto.subtle.verify('HMAC', keys.mac, mac, authenticated(deployment, body))
  if (!isOurs) return null
  const bytes = decodeBase64url(body.slice(PREFIX.length))
  const stated = bytes === null ? null : parseStated(new TextDecoder().decode(bytes))
  return stated === null ? null : openParent(keys, stated)
}

async function openParent(keys: TokenKeys, { parent, ...claims }: Stated): Promise<TokenClaims | null> {
  const hash = await open(keys.parent, parent, claims.id)
  return hash === null ? null : { ...claims, parentHash: new TextDecoder().decode(hash) }
}

function authenticated(deployment: string, body: string) {
  return encoder.encode(JSON.stringify([deployment, body]))
}

// Ours, but perhaps of another release: what it does not say as this one does is no token.
function parseStated(text: string): Stated | null {
  const value: unknown = JSON.parse(text)
  return isStated(value) ? value : null
}

function isStated(value: unknown): value is Stated {
  if (typeof value !== 'object' || value === null) return false
  const { id, parent, expiresAtMs, scopes }: Partial<Record<keyof Stated, unknown>> = value
  return (
    typeof id === 'string' &&
    typeof parent === 'string' &&
    Number.isSafeInteger(expiresAtMs) &&
    (scopes === null || (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string')))
  )
}
