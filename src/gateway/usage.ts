// What an isolate has counted and not yet handed over, and the way to what counts (tally.ts): that is loaded behind the
// first answer, so that no cold start waits for it.
import type { UsageBatch, UsageCount, UsageOutcome } from '../limits/usage.ts'
import { errorName } from '../error-name.ts'
import type { GatewayDeps } from './deps.ts'
import type { Trace } from './record.ts'

/** A request that was answered. */
export interface Answered {
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
  /** Handed over and not acknowledged: repeated as it is, and counts that come meanwhile wait for the next. */
  pending: UsageBatch | null
  /** When the hand-over that will take these counts began, epoch milliseconds; -Infinity: none will. */
  begunAt: number
  /** When a batch was sent whose acknowledgement is waited for, epoch milliseconds; -Infinity: none is. */
  sentAt: number
}

export interface UsageMemory {
  /** Null until it is loaded. */
  tally: ((answered: Answered, deps: GatewayDeps) => void) | null
  /** Of the last batch. */
  seq: number
  /** Distinct counts that are held, those of pending batches included. */
  size: number
  readonly organizations: Map<string, OrganizationUsage>
}

export function createUsageMemory(): UsageMemory {
  return { tally: null, seq: 0, size: 0, organizations: new Map() }
}

/** Counts a request. Never awaits. */
export function countUsage(trace: Trace, status: number, outcome: UsageOutcome, deps: GatewayDeps): void {
  const { usage } = deps.memory
  const answered = { trace, status, outcome, atMs: deps.now() }
  if (usage.tally === null) deps.waitUntil(loadAndTally(answered, deps))
  else usage.tally(answered, deps)
}

async function loadAndTally(answered: Answered, deps: GatewayDeps): Promise<void> {
  try {
    const { tally } = await import('./tally.ts')
    deps.memory.usage.tally = tally
    tally(answered, deps)
  } catch (error) {
    deps.log({ event: 'usage_not_counted', error: errorName(error) })
  }
}
