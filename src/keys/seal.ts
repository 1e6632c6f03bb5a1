// Sealing of what must be read again (recoverable keys, signing keys): AES-256-GCM under keys derived from the one
// deploy secret (derived-key.ts). It is not how keys are verified: that needs their digest only, see digest.ts.
import { encodeBase64url } from './base64url.ts'
import type { RandomBytes } from './mint.ts'
import { gcmParams, NONCE_BYTES } from './open.ts'

const encoder = new TextEncoder()

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
