// The text of a key: what is a key at all, and its parts. What of it may stand in a log is in redact.ts. Pure text work: no hash is
// computed here, so a parsed native key is well formed, not genuine (check.ts), and a genuine one may not exist.
import type { LegacyFormat } from '../model/legacy-format.ts'
import type { Environment, KeyKind, LegacyAlphabet } from '../model/vocabulary.ts'

/** Longer texts are no keys. Tested before anything else, so that nobody makes us hash or scan a megabyte. */
export const MAX_KEY_LENGTH = 256
export const RANDOM_LENGTH = 32
export const CHECK_LENGTH = 6

const PREFIX = /^[a-z][a-z0-9]{1,11}$/
const NATIVE =
  /^(?<prefix>[a-z][a-z0-9]{1,11})(?:_(?<region>(?!pk)[a-z]{2}))?(?<publishable>_pk)?_(?<environment>live|test)_[0-9A-Za-z]{38}$/
// The first word and the environment fix every part, so these words would be no ambiguity for the parser. They would be
// one for people and foreign scanners: `pk_live_...` is known everywhere as a key that is safe to publish.
const RESERVED_PREFIXES: ReadonlySet<string> = new Set(['pk', 'live', 'test'])

// A child token (token.ts): it is told from every key by its full stop. Long enough for as many scopes as a key may have.
const TOKEN_PREFIX = 'lkt_'
const TOKEN = /^lkt_[\w-]{40,4000}\.[\w-]{43}$/
const TOKEN_IN_TEXT = String.raw`(lkt_)[\w-]{12,}(?:\.[\w-]*)?`

// In running text. The head may be missing: what stands before a key in a log line can swallow its prefix, and a secret
// with a strange head is still a secret. Twelve digits, so that a truncated key is caught too.
const NATIVE_IN_TEXT = '([a-z0-9]{0,12}(?:_[a-z]{2})?(?:_pk)?_(?:live|test)_[0-9A-Za-z]{4})[0-9A-Za-z]{8,}'

/** Keys and tokens of our own in running text, as the source of an expression; of each, a group holds what may be shown. */
export const OWN_IN_TEXT = `${NATIVE_IN_TEXT}|${TOKEN_IN_TEXT}`
const OWN_KEY = new RegExp(OWN_IN_TEXT)

/** The characters of an alphabet, as the members of a class in an expression. */
export const CHARACTERS: Readonly<Record<LegacyAlphabet, string>> = {
  hex: '0-9A-Fa-f',
  base62: '0-9A-Za-z',
  base64url: String.raw`\w-`,
  uuid: '0-9A-Fa-f',
}
const UUID = '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}'

export interface KeyShape {
  readonly prefix: string
  readonly region: string | null
  readonly environment: Environment
  readonly kind: KeyKind
}

export type ParsedKey =
  | {
      readonly format: 'native'
      readonly shape: KeyShape
      /** Everything before the check: what the check authenticates. */
      readonly body: string
      readonly check: string
    }
  | { readonly format: 'legacy'; readonly declared: LegacyFormat }

export function isKeyPrefix(text: string): boolean {
  return PREFIX.test(text) && !RESERVED_PREFIXES.has(text)
}

/**
 * Splits a presented credential, character for character as it came: a key that is trimmed or case-folded has aliases.
 *
 * The native shape wins over a declared legacy format. The other way round, a legacy prefix `lk_` would wave every
 * invented `lk_live_...` past the check and on to storage.
 * @param legacyFormats of imported keys, which carry no check. Of several that fit, the longest prefix counts, then an alphabet
 * @returns null for whatever is not a key of this gateway. Never throws
 */
export function parseKey(text: string, legacyFormats: readonly LegacyFormat[]): ParsedKey | null {
  if (text.length > MAX_KEY_LENGTH) return null
  const shape = parseShape(text)
  if (shape !== null)
    return { format: 'native', shape, body: text.slice(0, -CHECK_LENGTH), check: text.slice(-CHECK_LENGTH) }
  const fitting = legacyFormats.filter((format) => patternOf(format).test(text))
  if (fitting.length === 0) return null
  return { format: 'legacy', declared: fitting.reduce((a, b) => (rankOf(b) > rankOf(a) ? b : a)) }
}

/** True if a bearer token is meant for this gateway and not, say, the origin's own JWT. */
export function looksLikeKey(text: string, legacyFormats: readonly LegacyFormat[]): boolean {
  return looksLikeToken(text) || parseKey(text, legacyFormats) !== null
}

/** True for the shape of a child token. For a key it costs the comparison of a prefix, and no more. */
export function looksLikeToken(text: string): boolean {
  return text.startsWith(TOKEN_PREFIX) && TOKEN.test(text)
}

/** True if something like a key of our own stands in a text, unescaped. */
export function holdsOwnKey(text: string): boolean {
  return OWN_KEY.test(text)
}

/** A whole key of a format, as the source of an expression. `(?!)` matches nothing: the shortest prefix of all would claim every token. */
export function expressionOf({ prefix, alphabet, length }: LegacyFormat): string {
  if (prefix === '' && alphabet === null) return '(?!)'
  const count = length === null ? '+' : `{${length}}`
  const digits = alphabet === 'uuid' ? UUID : `[${alphabet === null ? '!-~' : CHARACTERS[alphabet]}]${count}`
  return escapeLiteral(prefix) + digits
}

export function escapeLiteral(text: string): string {
  return text.replace(/\W/g, String.raw`\$&`)
}

const patterns = new WeakMap<LegacyFormat, RegExp>()

function patternOf(format: LegacyFormat): RegExp {
  const held = patterns.get(format) ?? new RegExp(`^${expressionOf(format)}$`)
  patterns.set(format, held)
  return held
}

function rankOf({ prefix, alphabet }: LegacyFormat): number {
  return prefix.length + (alphabet === null ? 0 : 0.5)
}

function parseShape(text: string): KeyShape | null {
  const { prefix, region, publishable, environment } = NATIVE.exec(text)?.groups ?? {}
  if (prefix === undefined || !isKeyPrefix(prefix)) return null
  return {
    prefix,
    region: region ?? null,
    environment: environment === 'live' ? 'live' : 'test',
    kind: publishable === undefined ? 'secret' : 'publishable',
  }
}
