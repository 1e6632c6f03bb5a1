// Publishes what was committed and never reached the invalidation feed: the hub was down, or a request broke off between
// its commit and its publish. Safe to run at any time, also twice at once, and to be stopped anywhere.
import { errorName } from '../error-name.ts'
import {
  changesOf,
  listUnpublished,
  markPublished,
  noteFailure,
  pruneOutbox,
  type OutboxRow,
} from '../store/outbox.ts'
import { withTimeout } from '../timeout.ts'
import type { JobDeps } from './deps.ts'

/** A younger row is most likely being published by the request that wrote it. */
const IN_FLIGHT_MS = 10_000
/** In one call to the hub. */
const MAX_ROWS = 500
/** Calls for one shard and run; the next run goes on. */
const MAX_ROUNDS = 10
/** A hub that is silent for longer has failed: the rows stay, the next run tries again. */
const TIMEOUT_MS = 10_000

const KEPT_MS = 7 * 86_400_000
const MAX_PRUNED = 5_000

/** Publishes the unpublished rows of every shard. A shard that fails does not keep the others from theirs. */
export async function publishOutbox(deps: JobDeps): Promise<void> {
  for (const shard of shardsOf(deps)) await orLog(deps, () => publishShard(deps, shard))
}

/** Deletes rows that were published long ago. */
export async function prunePublished(deps: JobDeps): Promise<void> {
  for (const shard of shardsOf(deps)) await pruneOutbox(shard, deps.now() - KEPT_MS, MAX_PRUNED)
}

// The first database holds the changes of the configuration, whether it holds tenants or not.
function shardsOf({ databases: { primary, shards } }: JobDeps): ReadonlySet<D1Database> {
  return new Set([primary, ...shards])
}

async function publishShard(deps: JobDeps, shard: D1Database): Promise<void> {
  const createdBefore = deps.now() - IN_FLIGHT_MS
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const rows = await listUnpublished(shard, createdBefore, MAX_ROWS)
    if (rows.length > 0) await publishRows(deps, shard, rows)
    if (rows.length < MAX_ROWS) return
  }
}

async function publishRows(deps: JobDeps, shard: D1Database, rows: readonly OutboxRow[]): Promise<void> {
  const ids = rows.map(({ id }) => id)
  const published = await withTimeout(deps.publish(changesOf(rows)), TIMEOUT_MS).catch(
    async (error: unknown) => {
      await noteFailure(shard, ids, errorName(error))
      throw error
    },
  )
  await markPublished(shard, ids, published, deps.now())
  deps.log({ event: 'outbox_published', count: rows.length })
}

async function orLog({ log }: JobDeps, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    log({ event: 'outbox_not_published', error: errorName(error) })
  }
}
