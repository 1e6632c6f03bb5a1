// Addresses and ranges of them, against which a client's address or an upstream's host is held. Pure.

/** A range of addresses, each as a number. IPv4 stands in IPv6's mapped range (::ffff:0:0/96): two forms, one address. */
export interface Range {
  readonly start: bigint
  /** Bits of the host part, out of 128. */
  readonly hostBits: bigint
}

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

/** @returns null for what is no address and no range */
export function parseRange(text: string): Range | null {
  const slash = text.indexOf('/')
  const start = parseAddress(slash === -1 ? text : text.slice(0, slash))
  if (start === null) return null
  if (slash === -1) return { start, hostBits: 0n }
  const prefix = text.slice(slash + 1)
  const width = text.includes(':') ? 128 : 32
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > width) return null
  return { start, hostBits: BigInt(width - Number(prefix)) }
}

/** @returns its number, out of 128 bits; null for what is no address */
export function parseAddress(text: string): bigint | null {
  if (!text.includes(':')) return parseV6(`::ffff:${groupsOfV4(text)}`)
  // Only the last 32 bits may be written as IPv4 (RFC 4291, section 2.2).
  return parseV6(text.replace(/(?<=:)\d+\.[\d.]+$/, groupsOfV4))
}

/** `10.0.0.1` as `a00:1`, and whatever is no address as a group that none has. */
function groupsOfV4(text: string): string {
  const octets = text.split('.')
  // No leading zeros: some readers take them for octal.
  if (octets.length !== 4 || !octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet))) return '-'
  const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number)
  return Math.max(a, b, c, d) > 255 ? '-' : `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

function parseV6(text: string): bigint | null {
  const [head = [], tail = [], ...more] = text.split('::').map((side) => (side === '' ? [] : side.split(':')))
  const zeros = 8 - head.length - tail.length
  const isFilled = text.includes('::') ? zeros > 0 && more.length === 0 : zeros === 0
  if (!isFilled) return null
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`)
}
