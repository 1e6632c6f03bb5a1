// What an isolate has counted and not yet handed over, and the way to what is done behind an answer (behind-answer.ts): that
// is loaded behind the first one, so that no cold start waits for it.
import { errorName } from '../error-name.ts'
import type { ObservedAddress } from '../limits/addresses.ts'
import type { RefusalNote } from '../limits/refusals.ts'
import type { UsageBatch, UsageCount, UsageOutcome } from '../limits/usage.ts'
import type { GatewayDeps } from './deps.ts'
import type { Trace } from './record.ts'

/** A request that was answered. */
export interface Answered {
  /** Null for a question about a key (verify.ts): no request was answered. */
  readonly request: Request | null
  readonly trace: Trace
  readonly status: number
  readonly outcome: UsageOutcome
  /** Epoch milliseconds. */
  readonly atMs: number
}

export type Counting = { -readonly [K in keyof UsageCount]: UsageCount[K] } & {
  readonly gatewayMs: number[]
  readonly originMs: number[]
}

/** What is counted of one organization. */
export interface OrganizationUsage {
  counts: Map<string, Counting>
  /** A few of the requests that were refused. */
  refusals: RefusalNote[]
  /** From where its keys were used. */
  addresses: ObservedAddress[]
  /** Handed over and not acknowledged: repeated as it is, and counts that come meanwhile wait for the next. */
  pending: UsageBatch | null
  /** When the hand-over that will take these counts began, epoch milliseconds; -Infinity: none will. */
  begunAt: number
  /** When a batch was sent whose acknowledgement is waited for, epoch milliseconds; -Infinity: none is. */
  sentAt: number
}

export interface UsageMemory {
  /** What is done behind an answer. Null until it is loaded. */
  behind: ((answered: Answered, deps: GatewayDeps) => void) | null
  /** Of the last batch. */
  seq: number
  /** Distinct counts that are held, those of pending batches included. */
  size: number
  /** Refusals that are held, those of pending batches included. */
  refusals: number
  /** Observed addresses that are held, those of pending batches included. */
  addresses: number
  /** When what was told, epoch milliseconds (observed-address.ts). */
  readonly told: Map<string, number>
  readonly organizations: Map<string, OrganizationUsage>
}

export function createUsageMemory(): UsageMemory {
  return {
    behind: null,
    seq: 0,
    size: 0,
    refusals: 0,
    addresses: 0,
    told: new Map(),
    organizations: new Map(),
  }
}

/** Counts a request, and what else is done with it behind its answer. Never awaits. */
export function countUsage(
  trace: Trace,
  status: number,
  outcome: UsageOutcome,
  deps: GatewayDeps,
  request: Request | null = null,
): void {
  const { usage } = deps.memory
  const answered = { request, trace, status, outcome, atMs: deps.now() }
  if (usage.behind === null) deps.waitUntil(loadAndNote(answered, deps))
  else usage.behind(answered, deps)
}

async function loadAndNote(answered: Answered, deps: GatewayDeps): Promise<void> {
  try {
    const { noteBehindAnswer } = await import('./behind-answer.ts')
    deps.memory.usage.behind = noteBehindAnswer
    noteBehindAnswer(answered, deps)
  } catch (error) {
    deps.log({ event: 'usage_not_counted', error: errorName(error) })
  }
}
