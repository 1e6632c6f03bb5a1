// Opens what seal.ts has sealed.
import { decodeBase64url } from './base64url.ts'

export const NONCE_BYTES = 12 // SP 800-38D, section 8.2: 96 bits
const encoder = new TextEncoder()

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

export function gcmParams(nonce: Uint8Array, associatedData: string) {
  return { name: 'AES-GCM', iv: nonce, additionalData: encoder.encode(associatedData) }
}
