// The formats that an import declares: from the words of the command line, and as those words again.
import { bitsOfFormat, ENOUGH_BITS } from '../../keys/strength.ts'
import type { LegacyFormat } from '../../model/legacy-format.ts'
import { LEGACY_ALPHABETS } from '../../model/vocabulary.ts'

/** As the settings take one that has nothing else to be told by. */
const PREFIX = /^[!-~]{2,32}$/
const MAX_LENGTH = 256
const UNSAID: LegacyFormat = {
  prefix: '',
  alphabet: null,
  length: null,
  deprecatedAtMs: null,
  sunsetAtMs: null,
}

/** @returns null where the settings would not take it */
export function readPrefix(text: string): LegacyFormat | null {
  return PREFIX.test(text) ? { ...UNSAID, prefix: text } : null
}

/** `base62:40`, `uuid`. @returns null where the settings would not take it */
export function readFormat(text: string): LegacyFormat | null {
  const [name, count, ...more] = text.split(':')
  const alphabet = LEGACY_ALPHABETS.find((known) => known === name)
  if (alphabet === undefined || more.length > 0) return null
  if (alphabet === 'uuid') return count === undefined ? { ...UNSAID, alphabet } : null
  const length = /^[1-9]\d{0,2}$/.test(count ?? '') ? Number(count) : 0
  const isTelling = length <= MAX_LENGTH && bitsOfFormat(alphabet, length) >= ENOUGH_BITS
  return isTelling ? { ...UNSAID, alphabet, length } : null
}

/** The option that says it. */
export function optionOf({ prefix, alphabet, length }: LegacyFormat): string {
  if (alphabet === null) return `--prefix ${prefix}`
  return `--format ${alphabet}${length === null ? '' : `:${length}`}`
}

/** As the settings take it, without what is not said. */
export function declarationOf({ prefix, alphabet, length }: LegacyFormat) {
  return {
    ...(prefix !== '' && { prefix }),
    ...(alphabet !== null && { alphabet }),
    ...(length !== null && { length }),
  }
}
