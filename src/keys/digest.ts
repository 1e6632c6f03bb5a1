// SHA-256 of secrets (FIPS 180-4): how a key is stored and looked up, and how two secrets are compared.
// No salt and no slow hash: a key has 190 random bits, which no dictionary holds (ASVS 5.0, 6.5.2).

const encoder = new TextEncoder()
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The stored form of a key: 64 lower-case hex digits. The key is hashed as it is, never trimmed or case-folded. */
export async function digestKey(key: string): Promise<string> {
  return toHex(await sha256(key))
}

/**
 * True if two secrets are the same text. Comparing digests instead of the texts hides the length of the expected
 * secret, and whatever a timing difference could still tell is about a hash the caller cannot steer.
 * `crypto.subtle.timingSafeEqual` exists in workerd only, and this module also runs in Node and in browsers.
 */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([sha256(a), sha256(b)])
  return left.reduce((difference, byte, i) => difference | (byte ^ (right[i] ?? ~byte)), 0) === 0
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)))
}

/** Lower-case hex. `Uint8Array.prototype.toHex` is native in workerd and current browsers, missing in Node 20 to 24. */
export function toHex(bytes: Uint8Array & { toHex?: (() => string) | undefined }): string {
  if (bytes.toHex !== undefined) return bytes.toHex()
  let text = ''
  for (const byte of bytes) text += HEX[byte]
  return text
}
