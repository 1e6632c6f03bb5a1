// Counts requests in the memory of the isolate, and sees to it that the counts, notes of some refusals, and addresses leave it within
// a second (hand-over.ts).
import { LATENCY_BOUNDS_MS, PLATFORM_USAGE, type UsageLabels } from '../limits/usage.ts'
import type { GatewayDeps } from './deps.ts'
import { handOver } from './hand-over.ts'
import { observeAddress } from './observed-address.ts'
import type { Trace } from './record.ts'
import { noteOf } from './refusal-note.ts'
import type { Answered, Counting, OrganizationUsage, UsageMemory } from './usage.ts'

/** Distinct counts of all organizations in memory, about 500 bytes each: beyond it what is new is counted in sums. */
const MAX_COUNTS = 4_000
/** Of one organization, so that one whose limiter fails leaves room for the others. */
const MAX_COUNTS_OF_ONE = 1_000
/** A hand-over that began longer ago has ended, whatever became of its request: its pauses and timeouts are over. */
const HAND_OVER_ENDS_AFTER_MS = 25_000

/** A key is counted only where its whole text was presented: nobody can count against another's. */
export function tally(answered: Answered, deps: GatewayDeps): void {
  const { trace, status, outcome, atMs } = answered
  const { key, startedAtMs, originMs } = trace
  const organizationId = key?.organizationId ?? PLATFORM_USAGE
  const usage = usageOf(organizationId, deps.memory.usage)
  const count = countOf(atMs - (atMs % 60_000), labelsOf(trace, status, outcome), usage, deps)
  count.count++
  count.lastAtMs = Math.max(count.lastAtMs, atMs)
  add(count.gatewayMs, atMs - startedAtMs - (originMs ?? 0))
  if (originMs !== null) add(count.originMs, originMs)
  keepNote(answered, usage, deps)
  observeAddress(answered, usage, deps)
  if (atMs - usage.begunAt < HAND_OVER_ENDS_AFTER_MS) return
  usage.begunAt = atMs
  deps.waitUntil(handOver(organizationId, usage, deps))
}

function keepNote(answered: Answered, { refusals }: OrganizationUsage, deps: GatewayDeps): void {
  const note = noteOf(answered, refusals, deps)
  if (note === null) return
  refusals.push(note)
  deps.memory.usage.refusals++
}

function usageOf(organizationId: string, { organizations }: UsageMemory): OrganizationUsage {
  const held = organizations.get(organizationId)
  if (held !== undefined) return held
  const usage: OrganizationUsage = {
    counts: new Map(),
    refusals: [],
    addresses: [],
    pending: null,
    begunAt: -Infinity,
    sentAt: -Infinity,
  }
  organizations.set(organizationId, usage)
  return usage
}

function labelsOf({ key, route }: Trace, status: number, outcome: UsageLabels['outcome']): UsageLabels {
  return {
    keyId: key?.id ?? '',
    projectId: key?.projectId ?? '',
    routeId: route?.id ?? '',
    statusClass: Math.floor(status / 100),
    outcome,
  }
}

function countOf(
  minuteMs: number,
  labels: UsageLabels,
  { counts }: OrganizationUsage,
  { memory: { usage: memory }, log }: GatewayDeps,
): Counting {
  const { keyId, routeId, statusClass, outcome } = labels
  const name = `${minuteMs} ${keyId} ${routeId} ${statusClass} ${outcome}`
  // Without a minute, or an outage of hours would still add a sum for each.
  const sum = `${statusClass} ${outcome}`
  const hasRoom = memory.size < MAX_COUNTS && counts.size < MAX_COUNTS_OF_ONE
  const held = counts.get(name) ?? (hasRoom ? undefined : counts.get(sum))
  if (held !== undefined) return held
  if (hasRoom) return begin(name, { ...labels, minuteMs }, counts, memory)
  log({ event: 'usage_summed', outcome, counts: memory.size })
  return begin(sum, { ...labels, keyId: '', projectId: '', routeId: '', minuteMs }, counts, memory)
}

function begin(
  name: string,
  labels: UsageLabels & Pick<Counting, 'minuteMs'>,
  counts: Map<string, Counting>,
  memory: UsageMemory,
): Counting {
  const count = { ...labels, count: 0, lastAtMs: 0, gatewayMs: noneIn(), originMs: noneIn() }
  counts.set(name, count)
  memory.size++
  return count
}

function noneIn(): number[] {
  return LATENCY_BOUNDS_MS.map(() => 0)
}

function add(histogram: number[], ms: number): void {
  const bucket = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound)
  histogram[bucket] = (histogram[bucket] ?? 0) + 1
}
