// Rows of usage as a series: points in time, each with its groups, and latencies as percentiles.
import { sumOfHistograms } from '../limits/buckets.ts'
import { percentilesOf, type Percentiles } from '../limits/percentiles.ts'
import type { Histogram } from '../limits/usage.ts'

/** Sums of one group of one bucket. */
export interface UsageSum {
  readonly startMs: number
  readonly statusClass: number
  readonly outcome: string
  readonly count: number
  readonly gatewayMs: Histogram
  readonly originMs: Histogram
}

interface Measured {
  readonly count: number
  /** Time spent in the gateway. */
  readonly gatewayMs: Percentiles | null
  /** Time until the origin's headers; null where it was never called. */
  readonly originMs: Percentiles | null
}

export interface UsageGroup extends Measured {
  readonly statusClass: number
  readonly outcome: string
}

export interface UsagePoint extends Measured {
  readonly startMs: number
  readonly groups: readonly UsageGroup[]
}

/** @param sums of any number of databases, in any order */
export function toPoints(sums: readonly UsageSum[]): readonly UsagePoint[] {
  return [...Map.groupBy(sums, ({ startMs }) => startMs)]
    .sort(([a], [b]) => a - b)
    .map(([startMs, ofPoint]) => ({ startMs, ...measured(ofPoint), groups: toGroups(ofPoint) }))
}

/** All of a period as one point. */
export function toTotal(sums: readonly UsageSum[]): Omit<UsagePoint, 'startMs'> {
  return { ...measured(sums), groups: toGroups(sums) }
}

function toGroups(sums: readonly UsageSum[]): readonly UsageGroup[] {
  return [...Map.groupBy(sums, ({ statusClass, outcome }) => `${statusClass} ${outcome}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, ofGroup]) => groupOf(ofGroup))
}

function groupOf(sums: readonly UsageSum[]): readonly UsageGroup[] {
  const [first] = sums
  if (first === undefined) return []
  return [{ statusClass: first.statusClass, outcome: first.outcome, ...measured(sums) }]
}

function measured(sums: readonly UsageSum[]): Measured {
  const merged = (of: (sum: UsageSum) => Histogram) => sums.map(of).reduce(sumOfHistograms, [])
  return {
    count: sums.reduce((total, { count }) => total + count, 0),
    gatewayMs: percentilesOf(merged(({ gatewayMs }) => gatewayMs)),
    originMs: percentilesOf(merged(({ originMs }) => originMs)),
  }
}
