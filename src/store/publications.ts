// What is known of how changes of keys were published: as long as the outbox keeps its rows.
import { and, eq, gte, lte, sql } from 'drizzle-orm'
import { outbox } from '../model/schema/records.ts'
import { open, type Database, type Databases } from './database.ts'

/** A change is written so long after its time at most: what is younger is another change of the same key. */
const SAME_CHANGE_MS = 60_000

/** A change of a key at a time, epoch milliseconds. */
export interface KeyChange {
  readonly hash: string
  readonly at: number
}

export interface Publication extends KeyChange {
  /** Epoch milliseconds. */
  readonly publishedAt: number
  readonly relaysAcknowledged: number
  readonly relaysTotal: number
  readonly leaseRemainingMs: number
}

/** Those that are known, in no order. */
export async function findPublications(
  { primary, shards }: Databases,
  changes: readonly KeyChange[],
): Promise<readonly Publication[]> {
  if (changes.length === 0) return []
  const databases = [...new Set([primary, ...shards])]
  const found = await Promise.all(databases.map((shard) => publicationsQuery(open(shard), changes)))
  return found.flat()
}

/** The first publication at or after each change. Exported for the test that reads its query plan. */
export function publicationsQuery(db: Database, changes: readonly KeyChange[]) {
  const asked = sql`(SELECT value AS item FROM json_each(${JSON.stringify(changes)})) AS asked`
  const at = sql<number>`item ->> 'at'`
  return db
    .select({
      hash: outbox.subject,
      at,
      // SQLite takes the other columns from the row that holds the smallest.
      firstAt: sql<number>`min(${outbox.createdAt})`,
      publishedAt: sql<number>`${outbox.publishedAt}`,
      relaysAcknowledged: sql<number>`${outbox.relaysAcknowledged}`,
      relaysTotal: sql<number>`${outbox.relaysTotal}`,
      leaseRemainingMs: sql<number>`${outbox.leaseRemainingMs}`,
    })
    .from(asked)
    .crossJoin(outbox)
    .where(
      and(
        eq(outbox.subject, sql`item ->> 'hash'`),
        gte(outbox.createdAt, at),
        lte(outbox.createdAt, sql`${at} + ${SAME_CHANGE_MS}`),
        eq(outbox.kind, 'key'),
      ),
    )
    .groupBy(outbox.subject, at)
    .having(sql`${outbox.relaysTotal} IS NOT NULL`)
}
