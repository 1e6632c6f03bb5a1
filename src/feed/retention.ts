// How long the hub remembers. Longer than any copy may live: a copy must die before the change that condemns it is
// forgotten. The floor is the second belt: whoever is from before what was forgotten is not used either (usable.ts).

/** Clocks of isolates differ by seconds (MAX_CLOCK_SKEW_MS); a margin of minutes costs a few rows. */
export const RETENTION_MARGIN_MS = 600_000

export interface Retention {
  readonly snapshotMaxAgeMs: number
  readonly feedMaxChanges: number
}

/** Changes from before this time may be forgotten. Epoch milliseconds. */
export function forgetsBefore(now: number, { snapshotMaxAgeMs }: Retention): number {
  return now - snapshotMaxAgeMs - RETENTION_MARGIN_MS
}

/** When a change that was made at `at` may be forgotten. Epoch milliseconds. */
export function forgetsAt(at: number, { snapshotMaxAgeMs }: Retention): number {
  return at + snapshotMaxAgeMs + RETENTION_MARGIN_MS
}
