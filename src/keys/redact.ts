// What of a text may stand in a log: keys are cut out of it, those of our own and those of declared formats, whole or in pieces.
import type { LegacyFormat } from '../model/legacy-format.ts'
import { CHARACTERS, escapeLiteral, expressionOf, OWN_IN_TEXT } from './format.ts'

// %5F, %255F (escaped twice or more), \u005f in JSON, and in JSON inside JSON. Bounded, so that the scan stays linear.
const ESCAPED = /%(?:25)*([0-9A-Fa-f]{2})|\\{1,8}u00([0-9A-Fa-f]{2})/g

/** Fewer characters after a prefix are no key, unless a format has so few. */
const LEAST = 12
/** What begins with less is not known by its beginning. */
const TELLING_PREFIX = 2

// What an escape ends with are letters and digits, and yet no part of the key behind it.
const ESCAPE = String.raw`%[0-9A-Fa-f]{2}|\\(?:[bfnrt]|u[0-9A-Fa-f]{4})`

/**
 * A log string in which every key is cut to `<lk_live_8Jq2…>`, also a truncated or escaped one. Unreserved characters
 * (RFC 3986, section 2.3) are unescaped to find keys; a string without any comes back unchanged, escapes included.
 * Declared legacy keys shrink to `<prefix…>` up to the next white space, quote, bracket, `&`, comma or semicolon; where
 * no prefix tells them, a run of exactly their characters, and of exactly so many, becomes `<…>`.
 */
export function redactKeys(text: string, legacyFormats: readonly LegacyFormat[] = NONE): string {
  const plain = text.replace(ESCAPED, unescapeUnreserved)
  const redacted = plain.replace(keysOf(legacyFormats), '<$1$2$3…>')
  return redacted === plain ? text : redacted
}

function unescapeUnreserved(
  escape: string,
  percent: string | undefined,
  unicode: string | undefined,
): string {
  const character = String.fromCharCode(Number.parseInt(percent ?? unicode ?? '', 16))
  return /[\w.~-]/.test(character) ? character : escape
}

const NONE: readonly LegacyFormat[] = []
// A flood of refusals is logged line by line: compiled once for each list, which lives as long as its configuration.
// Before that is known, every request has an empty list of its own.
const compiled = new WeakMap<readonly LegacyFormat[], RegExp>()

function keysOf(legacyFormats: readonly LegacyFormat[]): RegExp {
  const formats = legacyFormats.length === 0 ? NONE : legacyFormats
  const held = compiled.get(formats) ?? keysInText(formats)
  compiled.set(formats, held)
  return held
}

// One expression, not two passes: a first pass for the legacy prefix `A` would cut a native key in two at its first A
// and leave digits standing. Legacy first, so that an imported `sk_live_...` shows no digit of its secret.
function keysInText(formats: readonly LegacyFormat[]): RegExp {
  const told = formats.filter(isToldByPrefix)
  // Longest first: what a shorter format leaves of a longer key is digits of a secret.
  const others = formats
    .filter((format) => !isToldByPrefix(format))
    .toSorted((a, b) => lengthOf(b) - lengthOf(a))
    .map(boundedRun)
  return new RegExp([begun(told), ...others, OWN_IN_TEXT].join('|'), 'g')
}

function lengthOf({ prefix, length }: LegacyFormat): number {
  return prefix.length + (length ?? Number.POSITIVE_INFINITY)
}

function isToldByPrefix({ prefix, alphabet }: LegacyFormat): boolean {
  return prefix.length >= TELLING_PREFIX || alphabet === null
}

// Longest first, so that `sk_live_` is shown whole where `sk_` is declared too. `(?!)` matches nothing.
function begun(formats: readonly LegacyFormat[]): string {
  const prefixes = formats.map(({ prefix }) => prefix).filter((prefix) => prefix !== '')
  const literals = prefixes.sort((a, b) => b.length - a.length).map(escapeLiteral)
  const least = Math.min(LEAST, ...formats.map(({ length }) => length ?? LEAST))
  return String.raw`(${literals.join('|') || '(?!)'})[^\s"'<>()&,;\\]{${least},}`
}

// A run is tried where it begins, and nowhere else in it: however many formats and however long a run, each character is
// looked at a bounded number of times.
function boundedRun(format: LegacyFormat): string {
  const characters = CHARACTERS[format.alphabet ?? 'base64url']
  return `(?<=^|[^${characters}]|${ESCAPE})${expressionOf(format)}(?![${characters}])`
}
