// The keyed check of a key: six digits that only this deployment can compute, verified without any I/O.
// It guards cost, not access: whoever learns the secret can make the gateway look up keys that do not exist.
import { toBase62 } from './base62.ts'
import { decodeBase64url } from './base64url.ts'
import { CHECK_LENGTH } from './format.ts'
import { hmacSha256, importHmacKey } from './hmac.ts'

// RFC 2104, section 3 discourages HMAC keys shorter than the hash. 128 bits is what forging six digits can ever need.
const MIN_SECRET_BYTES = 16
const MODULUS = 62n ** BigInt(CHECK_LENGTH)
const encoder = new TextEncoder()

/**
 * A secret of the settings (`SettingsFacts.checkSecrets`) as a key for `computeCheck`.
 * @throws RangeError when it is not base64url or shorter than 16 bytes: settings are validated when they are written
 */
export async function importCheckSecret(base64url: string): Promise<CryptoKey> {
  const bytes = decodeBase64url(base64url)
  if (bytes === null || bytes.length < MIN_SECRET_BYTES)
    throw new RangeError(`A check secret is at least ${MIN_SECRET_BYTES} bytes in unpadded base64url.`)
  return importHmacKey(bytes)
}

/**
 * The six check digits of a key's body: the first eight bytes of HMAC-SHA-256(secret, body), read as a big-endian
 * integer, modulo 62^6, in fixed width. Taking one byte per digit (`byte % 62`) would favour the first eight digits
 * by a quarter; here the bias is below 62^6 / 2^64, one part in 300 million.
 */
export async function computeCheck(secret: CryptoKey, body: string): Promise<string> {
  const mac = await hmacSha256(secret, encoder.encode(body))
  const head = new DataView(mac.buffer, mac.byteOffset).getBigUint64(0)
  return toBase62(Number(head % MODULUS), CHECK_LENGTH)
}

/**
 * True if any secret of the rotation list made `check`. Every secret is tried and every digit compared, so that the
 * time taken tells neither which secret matched nor how many digits of a guess were right.
 */
export async function hasValidCheck(
  secrets: readonly CryptoKey[],
  body: string,
  check: string,
): Promise<boolean> {
  const expected = await Promise.all(secrets.map((secret) => computeCheck(secret, body)))
  return expected.filter((digits) => isSame(digits, check)).length > 0
}

// Lengths are public. The difference is accumulated, never branched on.
function isSame(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length
  for (let i = 0; i < expected.length; i++) difference |= expected.charCodeAt(i) ^ given.charCodeAt(i)
  return difference === 0
}
