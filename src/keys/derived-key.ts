// Keys of one purpose each, derived from the one deploy secret (HKDF, RFC 5869).

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

function importSecret(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey'])
}

// RFC 5869, section 3.1: the salt may be absent when the input is already of high entropy. Section 3.2: `info` binds
// the output to its use, and the algorithm stands in it so that no two algorithms ever share key bytes.
function hkdfParams(algorithm: string, purpose: string) {
  const info = encoder.encode(`latchkey/${algorithm}/${purpose}`)
  return { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }
}
