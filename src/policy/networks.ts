// Where clients come from, as networks: how an address is written down, and which ranges hold those that were seen. Pure.
import { parseAddress, parseRange, type Range } from './address.ts'

/** Of an IPv6 address only the network counts: clients change the rest by themselves (RFC 8981, temporary addresses). */
const V6_NETWORK_HOST_BITS = 64n
const MAX_SUGGESTED = 16
/** What the numbers of IPv4 addresses begin with (address.ts): the prefix of ::ffff:0:0/96. */
const V4_PREFIX = 0xffffn

/** In bits of the host part. Those of one such range become it where so many are in it. */
interface Width {
  readonly v4: bigint
  readonly v6: bigint
  readonly joinedFrom: number
}

/** Of a customer's network, /24 and /48; and then wider ones, but none that holds half a provider. */
const NARROWEST: Width = { v4: 8n, v6: 80n, joinedFrom: 3 }
const WIDER: readonly Width[] = [
  { v4: 12n, v6: 88n, joinedFrom: 2 },
  { v4: 16n, v6: 96n, joinedFrom: 2 },
]

/**
 * An address as a network policy takes it: IPv4 as it is, IPv6 as its /64, in one spelling (RFC 5952).
 * @returns null for what is no address
 */
export function networkOf(address: string): string | null {
  const start = parseAddress(address)
  return start === null ? null : format(widened(start, isV4(start) ? 0n : V6_NETWORK_HOST_BITS))
}

/**
 * Ranges for a network policy that hold all networks that were seen: those of one /24 (IPv6: /48) as one, where there are three or more,
 * and the others each for itself; wider ones, up to /16 (/32), only where there would be more than 16.
 * @param networks as {@link networkOf} writes them; what is no range is left out
 * @returns none where so few ranges cannot hold them
 */
export function suggestRanges(networks: readonly string[]): readonly string[] {
  const seen = distinct(networks.map(parseRange).filter((range) => range !== null))
  let ranges = joinedBy(NARROWEST, seen)
  for (const width of WIDER) if (ranges.length > MAX_SUGGESTED) ranges = joinedBy(width, seen)
  return ranges.length > MAX_SUGGESTED ? [] : ranges.toSorted(inOrder).map(format)
}

function joinedBy({ v4, v6, joinedFrom }: Width, seen: readonly Range[]): readonly Range[] {
  const wide = ({ start }: Range) => widened(start, isV4(start) ? v4 : v6)
  return [...Map.groupBy(seen, (range) => format(wide(range)))].flatMap(([, members]) =>
    members.length < joinedFrom ? members : members.slice(0, 1).map(wide),
  )
}

function distinct(ranges: readonly Range[]): readonly Range[] {
  return [...new Map(ranges.map((range) => [format(range), range])).values()]
}

function inOrder(a: Range, b: Range): number {
  return a.start < b.start ? -1 : 1
}

function isV4(address: bigint): boolean {
  return address >> 32n === V4_PREFIX
}

/** Its host part is zeros. */
function widened(start: bigint, hostBits: bigint): Range {
  return { start: (start >> hostBits) << hostBits, hostBits }
}

function format({ start, hostBits }: Range): string {
  if (!isV4(start)) return `${formatV6(start)}/${128n - hostBits}`
  const octets = [24n, 16n, 8n, 0n].map((shift) => (start >> shift) & 255n).join('.')
  return hostBits === 0n ? octets : `${octets}/${32n - hostBits}`
}

// The URL Standard writes IPv6 as RFC 5952 recommends ("IPv6 serializer").
function formatV6(start: bigint): string {
  const groups = start.toString(16).padStart(32, '0').match(/.{4}/g) ?? []
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
