// Sealing of what must be read again (recoverable keys, signing keys): AES-256-GCM under keys derived from the one
// deploy secret. It is not how keys are verified: that needs their digest only, see digest.ts.
import { decodeBase64url, encodeBase64url } from './base64url.ts'
import type { RandomBytes } from './mint.ts'

const NONCE_BYTES = 12 // SP 800-38D, section 8.2: 96 bits
const encoder = new TextEncoder()

/**
 * The encryption key of one purpose (such as `signing-key`), non-extractable.
 * One key seals at most 2^32 values, because nonces are random (SP 800-38D, section 8.3).
 * @param secret the deploy secret, high entropy: HKDF does not slow down guessing
 */
export async function deriveKey(secret: string, purpose: string): Promise<CryptoKey> {
  const algorithm = { name: 'AES-GCM', length: 256 }
  const params = hkdfParams('aes-256-gcm', purpose)
  return crypto.subtle.deriveKey(params, await importSecret(secret), algorithm, false, ['encrypt', 'decrypt'])
}

/** The HMAC-SHA-256 key of one purpose (such as `cursor`), non-extractable. */
export async function deriveMacKey(secret: string, purpose: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256', length: 256 }
  const params = hkdfParams('hmac-sha-256', purpose)
  return crypto.subtle.deriveKey(params, await importSecret(secret), algorithm, false, ['sign', 'verify'])
}

/**
 * Encrypts and authenticates.
 * @param associatedData names the place of the value, such as its row's id: a sealed value that is copied elsewhere
 *   does not open there
 * @returns base64url of nonce, ciphertext and tag
 */
export async function seal(
  key: CryptoKey,
  plaintext: Uint8Array | string,
  associatedData: string,
  random: RandomBytes,
): Promise<string> {
  const nonce = Uint8Array.from(random(NONCE_BYTES))
  // A short nonce would be accepted by WebCrypto and repeat soon; a repeated nonce gives GCM's secrets away.
  if (nonce.length !== NONCE_BYTES) throw new RangeError('The source of random bytes returned too few.')
  const bytes = typeof plaintext === 'string' ? encoder.encode(plaintext) : Uint8Array.from(plaintext)
  const ciphertext = await crypto.subtle.encrypt(gcmParams(nonce, associatedData), key, bytes)
  const sealed = new Uint8Array(NONCE_BYTES + ciphertext.byteLength)
  sealed.set(nonce)
  sealed.set(new Uint8Array(ciphertext), NONCE_BYTES)
  return encodeBase64url(sealed)
}

/** The plaintext, or null when the value is malformed, altered, sealed under another key, or from another place. */
export async function open(
  key: CryptoKey,
  sealed: string,
  associatedData: string,
): Promise<Uint8Array | null> {
  const bytes = decodeBase64url(sealed)
  if (bytes === null) return null
  const params = gcmParams(bytes.subarray(0, NONCE_BYTES), associatedData)
  try {
    return new Uint8Array(await crypto.subtle.decrypt(params, key, bytes.subarray(NONCE_BYTES)))
  } catch {
    return null // too short, altered or not ours: WebCrypto tells no reason apart, and neither do we
  }
}

function importSecret(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey'])
}

// RFC 5869, section 3.1: the salt may be absent when the input is already of high entropy. Section 3.2: `info` binds
// the output to its use, and the algorithm stands in it so that no two algorithms ever share key bytes.
function hkdfParams(algorithm: string, purpose: string) {
  const info = encoder.encode(`latchkey/${algorithm}/${purpose}`)
  return { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
}

function gcmParams(nonce: Uint8Array, associatedData: string) {
  return { name: 'AES-GCM', iv: nonce, additionalData: encoder.encode(associatedData) }
}
