// The buckets of usage: counts of a minute, an hour or a day. Which bucket a count belongs to is decided here, also for one
// that comes so late, or so early, that its own bucket is not open.
import type { UsageGrain } from '../model/vocabulary.ts'
import type { Histogram, UsageCount, UsageLabels, UsageTally } from './usage.ts'

/** Days are UTC's. */
const WIDTHS: readonly (readonly [grain: UsageGrain, widthMs: number])[] = [
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]

/** How long after its time a count still finds its own bucket. */
export const LATENESS_MS = 600_000

export interface UsageBucket extends UsageLabels, UsageTally {
  readonly grain: UsageGrain
  /** Epoch milliseconds. */
  readonly startMs: number
  readonly endMs: number
}

/** Of which time counts are taken, epoch milliseconds. */
export interface OpenTime {
  /** Never falls: a bucket that ended by then is complete, may be forgotten, and is never begun again. */
  readonly fromMs: number
  readonly nowMs: number
}

/** What is open now, if `fromMs` was before. */
export function openTime(fromMs: number, nowMs: number): OpenTime {
  return { fromMs: Math.max(fromMs, nowMs - LATENESS_MS), nowMs }
}

/** Counts as buckets of every grain, each bucket once. A count from outside of the open time goes to its nearest end. */
export function bucketsOf(counts: Iterable<UsageCount>, open: OpenTime): readonly UsageBucket[] {
  const buckets = new Map<string, UsageBucket>()
  for (const count of counts) {
    for (const [grain, widthMs] of WIDTHS) {
      const bucket = bucketOf(count, grain, widthMs, open)
      const name = bucketName(bucket)
      const held = buckets.get(name)
      buckets.set(name, held === undefined ? bucket : { ...bucket, ...sumOf(held, bucket) })
    }
  }
  return [...buckets.values()]
}

export function sumOf(a: UsageTally, b: UsageTally): UsageTally {
  return {
    count: a.count + b.count,
    gatewayMs: sumOfHistograms(a.gatewayMs, b.gatewayMs),
    originMs: sumOfHistograms(a.originMs, b.originMs),
    lastAtMs: Math.max(a.lastAtMs, b.lastAtMs),
  }
}

export function sumOfHistograms(a: Histogram, b: Histogram): Histogram {
  const longer = a.length < b.length ? b : a
  return longer.map((_, i) => (a[i] ?? 0) + (b[i] ?? 0))
}

function bucketOf(
  { minuteMs, ...count }: UsageCount,
  grain: UsageGrain,
  widthMs: number,
  { fromMs, nowMs }: OpenTime,
): UsageBucket {
  const at = Math.max(fromMs, Math.min(minuteMs, nowMs))
  const startMs = at - (at % widthMs)
  // A use in the future would stand in the way of every later one.
  const lastAtMs = Math.min(count.lastAtMs, nowMs)
  return { ...count, lastAtMs, grain, startMs, endMs: startMs + widthMs }
}

/** Of one organization, what tells it from other buckets. Without the project, which follows from the key. */
export function bucketName({ grain, startMs, keyId, routeId, statusClass, outcome }: UsageBucket): string {
  return [grain, startMs, keyId, routeId, statusClass, outcome].join(' ')
}
