// Refusals in D1: written as limiters bring them, and deleted again, the oldest first, so that neither one key nor all together
// fill the table.
import { desc, lt, lte, sql } from 'drizzle-orm'
import type { RefusalNote } from '../limits/refusals.ts'
import { refusals } from '../model/schema/refusals.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'

/** Of one key, and of what belongs to no key: whoever floods pushes out its own. */
export const KEPT_OF_KEY = 500

// One parameter for all rows: D1 takes 100. `WHERE true` tells SQLite that the ON after it begins no join.
const INSERT = `
  INSERT INTO refusals (id, organization_id, request_id, at, code, status, key_id, project_id, token_id, route_id, method,
    host, path, address, country, web_origin)
  SELECT value ->> 'id', ?1, value ->> 'requestId', value ->> 'atMs', value ->> 'code', value ->> 'status',
    value ->> 'keyId', value ->> 'projectId', value ->> 'tokenId', value ->> 'routeId', value ->> 'method',
    value ->> 'host', value ->> 'path', value ->> 'address', value ->> 'country', value ->> 'webOrigin'
  FROM json_each(?2) WHERE true
  ON CONFLICT (id) DO NOTHING`

// Materialized: else SQLite looks for the last one to be kept again for each row that it deletes.
/** Exported for the test that reads its query plan. */
export const TRIM = `
  WITH trimmed AS MATERIALIZED (
    SELECT k.key_id, (
      SELECT r.id FROM refusals AS r WHERE r.organization_id = ?1 AND r.key_id = k.key_id
      ORDER BY r.id DESC LIMIT 1 OFFSET ${KEPT_OF_KEY}
    ) AS last_id
    FROM (SELECT DISTINCT value ->> 'keyId' AS key_id FROM json_each(?2)) AS k
  )
  DELETE FROM refusals WHERE id IN (
    SELECT old.id FROM trimmed
    CROSS JOIN refusals AS old ON old.organization_id = ?1 AND old.key_id = trimmed.key_id AND old.id <= trimmed.last_id
  )`

/** Writes refusals of one organization. It may be repeated: what is there already stays as it is. */
export async function writeRefusals(
  databases: Databases,
  organizationId: string,
  notes: readonly RefusalNote[],
): Promise<void> {
  const session = databaseOf(databases, organizationId).withSession('first-primary')
  const values = JSON.stringify(notes)
  await session.batch([
    session.prepare(INSERT).bind(organizationId, values),
    session.prepare(TRIM).bind(organizationId, values),
  ])
}

/**
 * Deletes refusals that are too old, and those beyond the newest `most`.
 * @param answeredBefore epoch milliseconds
 */
export async function pruneRefusals(shard: D1Database, answeredBefore: number, most: number): Promise<void> {
  const db = open(shard)
  await db.batch([
    db.delete(refusals).where(lt(refusals.at, answeredBefore)),
    db.delete(refusals).where(lte(refusals.id, sql`${firstTooMany(db, most)}`)),
  ])
}

/** The newest refusal that is one too many. Exported for the test that reads its query plan. */
export function firstTooMany(db: Database, most: number) {
  return db.select({ id: refusals.id }).from(refusals).orderBy(desc(refusals.id)).limit(1).offset(most)
}
