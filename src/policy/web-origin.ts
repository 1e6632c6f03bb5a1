// Web origins (RFC 6454): which pages a key may be used from. Pure.

/** True for `https://app.example.com`, `http://localhost:3000`, `https://*.example.com`: no path, no trailing slash. */
export function isWebOrigin(text: string): boolean {
  const concrete = text.replace('://*.', '://wildcard.')
  if (!/^https?:\/\/[^/]+$/.test(concrete) || concrete.includes('*') || !URL.canParse(concrete)) return false
  return new URL(concrete).origin === concrete
}

/**
 * True if an `Origin` header is one of the allowed origins (RFC 6454: scheme, host and port all equal).
 * `https://*.example.com` allows every sub-domain at any depth, not example.com itself. `null` is never allowed.
 */
export function allowsWebOrigin(allowed: readonly string[], origin: string): boolean {
  return allowed.some((pattern) => pattern === origin || matchesWildcard(pattern, origin))
}

function matchesWildcard(pattern: string, origin: string): boolean {
  const star = pattern.indexOf('://*.')
  if (star === -1) return false
  const scheme = pattern.slice(0, star + 3)
  const suffix = pattern.slice(star + 4)
  // What the star stands for must be host characters alone: `https://evil.com/.example.com` is no origin at all.
  const label = origin.slice(scheme.length, -suffix.length)
  return origin.startsWith(scheme) && origin.endsWith(suffix) && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(label)
}
