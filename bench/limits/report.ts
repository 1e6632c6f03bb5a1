// What the simulation prints, and what of it misses its mark.
import type { Case } from './loads.ts'
import type { PeerOutcome } from './peer.ts'
import type { Outcome } from './simulation.ts'

export interface Finding {
  readonly case: Case
  readonly leased: Outcome
  /** One call for each request, under the same load. */
  readonly exact: Outcome
  /** Null: it was not asked for. */
  readonly peer: PeerOutcome | null
}

const HEAD = [
  'load',
  'isolates',
  'past the bound',
  'utilisation',
  'admitted',
  'without waiting',
  'calls/s',
  'calls per 1,000',
  'exact: past',
  'exact: utilisation',
  'exact: calls/s',
]
const PEER_HEAD = ['hono-rate-limiter: past', 'hono-rate-limiter: utilisation']

export function table(findings: readonly Finding[]): string {
  const head = findings.some(({ peer }) => peer !== null) ? [...HEAD, ...PEER_HEAD] : HEAD
  const rows = [head, head.map((title) => '-'.repeat(title.length)), ...findings.map(rowOf)]
  const widths = head.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`).join('\n')
}

/** @returns in words; empty when nothing is missed */
export function misses({ case: one, leased, exact }: Finding): readonly string[] {
  const { leastUtilisation, mostCallsPerSecond } = one
  const says = `${one.name} over ${one.isolates} isolates`
  const missed = [
    leased.pastBound > 0 && `${says}: ${leased.pastBound} past the bound`,
    exact.pastBound > 0 && `${says}: ${exact.pastBound} past the bound, exact`,
    leastUtilisation !== null &&
      utilisation(one, leased) < leastUtilisation &&
      `${says}: utilisation ${utilisation(one, leased).toFixed(3)}, not ${leastUtilisation}`,
    mostCallsPerSecond !== null &&
      leased.objectCalls / one.seconds > mostCallsPerSecond &&
      `${says}: ${(leased.objectCalls / one.seconds).toFixed(0)} calls/s, not ${mostCallsPerSecond}`,
  ]
  return missed.filter((line) => line !== false)
}

function rowOf({ case: one, leased, exact, peer }: Finding): readonly string[] {
  const perSecond = (calls: number) => (calls / one.seconds).toFixed(1)
  return [
    one.name,
    String(one.isolates),
    String(leased.pastBound),
    utilisation(one, leased).toFixed(3),
    (leased.admitted / leased.requests).toFixed(3),
    (leased.warm / leased.requests).toFixed(2),
    perSecond(leased.objectCalls),
    ((1000 * leased.objectCalls) / leased.requests).toFixed(0),
    String(exact.pastBound),
    utilisation(one, exact).toFixed(3),
    perSecond(exact.objectCalls),
    ...(peer === null ? [] : [String(peer.pastBound), utilisation(one, peer).toFixed(3)]),
  ]
}

/** Of what the limit would have let pass in this time, and of what was asked for where that is less. */
function utilisation(
  { limit, periodSeconds, seconds }: Case,
  { admitted, requests }: Pick<Outcome, 'admitted' | 'requests'>,
): number {
  return admitted / Math.min(requests, limit + (seconds * limit) / periodSeconds)
}
