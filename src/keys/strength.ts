// How many bits a key has, by its alphabet and its length: the most that it can have. What was made otherwise than at random has less,
// and cannot be told. NIST SP 800-63B and OWASP ASVS 5.0, 6.5.2 ask for a slow hash below 112.
import type { LegacyAlphabet } from '../model/vocabulary.ts'

export const ENOUGH_BITS = 112

/** Smallest first: the first that holds all characters is the alphabet. */
const ALPHABETS: readonly (readonly [pattern: RegExp, size: number])[] = [
  [/^[0-9]*$/, 10],
  [/^(?:[0-9a-f]*|[0-9A-F]*)$/, 16],
  [/^(?:[a-z]*|[A-Z]*)$/, 26],
  [/^(?:[0-9a-z]*|[0-9A-Z]*)$/, 36],
  [/^[A-Za-z]*$/, 52],
  [/^[0-9A-Za-z]*$/, 62],
  [/^[\w-]*$/, 64],
]
const VISIBLE = 94

// RFC 9562: what is random in a version. A version 1 is a clock and a network card.
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const RANDOM_BITS: Readonly<Record<string, number>> = { 4: 122, 7: 74 }

/** Fewer different characters than this are no chance in a key of 112 bits or more. */
const FEW = 6

const SIZES: Readonly<Record<Exclude<LegacyAlphabet, 'uuid'>, number>> = {
  hex: 16,
  base62: 62,
  base64url: 64,
}

/** @param length how many characters of the alphabet follow the prefix */
export function bitsOfFormat(alphabet: Exclude<LegacyAlphabet, 'uuid'>, length: number): number {
  return length * Math.log2(SIZES[alphabet])
}

/** @param secret what follows the prefix */
export function bitsOf(secret: string): number {
  const version = UUID.exec(secret)?.[1]
  if (version !== undefined) return RANDOM_BITS[version] ?? 0
  const different = new Set(secret).size
  const [, size] = ALPHABETS.find(([pattern]) => pattern.test(secret)) ?? [null, VISIBLE]
  return secret.length * Math.log2(different < FEW ? Math.max(different, 1) : size)
}
