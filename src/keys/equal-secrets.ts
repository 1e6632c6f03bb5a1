// How two secrets are compared.
import { sha256 } from './digest.ts'

/**
 * True if two secrets are the same text. Comparing digests instead of the texts hides the length of the expected
 * secret, and whatever a timing difference could still tell is about a hash the caller cannot steer.
 * `crypto.subtle.timingSafeEqual` exists in workerd only, and this module also runs in Node and in browsers.
 */
export async function equalSecrets(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([sha256(a), sha256(b)])
  return left.reduce((difference, byte, i) => difference | (byte ^ (right[i] ?? ~byte)), 0) === 0
}
