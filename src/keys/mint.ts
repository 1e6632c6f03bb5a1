// Makes new keys. The dice come in as a parameter; a minted key exists in no other place than the returned text.
import { BASE62 } from './base62.ts'
import { computeCheck } from './check.ts'
import { formatBody, formatKey } from './compose.ts'
import { RANDOM_LENGTH, type KeyShape } from './format.ts'

/** `length` bytes from a cryptographic source, such as `crypto.getRandomValues`. */
export type RandomBytes = (length: number) => Uint8Array

// The largest multiple of 62 that a byte can count to.
const FAIR_BYTES = 248

/**
 * `length` independent, uniform base 62 digits. A byte of 248 or more is thrown away: `byte % 62` over all 256 values
 * would draw each of the first eight digits five times in 256 and the others four times.
 */
export function randomBase62(length: number, random: RandomBytes): string {
  let digits = ''
  while (digits.length < length) {
    for (const byte of random(length - digits.length)) {
      if (byte < FAIR_BYTES) digits += BASE62.charAt(byte % 62)
    }
  }
  return digits
}

/**
 * A new key of this shape.
 * @param checkSecret the first of the rotation list, see `importCheckSecret`
 * @throws RangeError when the shape is not one a key can have (the caller validates prefix and region at its edge)
 */
export async function mintKey(shape: KeyShape, checkSecret: CryptoKey, random: RandomBytes): Promise<string> {
  const digits = randomBase62(RANDOM_LENGTH, random)
  return formatKey(shape, digits, await computeCheck(checkSecret, formatBody(shape, digits)))
}
