// Usage in D1: absolute values as the limiter of an organization knows them, and the end of what is too old.
import { and, eq, lt, sql } from 'drizzle-orm'
import type { UsageBucket } from '../limits/buckets.ts'
import { usage } from '../model/schema/usage.ts'
import { USES } from '../model/uses.ts'
import type { UsageGrain } from '../model/vocabulary.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'

// One parameter for all rows: D1 takes 100. `WHERE true` tells SQLite that the ON after it begins no join (its docs of
// UPSERT, "Parsing Ambiguity"). Equal counts are left alone: a row that is written again costs as much as a new one.
const UPSERT = `
  INSERT INTO usage (grain, organization_id, start, key_id, project_id, route_id, status_class, outcome, count,
    gateway_ms, origin_ms, updated_at)
  SELECT value ->> 'grain', ?1, value ->> 'startMs', value ->> 'keyId', value ->> 'projectId', value ->> 'routeId',
    value ->> 'statusClass', value ->> 'outcome', value ->> 'count', value -> 'gatewayMs', value -> 'originMs', ?2
  FROM json_each(?3) WHERE true
  ON CONFLICT (organization_id, grain, start, key_id, route_id, status_class, outcome) DO UPDATE
  SET count = excluded.count, gateway_ms = excluded.gateway_ms, origin_ms = excluded.origin_ms,
    updated_at = excluded.updated_at
  WHERE excluded.count > count`

// `version` stays, because nobody has changed the key. With `+` no index serves the organization: SQLite would
// take it, and read all keys of the organization for each that was used.
/** Exported for the test that reads its query plan. */
export const TOUCH_KEYS = `
  UPDATE api_keys SET last_used_at = used.at
  FROM (
    SELECT value ->> 'keyId' AS id, max(value ->> 'lastAtMs') AS at FROM json_each(?2)
    WHERE value ->> 'outcome' IN (${[...USES].map((outcome) => `'${outcome}'`).join(', ')})
    GROUP BY value ->> 'keyId'
  ) AS used
  WHERE api_keys.id = used.id AND +organization_id = ?1 AND (last_used_at IS NULL OR last_used_at < used.at)`

/**
 * Writes buckets of one organization, and when its keys were last used, as one transaction. It may be repeated, and come
 * late: a count never falls, and the last use of a key only moves forward.
 * @param now epoch milliseconds
 */
export async function writeUsage(
  databases: Databases,
  organizationId: string,
  buckets: readonly UsageBucket[],
  now: number,
): Promise<void> {
  const session = databaseOf(databases, organizationId).withSession('first-primary')
  const values = JSON.stringify(buckets)
  await session.batch([
    session.prepare(UPSERT).bind(organizationId, now, values),
    session.prepare(TOUCH_KEYS).bind(organizationId, values),
  ])
}

/**
 * Deletes buckets, at most `limit` of them.
 * @param startedBefore epoch milliseconds
 * @returns how many were deleted
 */
export async function pruneUsage(
  shard: D1Database,
  grain: UsageGrain,
  startedBefore: number,
  limit: number,
): Promise<number> {
  const db = open(shard)
  const { meta } = await db
    .delete(usage)
    .where(sql`rowid IN ${oldUsageQuery(db, grain, startedBefore, limit)}`)
  return meta.changes
}

/** Exported for the test that reads its query plan. */
export function oldUsageQuery(db: Database, grain: UsageGrain, startedBefore: number, limit: number) {
  return db
    .select({ rowid: sql<number>`rowid` })
    .from(usage)
    .where(and(eq(usage.grain, grain), lt(usage.start, startedBefore)))
    .limit(limit)
}
