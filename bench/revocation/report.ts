// What the prober prints.
import { percentile } from '../statistics.ts'
import type { Calls } from './calls.ts'
import { costAt, measuredCost, type Cost } from './cost.ts'
import type { Revocation } from './probe.ts'

export interface Findings {
  readonly revocations: readonly Revocation[]
  readonly lastArrivals: ReadonlyMap<string, number>
  readonly calls: Calls
  readonly edges: number
  readonly seconds: number
}

/** Revocations whose key reached the origin after `effective_by`. */
export function broken({ revocations, lastArrivals }: Findings): readonly Revocation[] {
  return revocations.filter(({ keyId, effectiveBy }) => (lastArrivals.get(keyId) ?? 0) > effectiveBy)
}

export function report(findings: Findings): string {
  const { revocations, lastArrivals, calls, edges, seconds } = findings
  const toAnswer = sorted(revocations, (one) => (lastArrivals.get(one.keyId) ?? 0) - one.answeredAt)
  const toEffect = sorted(revocations, (one) => (lastArrivals.get(one.keyId) ?? 0) - one.effectiveBy)
  const requests = sum(revocations, (one) => one.requests)
  const acknowledged = revocations.filter((one) => one.relaysAcknowledged === one.relaysTotal).length
  const perThousand = (count: number) => ((1000 * count) / calls.requests).toFixed(1)
  return [
    `revocations                                  ${revocations.length}`,
    `  acknowledged by every relay                ${acknowledged}`,
    `isolates                                     ${edges}, KV frozen at its first values`,
    `requests with revoked keys                   ${requests}, ${sum(revocations, (one) => one.admitted)} admitted`,
    `requests per second and isolate              ${(calls.requests / seconds / edges).toFixed(1)}`,
    '',
    `last admitted request, ms after the answer   ${spread(toAnswer)}`,
    `last admitted request, ms after effective_by ${spread(toEffect)}`,
    `keys admitted after effective_by             ${broken(findings).length}`,
    '',
    'calls per 1,000 requests at this load',
    `  to relays                                  ${perThousand(calls.relaySyncs)} (${(calls.relaySyncs / seconds / edges).toFixed(2)} per second and isolate)`,
    `  to the hub: pulls of relays                ${perThousand(calls.hubPulls)}`,
    `  to the hub: by isolates                    ${perThousand(calls.hubSyncs)}`,
    `  pushes to relays per change                ${(calls.relayPushes / Math.max(1, calls.hubPublishes)).toFixed(1)}`,
    '',
    'US dollars per million requests at list prices (Workers, and the calls to the feed)',
    `  at this load                               ${dollars(measuredCost(calls))}`,
    `  at 100 requests per second and isolate     ${dollars(costAt(100))}`,
    `  at 1,000 requests per second and isolate   ${dollars(costAt(1000))}`,
    `a relay and the hub, never idle, for a month  ${costAt(1).residentPerMonth.toFixed(2)}`,
  ].join('\n')
}

function dollars({ workers, feedCalls }: Cost): string {
  return `${workers.toFixed(3)} + ${feedCalls.toFixed(4)}`
}

function spread(values: readonly number[]): string {
  const at = (share: number) => percentile(values, share).toFixed(0)
  return `median ${at(0.5)}, p95 ${at(0.95)}, worst ${at(1)}`
}

function sorted(all: readonly Revocation[], figure: (one: Revocation) => number): readonly number[] {
  return all.map(figure).sort((a, b) => a - b)
}

function sum(all: readonly Revocation[], figure: (one: Revocation) => number): number {
  return all.reduce((total, one) => total + figure(one), 0)
}
