// Which writes were asked for under an `Idempotency-Key`, and what they were answered. One row for each key of each principal,
// in the first database: the row that is inserted first is the request that runs.
import { and, asc, eq, gte, isNull, lt, lte, sql, type SQL } from 'drizzle-orm'
import { auditEvents, idempotencyRecords } from '../model/schema/records.ts'
import { open, type Database, type Databases } from './database.ts'

/** A request under a key. Times are epoch milliseconds. */
export interface KeyedRequest {
  readonly principal: string
  readonly key: string
  readonly requestHash: string
  /** Of this attempt, which tells it from those before and after it. */
  readonly requestId: string
  readonly now: number
  /** From here on, an attempt that has not answered is taken for dead. */
  readonly busyUntil: number
  readonly expiresAt: number
}

export type IdempotencyRecord = typeof idempotencyRecords.$inferSelect

/** True if this request is the one that runs: nobody had the key, or what stood under it has expired. */
export async function claimKey({ primary }: Databases, asked: KeyedRequest): Promise<boolean> {
  const { now, ...row } = asked
  const fresh = { ...row, status: null, sealedResponse: null, createdAt: now }
  const claimed = await open(primary)
    .insert(idempotencyRecords)
    .values(fresh)
    .onConflictDoUpdate({
      target: [idempotencyRecords.principal, idempotencyRecords.key],
      set: fresh,
      setWhere: lte(idempotencyRecords.expiresAt, now),
    })
    .returning({ requestId: idempotencyRecords.requestId })
  return claimed.length > 0
}

/** What stands under a key; null when it was given back meanwhile. */
export async function findRecord(
  { primary }: Databases,
  { principal, key }: Pick<KeyedRequest, 'principal' | 'key'>,
): Promise<IdempotencyRecord | null> {
  const row = await open(primary)
    .select()
    .from(idempotencyRecords)
    .where(and(eq(idempotencyRecords.principal, principal), eq(idempotencyRecords.key, key)))
    .get()
  return row ?? null
}

/** Runs in the place of an attempt that is dead. False if another one was faster. */
export async function takeOver(
  { primary }: Databases,
  asked: KeyedRequest,
  dead: IdempotencyRecord,
): Promise<boolean> {
  const { requestId, busyUntil } = asked
  const { meta } = await open(primary)
    .update(idempotencyRecords)
    .set({ requestId, busyUntil })
    .where(
      and(heldBy({ ...asked, requestId: dead.requestId }), eq(idempotencyRecords.busyUntil, dead.busyUntil)),
    )
  return meta.changes > 0
}

/** Keeps an answer for whoever repeats the request. */
export async function keepAnswer(
  { primary }: Databases,
  asked: KeyedRequest,
  answer: { readonly status: number; readonly sealedResponse: string },
): Promise<void> {
  await open(primary).update(idempotencyRecords).set(answer).where(heldBy(asked))
}

/** Gives the key back: nothing was changed, and a repetition is judged anew. */
export async function releaseKey({ primary }: Databases, asked: KeyedRequest): Promise<void> {
  await open(primary).delete(idempotencyRecords).where(heldBy(asked))
}

/** The attempt is over and nobody knows how far it came: a repetition need not wait, and has to look. */
export async function abandonKey({ primary }: Databases, asked: KeyedRequest, now: number): Promise<void> {
  await open(primary).update(idempotencyRecords).set({ busyUntil: now }).where(heldBy(asked))
}

// An attempt that was taken for dead and wakes up holds nothing any more.
function heldBy({ principal, key, requestId }: Pick<KeyedRequest, 'principal' | 'key' | 'requestId'>) {
  return and(
    eq(idempotencyRecords.principal, principal),
    eq(idempotencyRecords.key, key),
    eq(idempotencyRecords.requestId, requestId),
    isNull(idempotencyRecords.status),
  )
}

export interface MadeChange {
  readonly id: string
  readonly action: string
  readonly targetId: string | null
}

/** The first change that a request made, as the audit trail has it: the two are written in one batch. */
export async function findChangeOf(
  { primary, shards }: Databases,
  actorId: string,
  { requestId, createdAt, busyUntil }: IdempotencyRecord,
): Promise<MadeChange | null> {
  const asked = { actorId, requestId, from: createdAt, to: busyUntil }
  const found = await Promise.all(
    [...new Set([primary, ...shards])].map((shard) => changeQuery(open(shard), asked).get()),
  )
  return found.find((change) => change !== undefined) ?? null
}

/** Exported for the test that reads its query plan. Times are epoch milliseconds. */
export function changeQuery(
  db: Database,
  { actorId, requestId, from, to }: { actorId: string; requestId: string; from: number; to: number },
) {
  return db
    .select({ id: auditEvents.id, action: auditEvents.action, targetId: auditEvents.targetId })
    .from(auditEvents)
    .where(
      and(
        eq(auditEvents.actorId, actorId),
        gte(auditEvents.time, from),
        lte(auditEvents.time, to),
        eq(auditEvents.correlationId, requestId),
      ),
    )
    .orderBy(asc(auditEvents.time))
    .limit(1)
}

/**
 * Deletes records that have expired, at most `limit` of them.
 * @returns how many were deleted
 */
export async function pruneRecords({ primary }: Databases, now: number, limit: number): Promise<number> {
  const db = open(primary)
  const { meta } = await db.delete(idempotencyRecords).where(isOldRow(db, now, limit))
  return meta.changes
}

function isOldRow(db: Database, now: number, limit: number): SQL {
  return sql`rowid IN ${expiredQuery(db, now, limit)}`
}

/** Exported for the test that reads its query plan. */
export function expiredQuery(db: Database, now: number, limit: number) {
  return db
    .select({ rowid: sql<number>`rowid` })
    .from(idempotencyRecords)
    .where(lt(idempotencyRecords.expiresAt, now))
    .limit(limit)
}
