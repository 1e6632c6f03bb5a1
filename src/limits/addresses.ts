// From where keys were used, on the way from isolates to D1: an address is told once in a while, not with each request. Pure.

/** A key, and where it was used from. */
export interface ObservedAddress {
  readonly keyId: string
  /** As `networkOf` (src/policy/networks.ts) writes it. */
  readonly address: string
  /** Epoch milliseconds. */
  readonly firstAtMs: number
  readonly lastAtMs: number
}

export interface AddressBounds {
  readonly all: number
  readonly ofKey: number
}

/** True if an address of this key that is not held yet may be added: a key that is used everywhere leaves room for others. */
export function hasRoomFor(
  held: readonly ObservedAddress[],
  keyId: string,
  { all, ofKey }: AddressBounds,
): boolean {
  if (held.length >= all) return false
  return held.filter((observed) => observed.keyId === keyId).length < ofKey
}

/** One entry for each key and address, over the whole time of those that are joined. What finds no room is left out. */
export function mergeAddresses(
  held: readonly ObservedAddress[],
  added: readonly ObservedAddress[],
  bounds: AddressBounds,
): readonly ObservedAddress[] {
  const merged = [...held]
  for (const observed of added) {
    const { keyId, address } = observed
    const at = merged.findIndex((one) => one.keyId === keyId && one.address === address)
    const same = merged[at]
    if (same !== undefined) merged[at] = joined(same, observed)
    else if (hasRoomFor(merged, keyId, bounds)) merged.push(observed)
  }
  return merged
}

function joined(a: ObservedAddress, b: ObservedAddress): ObservedAddress {
  return {
    ...a,
    firstAtMs: Math.min(a.firstAtMs, b.firstAtMs),
    lastAtMs: Math.max(a.lastAtMs, b.lastAtMs),
  }
}
