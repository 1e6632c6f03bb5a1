// SHA-256 of secrets (FIPS 180-4): how a key is stored and looked up.
// No salt and no slow hash: a key has 190 random bits, which no dictionary holds (ASVS 5.0, 6.5.2).

const encoder = new TextEncoder()

/** The stored form of a key: 64 lower-case hex digits. The key is hashed as it is, never trimmed or case-folded. */
export async function digestKey(key: string): Promise<string> {
  return toHex(await sha256(key))
}

/** Of the text as UTF-8. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)))
}

/** Lower-case hex. `Uint8Array.prototype.toHex` is native in workerd and current browsers, missing in Node 20 to 24. */
export function toHex(bytes: Uint8Array & { toHex?: (() => string) | undefined }): string {
  if (bytes.toHex !== undefined) return bytes.toHex()
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
