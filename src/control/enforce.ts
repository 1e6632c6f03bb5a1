// Brings into force what was committed, in this order: the invalidation feed, this isolate's own copies, KV. Where that fails nothing is
// undone: the next scheduled run publishes it.
import type { ChangeName, Published } from '../feed/change.ts'
import { errorName } from '../error-name.ts'
import { ok, type Result } from '../result.ts'
import { chainDatabase } from '../store/commit.ts'
import { changesOf, listUnpublished, markPublished, noteFailure, type OutboxRow } from '../store/outbox.ts'
import { renewCopy } from './copies.ts'
import type { ControlDeps } from './deps.ts'
import { logFailure } from './failure.ts'
import { inForce, propagationOf, type Propagation } from './propagation.ts'
import { publishInline } from './publish.ts'

/** Changes of others that are published in one call. */
const MAX_DUE = 500

/**
 * Publishes what was committed in a chain; null where the feed did not take it, and the next scheduled run publishes it.
 * @param renewed whose copies in KV are made anew: each costs a read and a write
 */
export async function enforce(
  deps: ControlDeps,
  chain: string,
  outbox: readonly OutboxRow[],
  renewed: readonly OutboxRow[],
): Promise<Propagation | null> {
  if (outbox.length === 0) return inForce(deps.now())
  const shard = chainDatabase(deps.databases, chain)
  const published = await publishDue(deps, shard, outbox)
  if (!published.ok) {
    await leavePending(deps, shard, outbox, published.error)
    return null
  }
  const { due, told, isAll } = published.value
  const propagation = propagationOf(deps.now(), told, deps.config)
  deps.condemn(changesOf(due), told)
  await Promise.all(renewed.map((row) => renewPublished(deps, row, told)))
  deps.waitUntil(settle(deps, shard, published.value))
  return isAll ? propagation : null
}

/** Publishes what earlier changes left unpublished; null where that is not done. For whoever repeats a change that is stored. */
export async function enforceEarlier(deps: ControlDeps, chain: string): Promise<Propagation | null> {
  const shard = chainDatabase(deps.databases, chain)
  const due = await listUnpublished(shard, Number.MAX_SAFE_INTEGER, MAX_DUE).catch(() => null)
  return due === null ? null : enforce(deps, chain, due, [])
}

interface PublishedDue {
  readonly due: readonly OutboxRow[]
  readonly told: Published
  /** When the feed answered, epoch milliseconds. */
  readonly toldAt: number
  /** False: some that this one may rest on are still unpublished. */
  readonly isAll: boolean
}

/**
 * Publishes this change and those before it that are still unpublished: what is said of this one rests on them. A project that
 * was moved into a team must be known to be in it before the team can be said to be suspended.
 */
async function publishDue(
  deps: ControlDeps,
  shard: D1Database,
  own: readonly OutboxRow[],
): Promise<Result<PublishedDue, unknown>> {
  // Its own are among them.
  const limit = MAX_DUE + own.length
  const others = await listUnpublished(shard, Number.MAX_SAFE_INTEGER, limit).catch(() => null)
  // Its own rows may have been published by another change meanwhile; what is said of them needs an answer of its own.
  const ids = new Set(own.map(({ id }) => id))
  const due = [...(others ?? []).filter(({ id }) => !ids.has(id)), ...own]
  const told = await publishInline(deps, changesOf(due))
  const toldAt = deps.now()
  return told.ok
    ? ok({ due, told: told.value, toldAt, isAll: others !== null && others.length < limit })
    : told
}

// The clock is read before D1 is, so that the copy is never younger than it says.
function renewPublished(
  deps: ControlDeps,
  { kind, subject }: ChangeName,
  { epoch, seq }: Published,
): Promise<void> {
  return renewCopy(deps, { kind, subject }, { epoch, asOf: seq, now: deps.now() })
}

// Not awaited by the answer. Where it fails, the scheduled run publishes the change again, which is harmless.
async function settle(
  deps: ControlDeps,
  shard: D1Database,
  { due, told, toldAt }: PublishedDue,
): Promise<void> {
  try {
    const ids = due.map(({ id }) => id)
    await markPublished(shard, ids, told, toldAt)
  } catch (error) {
    logFailure(deps, 'outbox_not_marked', error)
  }
}

/** Nothing is undone: the change is what was asked for, and the next scheduled run publishes it. */
async function leavePending(
  deps: ControlDeps,
  shard: D1Database,
  rows: readonly OutboxRow[],
  error: unknown,
): Promise<void> {
  logFailure(deps, 'change_not_published', error)
  const ids = rows.map(({ id }) => id)
  await noteFailure(shard, ids, errorName(error)).catch((failure: unknown) =>
    logFailure(deps, 'outbox_not_marked', failure),
  )
}
