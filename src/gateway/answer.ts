// Step 8: the headers of the origin's answer as the client gets them.
import type { CredentialLocation } from '../model/policy.ts'
import type { KeyFacts } from '../model/snapshot.ts'
import { setsOwnCookie } from '../policy/own-cookies.ts'
import { applyCors } from './cors.ts'
import type { Admission, Match } from './exchange.ts'
import { cleanHeaders } from './headers.ts'
import { addLimitFields } from './limit-fields.ts'

/** @param response of `passOn`: its headers are changed in place */
export function finishAnswer(response: Response, admission: Admission): Response {
  const { exchange, match, found } = admission
  const { request, target, config, trace, deps } = exchange
  const { headers } = response
  cleanHeaders(headers, null)
  if (headers.has('set-cookie')) dropOwnCookies(headers)
  headers.set('x-request-id', trace.requestId)
  addLimitFields(headers, trace.draws, config.snapshot.settings.rateLimitFields, deps.now())
  hideOrigin(headers, target.origin, match)
  if (match.route.auth !== 'none') keepPrivate(headers, match.route.credentialLocations)
  if (found !== null) {
    announceWindow(headers, found.key)
    warnOfExpiry(headers, found.key, config.snapshot.settings.expiryWarningMs, deps.now())
  }
  applyCors(headers, request.headers.get('origin'), match.route.cors)
  return response
}

// An origin could log its visitors into the control plane as somebody else: what they then enter there is that one's.
function dropOwnCookies(headers: Headers): void {
  const lines = headers.getSetCookie()
  const others = lines.filter((line) => !setsOwnCookie(line))
  if (others.length === lines.length) return
  headers.delete('set-cookie')
  for (const line of others) headers.append('set-cookie', line)
}

// An origin that redirects to itself by its own address would send the client around the gateway, with its key.
function hideOrigin(headers: Headers, gatewayOrigin: string, { upstream, route }: Match): void {
  const location = headers.get('location')
  if (location === null || !('url' in upstream.target) || !URL.canParse(location)) return
  const to = new URL(location)
  const base = new URL(upstream.target.url)
  if (to.origin !== base.origin) return
  const prefix = (base.pathname === '/' ? '' : base.pathname) + (route.rewrite?.addPrefix ?? '')
  const inner =
    to.pathname.startsWith(`${prefix}/`) || to.pathname === prefix
      ? to.pathname.slice(prefix.length)
      : to.pathname
  headers.set('location', gatewayOrigin + (route.rewrite?.stripPrefix ?? '') + inner + to.search + to.hash)
}

// No shared cache may serve one consumer's answer to another (RFC 9111, section 3.5: `private` says so for certain).
function keepPrivate(headers: Headers, locations: readonly CredentialLocation[]): void {
  if (headers.get('vary') !== '*') headers.append('vary', varyFor(locations))
  if (!headers.has('cache-control')) headers.set('cache-control', 'private')
}

const varies = new WeakMap<readonly CredentialLocation[], string>()

function varyFor(locations: readonly CredentialLocation[]): string {
  const held = varies.get(locations)
  if (held !== undefined) return held
  const names = new Set(['Authorization', 'X-API-Key'])
  for (const location of locations) {
    if (location.in === 'header' && location.name !== 'x-api-key') names.add(location.name)
    if (location.in === 'cookie') names.add('Cookie')
  }
  const vary = [...names].join(', ')
  varies.set(locations, vary)
  return vary
}

// A format is older than what the origin says of the resource itself, which is left standing.
function announceWindow(headers: Headers, { window }: KeyFacts): void {
  for (const [name, value] of window?.fields ?? []) if (!headers.has(name)) headers.set(name, value)
}

// RFC 9745 (`Deprecation`, a structured date) and RFC 8594 (`Sunset`, an HTTP date).
function warnOfExpiry(headers: Headers, key: KeyFacts, expiryWarningMs: number, now: number): void {
  // Of a child token, that it ends soon is the point.
  if (key.expiresAtMs === null || key.token !== undefined) return
  const warnsFrom = key.expiresAtMs - expiryWarningMs
  if (!key.rotated && now < warnsFrom) return
  headers.set('x-api-key-expiring', 'true')
  // Where its format ends it, the window has said so.
  if (key.window?.refusal) return
  headers.set('deprecation', `@${Math.floor(Math.min(warnsFrom, now) / 1000)}`)
  headers.set('sunset', new Date(key.expiresAtMs).toUTCString())
}
