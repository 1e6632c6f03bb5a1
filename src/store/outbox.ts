// The outbox: changes that were committed and still have to reach the invalidation feed. A row is written in the batch of
// its change, so that nothing which happens later (a crash, a hub that is down) can lose the change. Publishing twice is
// harmless: a change says that copies are old, never what is new.
import { and, asc, gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { ChangeName, Published } from '../feed/change.ts'
import { newId } from '../ids.ts'
import { outbox } from '../model/schema/records.ts'
import { open, type Database, type Databases } from './database.ts'
import { isIn } from './is-in.ts'
import { insertRows } from './many-rows.ts'
import type { Statement } from './statement.ts'

export interface OutboxRow extends ChangeName {
  readonly id: string
}

/** A row for a change that is about to be committed. */
export function outboxRow(change: ChangeName): OutboxRow {
  return { id: newId('outbox'), ...change }
}

/** @param at epoch milliseconds of the change */
export function outboxStatement(db: Database, row: OutboxRow, at: number): Statement {
  return db.insert(outbox).values({ ...row, createdAt: at })
}

const NOT_PUBLISHED = {
  publishedAt: null,
  publishedSeq: null,
  relaysAcknowledged: null,
  relaysTotal: null,
  leaseRemainingMs: null,
}

/** @param at epoch milliseconds of the changes */
export function outboxStatements(db: Database, rows: readonly OutboxRow[], at: number): readonly Statement[] {
  const unpublished = { createdAt: at, ...NOT_PUBLISHED, attempts: 0, lastError: null }
  return insertRows(
    db,
    outbox,
    rows.map((row) => ({ ...row, ...unpublished })),
  )
}

/**
 * Rows that nobody is about to publish, oldest first: those from before `createdBefore`, and those whose publisher gave up.
 * @param createdBefore epoch milliseconds. A younger row that nobody failed at is being published at this moment
 */
export async function listUnpublished(
  shard: D1Database,
  createdBefore: number,
  limit: number,
): Promise<readonly OutboxRow[]> {
  return unpublishedQuery(open(shard), createdBefore, limit)
}

/** Exported for the test that reads its query plan. */
export function unpublishedQuery(db: Database, createdBefore: number, limit: number) {
  return db
    .select({ id: outbox.id, kind: outbox.kind, subject: outbox.subject })
    .from(outbox)
    .where(and(isNull(outbox.publishedAt), or(lt(outbox.createdAt, createdBefore), gt(outbox.attempts, 0))))
    .orderBy(asc(outbox.createdAt))
    .limit(limit)
}

/** What rows name, each once: the newest position in the log condemns every copy that an older one would. */
export function changesOf(rows: readonly OutboxRow[]): readonly ChangeName[] {
  const names = rows.map(({ kind, subject }) => [`${kind}:${subject}`, { kind, subject }] as const)
  return [...new Map(names).values()]
}

/**
 * @param published what the hub told of the changes that were published with these rows
 * @param at when it did, epoch milliseconds
 */
export async function markPublished(
  shard: D1Database,
  ids: readonly string[],
  { seq, relaysAcknowledged, relaysTotal, leaseRemainingMs }: Published,
  at: number,
): Promise<void> {
  await open(shard)
    .update(outbox)
    .set({ publishedAt: at, publishedSeq: seq, relaysAcknowledged, relaysTotal, leaseRemainingMs })
    .where(and(isIn(outbox.id, ids), isNull(outbox.publishedAt)))
}

/** @param errorName an error's class and nothing else: a message may hold anything */
export async function noteFailure(
  shard: D1Database,
  ids: readonly string[],
  errorName: string,
): Promise<void> {
  await open(shard)
    .update(outbox)
    .set({ attempts: sql`${outbox.attempts} + 1`, lastError: errorName })
    .where(and(isIn(outbox.id, ids), isNull(outbox.publishedAt)))
}

/**
 * Deletes published rows, at most `limit` of them: the next run goes on.
 * @param publishedBefore epoch milliseconds
 */
export async function pruneOutbox(shard: D1Database, publishedBefore: number, limit: number): Promise<void> {
  const db = open(shard)
  const old = db
    .select({ id: outbox.id })
    .from(outbox)
    .where(lt(outbox.publishedAt, publishedBefore))
    .limit(limit)
  await db.delete(outbox).where(sql`${outbox.id} IN ${old}`)
}

export interface Unpublished {
  readonly count: number
  /** Epoch milliseconds; null when there is none. */
  readonly oldestAt: number | null
}

/** How many changes, of all databases, have not reached the feed. */
export async function unpublishedOf({ primary, shards }: Databases): Promise<Unpublished> {
  const found = await Promise.all([...new Set([primary, ...shards])].map(countUnpublished))
  const times = found.map(({ oldestAt }) => oldestAt).filter((at) => at !== null)
  return {
    count: found.reduce((sum, { count }) => sum + count, 0),
    oldestAt: times.length === 0 ? null : Math.min(...times),
  }
}

async function countUnpublished(shard: D1Database): Promise<Unpublished> {
  const row = await open(shard)
    .select({ count: sql<number>`count(*)`, oldestAt: sql<number | null>`min(${outbox.createdAt})` })
    .from(outbox)
    .where(isNull(outbox.publishedAt))
    .get()
  return row ?? { count: 0, oldestAt: null }
}
