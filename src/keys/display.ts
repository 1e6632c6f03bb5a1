// How much of a key may be shown to those who may not have it.
import { CHECK_LENGTH, parseKey, RANDOM_LENGTH } from './format.ts'

const SHOWN = 4

/**
 * What may be shown, stored and searched of a key. Native: all but the random part, four of its digits, and the last four
 * characters, which belong to the check: 166 random bits stay secret, 142 from whoever holds the check secret. Legacy: the
 * declared prefix, and at the end four characters or a quarter of the secret, whichever is less: 32 hex digits keep 112
 * bits. A prefix is never guessed from punctuation, which in an imported key may be part of the secret.
 * @param legacyPrefix that of a parsed legacy key's format; ignored for a native one
 */
export function displayForm(key: string, legacyPrefix = ''): { start: string; last4: string } {
  if (parseKey(key, [])?.format === 'native')
    return { start: key.slice(0, SHOWN - RANDOM_LENGTH - CHECK_LENGTH), last4: key.slice(-SHOWN) }
  const start = key.startsWith(legacyPrefix) ? legacyPrefix : ''
  const shown = Math.min(SHOWN, Math.floor((key.length - start.length) / 4))
  return { start, last4: key.slice(key.length - shown) } // `slice(-0)` would show the whole key
}
