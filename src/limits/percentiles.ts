// Percentiles of latencies, estimated from histograms.
import { LATENCY_BOUNDS_MS, type Histogram } from './usage.ts'

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/**
 * Takes it that latencies are spread evenly within their bucket, so an estimate lies in the bucket of the true value. The
 * last bucket has no end: what falls into it is given as its beginning, the most that can be said for certain.
 * @returns null for no requests
 */
export function percentilesOf(histogram: Histogram): Percentiles | null {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const at = (share: number) => valueAt(share * total, histogram)
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** @param rank how many requests were as fast or faster, above 0 */
function valueAt(rank: number, histogram: Histogram): number {
  let below = 0
  let lowerMs = 0
  for (const [i, upperMs] of LATENCY_BOUNDS_MS.entries()) {
    const count = histogram[i] ?? 0
    if (upperMs === Infinity) break
    if (below + count >= rank) return lowerMs + ((upperMs - lowerMs) * (rank - below)) / count
    below += count
    lowerMs = upperMs
  }
  return lowerMs
}
