// Hands what an isolate has counted and noted to the limiter of the organization, behind the requests. A batch is repeated under its
// number until the limiter says that it has it, so that a lost answer counts nothing twice; what an isolate loses when it
// is killed is what it had not handed over.
import { errorName } from '../error-name.ts'
import { limiterName } from '../limits/rpc.ts'
import type { UsageBatch } from '../limits/usage.ts'
import { withTimeout } from '../timeout.ts'
import type { GatewayDeps } from './deps.ts'
import { holderOf } from './holder.ts'
import type { OrganizationUsage } from './usage.ts'

/**
 * Before each attempt. The first is what lets counts gather, short enough for them to be handed over within a second. All
 * of it, with timeouts, stays below the 30 s that the platform grants after an answer.
 */
const PAUSES_MS = [900, 2_000, 4_000]
/** A limiter that is silent for longer has failed: the batch is kept. */
const TIMEOUT_MS = 3_000
/** The limiter knows for a day which batches it has (src/objects/usage-book.ts): a repeat must come well before. */
const REPEATED_FOR_MS = 43_200_000

/** Hands over what was counted of an organization when a pause is over. Never throws. */
export async function handOver(
  organizationId: string,
  usage: OrganizationUsage,
  deps: GatewayDeps,
): Promise<void> {
  for (const pauseMs of PAUSES_MS) {
    await deps.sleep(pauseMs)
    if (await deliver(organizationId, usage, deps)) return
  }
  // The next request of the organization begins another one.
  usage.begunAt = -Infinity
}

async function deliver(
  organizationId: string,
  usage: OrganizationUsage,
  deps: GatewayDeps,
): Promise<boolean> {
  const sentAt = deps.now()
  // Another hand-over is waiting for an answer. Without this, one whose request was cut off would be waited for for good.
  if (sentAt - usage.sentAt < TIMEOUT_MS) return false
  usage.sentAt = sentAt
  try {
    await sendPending(usage, deps)
    takeCounts(organizationId, usage, deps)
    await sendPending(usage, deps)
    forgetIdle(organizationId, usage, deps)
    return true
  } catch (error) {
    deps.log({ event: 'usage_not_handed_over', organization_id: organizationId, error: errorName(error) })
    return false
  } finally {
    if (usage.sentAt === sentAt) usage.sentAt = -Infinity
  }
}

async function sendPending(usage: OrganizationUsage, deps: GatewayDeps): Promise<void> {
  const { pending } = usage
  if (pending === null) return
  if (isOutdated(pending, deps.now())) lose(pending, deps)
  else
    await withTimeout(deps.limiter(limiterName('usage', pending.organizationId)).record(pending), TIMEOUT_MS)
  // Another hand-over may have brought the same batch, and be at the next one.
  if (usage.pending !== pending) return
  usage.pending = null
  deps.memory.usage.size -= pending.counts.length
  deps.memory.usage.refusals -= pending.refusals?.length ?? 0
  deps.memory.usage.addresses -= pending.addresses?.length ?? 0
}

// No await between the look and the change: a count goes into this batch or into the next, never into both or none.
function takeCounts(organizationId: string, usage: OrganizationUsage, deps: GatewayDeps): void {
  if (usage.pending !== null) return
  usage.begunAt = -Infinity
  if (usage.counts.size === 0) return
  usage.pending = {
    organizationId,
    holder: holderOf(deps),
    seq: ++deps.memory.usage.seq,
    counts: [...usage.counts.values()],
    refusals: usage.refusals,
    addresses: usage.addresses,
  }
  usage.counts = new Map()
  usage.refusals = []
  usage.addresses = []
}

function isOutdated({ counts }: UsageBatch, now: number): boolean {
  return counts.every(({ lastAtMs }) => now - lastAtMs > REPEATED_FOR_MS)
}

function lose({ organizationId, counts }: UsageBatch, deps: GatewayDeps): void {
  const requests = counts.reduce((sum, { count }) => sum + count, 0)
  deps.log({ event: 'usage_lost', organization_id: organizationId, requests })
}

function forgetIdle(organizationId: string, usage: OrganizationUsage, deps: GatewayDeps): void {
  const { organizations } = deps.memory.usage
  const isIdle = usage.pending === null && usage.counts.size === 0
  if (isIdle && organizations.get(organizationId) === usage) organizations.delete(organizationId)
}
