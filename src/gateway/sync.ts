// How an isolate learns of changes: it asks its relay, or the hub where the relay is away. Nothing pushes to an isolate,
// and no request may await what another one began, so the requests of an isolate share values only: what is known, and
// who is asking.
import type { Known, LogPart } from '../feed/change.ts'
import { absorb } from '../feed/log-copy.ts'
import { isKnownSince } from '../feed/usable.ts'
import { withTimeout } from '../timeout.ts'
import type { GatewayDeps } from './deps.ts'
import { errorName } from '../error-name.ts'

/** Answers with what the caller lacks. Throws when it cannot vouch for it. */
export type Keeper = (known: Known) => Promise<LogPart>

/**
 * Who is asked, in this order: how long each is given, and how long one that failed is left alone. Milliseconds. Failing
 * closed: the next one is asked, and without any of them D1.
 */
const RELAY = { name: 'relay', timeoutMs: 1_000, restMs: 10_000 } as const
const HUB = { name: 'hub', timeoutMs: 2_000, restMs: 1_000 } as const
type Rule = typeof RELAY | typeof HUB

/** How often a request looks whether the sync of another one has brought what it needs. */
const POLL_MS = 5
/** A keeper that was asked longer ago than any timeout has answered or never will, whatever became of the request. */
const ASKED_AT_MOST_MS = 3_000

/** What those who ask alike tell each other about syncs. Epoch milliseconds. */
export interface SyncState {
  /** When the keeper that they wait for was asked; null when none is. */
  sentAt: number | null
  /** True after a sync that nobody answered: until one is, requests do not wait for the next try. */
  isDown: boolean
  /** 0 for one whose last answer was good. */
  readonly restsUntil: Record<Rule['name'], number>
}

export function createSyncState(): SyncState {
  return { sentAt: null, isDown: false, restsUntil: { relay: 0, hub: 0 } }
}

/**
 * Sees to it that the feed is known as of `since`, if anybody can be reached who knows it. A warm request awaits nothing.
 * @param since epoch milliseconds
 * @param state of those who ask alike: the requests, or the streams
 */
export async function consultFeed(since: number, state: SyncState, deps: GatewayDeps): Promise<void> {
  const { feed } = deps.memory
  if (!isKnownSince(feed, deps.now(), since) && !state.isDown) return syncOrJoin(since, state, deps)
  // Past half of the bound: behind the request, so that the next one need not wait either.
  const isAging = deps.now() - feed.syncedAt > deps.config.revocationBoundMs / 2
  if (isAging && askedSince(state, deps) === null) void syncBehind(state, deps)
}

/** The same for a request that is at its last resort: it waits for an answer even in an outage. */
export async function retrySync(since: number, state: SyncState, deps: GatewayDeps): Promise<void> {
  if (!isKnownSince(deps.memory.feed, deps.now(), since)) await syncBehind(state, deps)
}

async function syncOrJoin(since: number, state: SyncState, deps: GatewayDeps): Promise<void> {
  // Only a sync that was sent since then can tell enough. It is waited for to its end, however many keepers it asks:
  // many requests that lose patience together would do to the hub what kept the relay from answering.
  while ((askedSince(state, deps) ?? -Infinity) >= since) {
    await deps.sleep(POLL_MS)
    if (isKnownSince(deps.memory.feed, deps.now(), since) || state.isDown) return
  }
  await syncBehind(state, deps)
}

function askedSince({ sentAt }: SyncState, { now }: GatewayDeps): number | null {
  return sentAt !== null && now() - sentAt < ASKED_AT_MOST_MS ? sentAt : null
}

// Given to waitUntil even where it is awaited: a client that goes away must not leave the others waiting for its sync.
function syncBehind(state: SyncState, deps: GatewayDeps): Promise<void> {
  const sent = sync(state, deps)
  deps.waitUntil(sent)
  return sent
}

/** Never throws: whether it succeeded shows in `feed.syncedAt`. */
async function sync(state: SyncState, deps: GatewayDeps): Promise<void> {
  // A relay that failed is tried behind the hub: no request waits again and again for one that hangs.
  if (state.restsUntil.relay > 0) probe(RELAY, state, deps)
  else if (await askAwaited(RELAY, state, deps)) return
  if (isResting(HUB, state, deps) || !(await askAwaited(HUB, state, deps))) state.isDown = true
}

function isResting({ name }: Rule, { restsUntil }: SyncState, { now }: GatewayDeps): boolean {
  return now() < restsUntil[name]
}

function probe(rule: Rule, state: SyncState, deps: GatewayDeps): void {
  if (isResting(rule, state, deps)) return
  rest(rule, state, deps)
  deps.waitUntil(ask(rule, state, deps))
}

function rest({ name, restMs }: Rule, { restsUntil }: SyncState, { now }: GatewayDeps): void {
  restsUntil[name] = now() + restMs
}

async function askAwaited(rule: Rule, state: SyncState, deps: GatewayDeps): Promise<boolean> {
  const sentAt = deps.now()
  state.sentAt = sentAt
  const isSynced = await ask(rule, state, deps)
  if (state.sentAt === sentAt) state.sentAt = null
  return isSynced
}

async function ask(rule: Rule, state: SyncState, deps: GatewayDeps): Promise<boolean> {
  const { feed } = deps.memory
  const { epoch, seq } = feed.log
  const sentAt = deps.now()
  try {
    const part = await withTimeout(deps[rule.name]({ epoch, seq }), rule.timeoutMs)
    if (!absorb(feed.log, part)) throw new Error('of another log')
    // The time *before* the call: what happened while the answer was under way may be missing from it. A later time than
    // now is of a clock that was set back since.
    feed.syncedAt = feed.syncedAt > deps.now() ? sentAt : Math.max(feed.syncedAt, sentAt)
    state.isDown = false
    state.restsUntil[rule.name] = 0
    return true
  } catch (error) {
    deps.log({ event: 'sync_failed', keeper: rule.name, error: errorName(error) })
    rest(rule, state, deps)
    return false
  }
}
