// Makes signing keys, for the control plane and for the first read of a fresh database.
import type { SigningKeyFacts } from '../model/snapshot.ts'
import { encodeBase64url } from './base64url.ts'
import { deriveKey } from './derived-key.ts'
import { seal } from './seal.ts'
import { ES256, SIGNING_KEY_PURPOSE } from './signing-key.ts'

/** A new key pair. Its id is the thumbprint of the public half (RFC 7638), and is sealed with the private one. */
export async function makeSigningKey(
  secret: string,
  random: (length: number) => Uint8Array,
): Promise<SigningKeyFacts> {
  const pair = await crypto.subtle.generateKey(ES256, true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new Error('ECDSA gave no key pair')
  const publicJwk = await exportPublic(pair.publicKey)
  const kid = await thumbprint(publicJwk)
  const privateKey = await crypto.subtle.exportKey('pkcs8', pair.privateKey)
  if (!(privateKey instanceof ArrayBuffer)) throw new Error('PKCS #8 export gave no bytes')
  const sealing = await deriveKey(secret, SIGNING_KEY_PURPOSE)
  return { kid, publicJwk, sealedPrivateKey: await seal(sealing, new Uint8Array(privateKey), kid, random) }
}

async function exportPublic(key: CryptoKey): Promise<SigningKeyFacts['publicJwk']> {
  const jwk = await crypto.subtle.exportKey('jwk', key)
  if (jwk instanceof ArrayBuffer) throw new Error('JWK export gave bytes')
  const { kty, crv, x, y } = jwk
  if (crv === undefined || x === undefined || y === undefined)
    throw new Error('JWK export lacks a coordinate')
  return { kty, crv, x, y }
}

// The required members alone, in lexical order, without white space (RFC 7638, section 3.3).
async function thumbprint({ crv, kty, x, y }: SigningKeyFacts['publicJwk']): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify({ crv, kty, x, y }))
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)))
}
