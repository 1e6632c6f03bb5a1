// Where a request comes from, against where a key may be used from: addresses, countries, web origins. Pure.
import { convertIPv4ToBinary, convertIPv6ToBinary, distinctRemoteAddr } from 'hono/utils/ipaddr'

/** An address as a number. IPv4 stands in IPv6's mapped range (::ffff:0:0/96), so that the two forms are one address. */
interface Range {
  readonly start: bigint
  /** Bits of the host part, out of 128. */
  readonly hostBits: bigint
}

const MAPPED = 0xffffn << 32n

/** True for an IPv4 or IPv6 address or CIDR range, such as `10.0.0.0/8` or `2001:db8::/32`. */
export function isAddressRange(text: string): boolean {
  return parseRange(text) !== null
}

/**
 * True if one of the ranges holds the address. An address that cannot be read is in no range.
 * @param ranges valid by {@link isAddressRange}; an invalid one holds nothing
 */
export function inRanges(address: string, ranges: readonly string[]): boolean {
  const number = parseAddress(address)
  if (number === null) return false
  return ranges.some((text) => {
    const range = parseRange(text)
    return range !== null && number >> range.hostBits === range.start >> range.hostBits
  })
}

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

function parseRange(text: string): Range | null {
  const slash = text.indexOf('/')
  const start = parseAddress(slash === -1 ? text : text.slice(0, slash))
  if (start === null) return null
  if (slash === -1) return { start, hostBits: 0n }
  const prefix = text.slice(slash + 1)
  const width = text.includes(':') ? 128 : 32
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > width) return null
  return { start, hostBits: BigInt(width - Number(prefix)) }
}

function parseAddress(text: string): bigint | null {
  try {
    const kind = distinctRemoteAddr(text)
    if (kind === 'IPv4') return MAPPED | convertIPv4ToBinary(text)
    return kind === 'IPv6' ? convertIPv6ToBinary(text) : null
  } catch {
    return null // hono's converters throw on what only looks like an address
  }
}
