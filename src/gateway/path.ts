// One truth about the target: the canonical path is computed once, and it is what is matched, decided and forwarded.
// `request.url` is raw, `new URL` resolves `%2e%2e`, Hono decodes, `fetch` normalises again, and origins decode what
// is left: whoever matches one of these strings and forwards another has a way around every route's scopes.
import { err, ok, type Result } from '../result.ts'
import { LruMap } from './lru-map.ts'
import type { PathMode } from '../model/vocabulary.ts'

export interface Target {
  /** Lower case, without port and trailing dot. */
  readonly host: string
  /** `https://api.example.com`: the scheme and host as called, without a default port or a trailing dot. */
  readonly origin: string
  /** Only unreserved escapes are decoded (RFC 3986, section 6.2.2.2); what is left has upper-case hex digits. */
  readonly path: string
  /** With its `?`, untouched; empty without one. */
  readonly query: string
  /** The least permissive mode of a route that may take this path. */
  readonly needs: PathMode
}

const PERMISSIVENESS: Readonly<Record<PathMode, number>> = { strict: 0, 'encoded-slash': 1, raw: 2 }

/** True if a route of this mode takes the path. */
export function acceptsPath(mode: PathMode, target: Target): boolean {
  return PERMISSIVENESS[target.needs] <= PERMISSIVENESS[mode]
}

const URL_PARTS = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/
const HOST = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/
// The common case in one scan: only characters that mean themselves, no empty segment, no dot segment.
const NOT_PLAIN = /[^A-Za-z0-9\-._~!$&'()*+,=:@/]|\/\/|\/\.\.?(?:\/|$)/

/**
 * Reads host, path and query of a raw request URL.
 * @param hostHeader as sent. workerd builds the URL by putting it before the target, so `Host: a/b` would move the path
 * @returns the target, or a sentence for a 400: what cannot be forwarded exactly as it was matched
 */
export function readTarget(url: string, hostHeader: string | null): Result<Target, string> {
  const parts = URL_PARTS.exec(url)
  const authority = parts?.[2]?.toLowerCase() ?? ''
  const isHost =
    authority.length <= MAX_AUTHORITY &&
    HOST.test(authority) &&
    (hostHeader === null || HOST.test(hostHeader.toLowerCase()))
  if (parts === null || !isHost) return err('The Host header is not a host name.')
  const origin = originOf(`${parts[1]}://${authority}`)
  if (origin === null) return err('The Host header is not a host name.')
  const host = origin.slice(origin.indexOf('//') + 2).replace(/:\d+$/, '')
  const query = parts[4] ?? ''
  const raw = parts[3] === undefined || parts[3] === '' ? '/' : parts[3]
  if (!NOT_PLAIN.test(raw)) return ok({ host, origin, path: raw, query, needs: 'strict' })
  const canonical = canonicalise(origin, raw)
  return canonical.ok ? ok({ host, origin, query, ...canonical.value }) : canonical
}

/** A gateway answers on a few hosts, so parsing each once is enough. Bounded, because the names are the client's. */
const origins = new LruMap<string, string | null>(64)
const MAX_AUTHORITY = 260 // a host name of 253 characters and a port

function originOf(text: string): string | null {
  const known = origins.get(text)
  if (known !== undefined) return known
  const origin = parseOrigin(text)
  origins.set(text, origin)
  return origin
}

// A port past 65535 or an address such as 1.2.3.999 has the shape of a host and is none.
function parseOrigin(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, host, port } = new URL(text)
  return `${protocol}//${port === '' ? host.replace(/\.$/, '') : host.replace(/\.(?=:\d+$)/, '')}`
}

// No mode forwards these: `fetch` itself would rewrite them, so that the origin would see another path than was matched.
const NEVER: readonly (readonly [RegExp, string])[] = [
  [/%(?![0-9A-Fa-f]{2})/, 'The path has a percent sign that begins no escape.'],
  [/\\/, 'The path has a backslash.'],
  [/\/\.\.?(?:\/|$)/, 'The path has a dot segment.'],
  [/%2e/i, 'The path has an encoded dot.'],
]

// Origins disagree on what these mean: some decode them, some merge or cut the path at them.
const AMBIGUOUS = /\/\/|;|%5c|%25[0-9A-Fa-f]{2}|%[01][0-9A-Fa-f]|%7f/i

function canonicalise(origin: string, raw: string): Result<{ path: string; needs: PathMode }, string> {
  const refusal = NEVER.find(([pattern]) => pattern.test(raw))
  if (refusal !== undefined) return err(refusal[1])
  if (!URL.canParse(origin + raw)) return err('The request target is not a valid URL.')
  const path = new URL(origin + raw).pathname.replace(/%[0-9A-Fa-f]{2}/g, decodeUnreserved)
  // Judged after decoding: `%25%61%61` becomes `%25aa`, which a second decoder would read as one more escape.
  if (AMBIGUOUS.test(path) || !isUtf8(path)) return ok({ path, needs: 'raw' })
  return ok({ path, needs: path.includes('%2F') ? 'encoded-slash' : 'strict' })
}

function decodeUnreserved(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase()
}

// Overlong and broken UTF-8 (`%c0%af` for a slash) means different things to different decoders.
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
