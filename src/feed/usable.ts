// May a copy still be used? The one question that every cached decision asks, kept pure.
// Today age alone answers it; the invalidation feed adds "and no later change names it" (docs/decisions/0002).
import type { Stamp } from '../model/snapshot.ts'

/** How far ahead of ours another isolate's clock may be. */
export const MAX_CLOCK_SKEW_MS = 5_000

/**
 * @param maxAgeMs the bound: no copy is used later than this after D1 was read
 * @param now epoch milliseconds
 */
export function usable(snapshot: Stamp, maxAgeMs: number, now: number): boolean {
  const age = now - snapshot.readAt
  // A stamp from the future comes from a clock ahead of ours, or from a forged value: beyond the bound it is not trusted.
  return age <= maxAgeMs && age >= -MAX_CLOCK_SKEW_MS
}
