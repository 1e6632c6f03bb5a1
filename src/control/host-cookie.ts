// Cookies that only this host has set and only this host reads: the `__Host-` prefix (RFC 6265bis, section 4.1.3.2) keeps a
// sibling domain, and anybody on a path of http, from planting one.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { ControlEnv } from './deps.ts'

/** Of logins there may be several at a time: one for each tab. */
type LoginCookie = `latchkey_login_${string}`
type HostCookie = 'latchkey_session' | LoginCookie

/** The value, or null. Over https a cookie without the prefix is as good as none: anybody could have set it. */
export function readHostCookie(c: Context<ControlEnv>, name: HostCookie): string | null {
  return getCookie(c, prefixed(c, name)) ?? null
}

/** The logins that the browser has begun, the oldest first: in that order it sends its cookies (RFC 6265bis, section 5.8.3). */
export function listLoginCookies(c: Context<ControlEnv>): readonly LoginCookie[] {
  const beginning = prefixed(c, 'latchkey_login_')
  return Object.keys(getCookie(c))
    .filter((name) => name.startsWith(beginning))
    .map((name) => `latchkey_login_${name.slice(beginning.length)}` as const)
}

/** Lax: a login ends with a navigation from the provider's site, which Strict would keep the cookie from. */
export function setHostCookie(
  c: Context<ControlEnv>,
  name: HostCookie,
  value: string,
  maxAgeMs: number,
): void {
  setCookie(c, prefixed(c, name), value, { ...attributes(c), maxAge: Math.floor(maxAgeMs / 1000) })
}

export function clearHostCookie(c: Context<ControlEnv>, name: HostCookie): void {
  deleteCookie(c, prefixed(c, name), attributes(c))
}

function attributes(c: Context<ControlEnv>) {
  return { path: '/', httpOnly: true, secure: isHttps(c), sameSite: 'Lax' } as const
}

// A browser refuses the prefix, and `Secure`, over the http of local development; nothing else is served over http.
function prefixed(c: Context<ControlEnv>, name: HostCookie): string {
  return isHttps(c) ? `__Host-${name}` : name
}

function isHttps(c: Context<ControlEnv>): boolean {
  return c.req.url.startsWith('https:')
}
