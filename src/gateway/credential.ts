// Step 2: where is the key? Reads every location of the route, refuses two different keys, and remembers where each
// was found, so that exactly that is removed before forwarding. It does not judge the key.
import { looksLikeKey } from '../keys/format.ts'
import type { LegacyFormat } from '../model/legacy-format.ts'
import type { CredentialLocation } from '../model/policy.ts'
import { isOwnCookie } from '../policy/own-cookies.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'

export interface Credential {
  /** As sent. Plaintext lives in this object only, and ends with the request. */
  readonly text: string
  /** Every location that carried it. */
  readonly foundIn: readonly CredentialLocation[]
}

/** Names the protocol entry that carries a key: `Sec-WebSocket-Protocol: chat, latchkey.key.<key>`. */
const WEBSOCKET_KEY_PROTOCOL = 'latchkey.key.'

/** The scheme in any case (RFC 9110, section 11.1), with or without a token behind it. */
const BEARER = /^bearer(?:[ \t]+|$)/i

interface Sighting {
  readonly location: CredentialLocation
  readonly values: readonly string[]
}

/**
 * Finds the credential of a request.
 * @param query with its `?`, raw
 * @returns null when there is none; a 400 when there is more than one (RFC 6750, section 2)
 */
export function readCredential(
  headers: Headers,
  query: string,
  locations: readonly CredentialLocation[],
  legacyFormats: readonly LegacyFormat[],
): Result<Credential | null, Refusal> {
  const seen: Sighting[] = []
  for (const location of locations) {
    const values = readLocation(headers, query, location)
    if (values.length > 0) seen.push({ location, values })
  }
  const [only] = seen
  if (only === undefined) return ok(null)
  if (seen.length === 1 && only.values.length === 1)
    return ok({ text: only.values[0] ?? '', foundIn: [only.location] })
  const sightings = ownSightings(seen, legacyFormats)
  if (sightings.some((sighting) => sighting.values.length > 1)) {
    return err(refuse('key_ambiguous', { detail: 'A credential is repeated. Send one key, once.' }))
  }
  const texts = new Set(sightings.flatMap((sighting) => sighting.values))
  if (texts.size > 1)
    return err(refuse('key_ambiguous', { detail: 'Two different credentials. Send one key, once.' }))
  const [text = ''] = texts
  return ok({ text, foundIn: sightings.map((sighting) => sighting.location) })
}

// A bearer token that is no key of ours is the origin's own business as long as our key stands elsewhere.
function ownSightings(
  seen: readonly Sighting[],
  legacyFormats: readonly LegacyFormat[],
): readonly Sighting[] {
  if (seen.length < 2) return seen
  const ours = seen.filter((sighting) => sighting.values.some((value) => looksLikeKey(value, legacyFormats)))
  return ours.length > 0 ? ours : seen.slice(0, 1)
}

/** Keys of ours that came to a route which asks for none: not judged, only removed. What is no key stays. */
export function readStrayKeys(
  headers: Headers,
  query: string,
  locations: readonly CredentialLocation[],
  legacyFormats: readonly LegacyFormat[],
): Credential | null {
  const stray = (location: CredentialLocation) =>
    readLocation(headers, query, location).find((value) => looksLikeKey(value, legacyFormats))
  const foundIn = locations.filter((location) => stray(location) !== undefined)
  const [first] = foundIn
  return first === undefined ? null : { text: stray(first) ?? '', foundIn }
}

/** Every value that stands at a location; more than one where it is repeated. */
function readLocation(headers: Headers, query: string, location: CredentialLocation): readonly string[] {
  switch (location.in) {
    case 'bearer':
      return bearerTokens(headers.get('authorization') ?? '')
    case 'header':
      return headers.has(location.name) ? splitList(headers.get(location.name) ?? '') : []
    case 'query':
      return splitQuery(query)
        .filter((pair) => isNamed(pair, location.name))
        .map(valueOf)
    case 'cookie':
      return splitCookies(headers.get('cookie') ?? '')
        .filter((pair) => isNamed(pair, location.name))
        .map((pair) => unquote(valueOf(pair)))
    case 'websocket_protocol':
      return offeredProtocols(headers)
        .filter((protocol) => protocol.startsWith(WEBSOCKET_KEY_PROTOCOL))
        .map((protocol) => protocol.slice(WEBSOCKET_KEY_PROTOCOL.length))
    default:
      return []
  }
}

// Repeated headers arrive joined by ", ": no key and no b64token (RFC 6750, section 2.1) contains a comma. In such a
// list every member counts, whatever scheme it has, so that no member can hide a key from those who look for one.
function bearerTokens(header: string): readonly string[] {
  const members = splitList(header)
  if (!members.some((member) => BEARER.test(member))) return []
  return members.map((member) => member.replace(BEARER, ''))
}

/** The members of `Sec-WebSocket-Protocol`, in the client's order (RFC 6455, section 11.3.4). */
export function offeredProtocols(headers: Headers): readonly string[] {
  return splitList(headers.get('sec-websocket-protocol') ?? '').filter((protocol) => protocol !== '')
}

/** The offered protocols that carry no key. */
export function plainProtocols(headers: Headers): readonly string[] {
  return offeredProtocols(headers).filter((protocol) => !protocol.startsWith(WEBSOCKET_KEY_PROTOCOL))
}

/** `query` without the parameter of this name; everything else stays as it was, undecoded. */
export function withoutParameter(query: string, name: string): string {
  return joinQuery(splitQuery(query).filter((pair) => !isNamed(pair, name)))
}

/** `query` without every parameter that holds the text. */
export function withoutText(query: string, text: string): string {
  return query.includes(text) ? joinQuery(splitQuery(query).filter((pair) => !pair.includes(text))) : query
}

/** A `Cookie` header without the cookie of this name; everything else stays as it was. */
export function withoutCookie(header: string, name: string): string {
  return splitCookies(header)
    .filter((pair) => !isNamed(pair, name))
    .join('; ')
}

/** A `Cookie` header without those of the control plane. */
export function withoutOwnCookies(header: string): string {
  return splitCookies(header)
    .filter((pair) => !isOwnCookie(nameOf(pair)))
    .join('; ')
}

function splitQuery(query: string): readonly string[] {
  return query.length < 2 ? [] : query.slice(1).split('&')
}

function joinQuery(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function splitList(value: string): readonly string[] {
  return value.split(',').map((part) => part.trim())
}

function splitCookies(header: string): readonly string[] {
  return header.split(';').map((pair) => pair.trim())
}

function isNamed(pair: string, name: string): boolean {
  return nameOf(pair) === name
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=')
  return decode(equals === -1 ? pair : pair.slice(0, equals))
}

function valueOf(pair: string): string {
  const equals = pair.indexOf('=')
  return equals === -1 ? '' : decode(pair.slice(equals + 1))
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

// A broken escape is no reason to fail: the value then simply is no key.
function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
