// HMAC-SHA-256 (RFC 2104, FIPS 198-1) on bytes. What is authenticated, and what is kept of the MAC, is the caller's.

/** A non-extractable signing key. Import once per secret, not per request. */
export function importHmacKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

/** The 32 bytes of the MAC. */
export async function hmacSha256(key: CryptoKey, message: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, message))
}
