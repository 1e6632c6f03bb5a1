// The text of a key: what is a key at all, its parts, and what of it may stand in a log. Pure text work: no hash is
// computed here, so a parsed native key is well formed, not genuine (check.ts), and a genuine one may not exist.
import type { LegacyFormat } from '../model/legacy-format.ts'
import type { Environment, KeyKind } from '../model/vocabulary.ts'

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
// %5F, %255F (escaped twice or more), \u005f in JSON, and in JSON inside JSON. Bounded, so that the scan stays linear.
const ESCAPED = /%(?:25)*([0-9A-Fa-f]{2})|\\{1,8}u00([0-9A-Fa-f]{2})/g

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
 * @param legacyFormats of imported keys, which carry no check. An empty prefix is ignored: it would claim every token
 * @returns null for whatever is not a key of this gateway. Never throws
 */
export function parseKey(text: string, legacyFormats: readonly LegacyFormat[]): ParsedKey | null {
  if (text.length > MAX_KEY_LENGTH) return null
  const shape = parseShape(text)
  if (shape !== null)
    return { format: 'native', shape, body: text.slice(0, -CHECK_LENGTH), check: text.slice(-CHECK_LENGTH) }
  if (!/^[!-~]+$/.test(text)) return null
  const claims = legacyFormats.filter(
    ({ prefix }) => prefix !== '' && text.startsWith(prefix) && text !== prefix,
  )
  if (claims.length === 0) return null
  return { format: 'legacy', declared: claims.reduce((a, b) => (b.prefix.length > a.prefix.length ? b : a)) }
}

/** True if a bearer token is meant for this gateway and not, say, the origin's own JWT. */
export function looksLikeKey(text: string, legacyFormats: readonly LegacyFormat[]): boolean {
  return looksLikeToken(text) || parseKey(text, legacyFormats) !== null
}

/** True for the shape of a child token. For a key it costs the comparison of a prefix, and no more. */
export function looksLikeToken(text: string): boolean {
  return text.startsWith(TOKEN_PREFIX) && TOKEN.test(text)
}

/**
 * A log string in which every key is cut to `<lk_live_8Jq2…>`, also a truncated or escaped one. Unreserved characters
 * (RFC 3986, section 2.3) are unescaped to find keys; a string without any comes back unchanged, escapes included.
 * Declared legacy keys shrink to `<prefix…>` up to the next white space, quote, bracket, `&`, comma or semicolon.
 */
export function redactKeys(text: string, legacyFormats: readonly LegacyFormat[] = []): string {
  const plain = text.replace(ESCAPED, unescapeUnreserved)
  const keys = legacyFormats.length === 0 ? NATIVE_KEYS : keysInText(legacyFormats)
  const redacted = plain.replace(keys, '<$1$2$3…>')
  return redacted === plain ? text : redacted
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

function unescapeUnreserved(
  escape: string,
  percent: string | undefined,
  unicode: string | undefined,
): string {
  const character = String.fromCharCode(Number.parseInt(percent ?? unicode ?? '', 16))
  return /[\w.~-]/.test(character) ? character : escape
}

// One expression, not two passes: a first pass for the legacy prefix `A` would cut a native key in two at its first A
// and leave digits standing. Legacy first, so that an imported `sk_live_...` shows no digit of its secret; longest
// first, so that `sk_live_` is shown whole where `sk_` is declared too. `(?!)` matches nothing.
function keysInText(legacyFormats: readonly LegacyFormat[]): RegExp {
  const declared = legacyFormats
    .map(({ prefix }) => prefix)
    .filter((prefix) => prefix !== '')
    .sort((a, b) => b.length - a.length)
  const literals = declared.map((prefix) => prefix.replace(/\W/g, String.raw`\$&`))
  const legacy = String.raw`(${literals.join('|') || '(?!)'})[^\s"'<>()&,;\\]{12,}`
  return new RegExp(`${legacy}|${NATIVE_IN_TEXT}|${TOKEN_IN_TEXT}`, 'g')
}

// The common case, compiled once: a flood of refusals is logged line by line.
const NATIVE_KEYS = keysInText([])
