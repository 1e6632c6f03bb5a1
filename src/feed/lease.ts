// Leases (Gray and Cheriton, SOSP 1989): a relay answers isolates only while its lease holds, so a relay that cannot hear
// the hub falls silent by itself, and a change waits for nobody longer than a lease. Durations only: no two clocks are
// ever compared.

/** A relay's side. Only a pull renews it: a push may have been under way for long, while later ones were lost. */
export interface Lease {
  /** Epoch milliseconds before the last pull that was answered was sent. */
  readonly from: number
  readonly ms: number
}

export const NO_LEASE: Lease = { from: -Infinity, ms: 0 }

export function holdsLease({ from, ms }: Lease, now: number): boolean {
  const heldMs = now - from
  // Negative after a clock that stepped back: how long it has been held is then not known.
  return heldMs >= 0 && heldMs <= ms
}

/** Past half of it a relay pulls in the background, so that no isolate waits for a pull. */
export function isLeaseAging({ from, ms }: Lease, now: number): boolean {
  return now - from > ms / 2
}

/** The lease after a pull was answered. Answers may overtake each other: the later pull counts. */
export function renewLease(held: Lease, sentAt: number, ms: number): Lease {
  return sentAt > held.from ? { from: sentAt, ms } : held
}

/** The hub's side: until when each relay may answer. Epoch milliseconds of the hub's clock, by the relay's id. */
export type LeaseBook = Map<string, number>

/** Who must hear of a change: everybody else has to pull first, and hears of it then. */
export function leaseHolders(
  book: LeaseBook,
  now: number,
): readonly (readonly [id: string, until: number])[] {
  return [...book].filter(([, until]) => until >= now)
}
