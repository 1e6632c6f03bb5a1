// The keys that rotations have made of one key, the tombstones among them: a chain that lost a link would end there.
import { and, eq } from 'drizzle-orm'
import { apiKeys } from '../model/schema/api-keys.ts'
import type { KeyRow } from './api-keys.ts'
import type { Database, Databases } from './database.ts'
import { openWithin, within, type Reach } from './reach.ts'

/** @param lineage id of the first key */
export async function findLineage(
  databases: Databases,
  reach: Reach,
  lineage: string,
): Promise<readonly KeyRow[]> {
  const rows = await Promise.all(openWithin(databases, reach).map((db) => lineageQuery(db, reach, lineage)))
  return rows.flat()
}

/** Exported for the test that reads its query plan. */
export function lineageQuery(db: Database, reach: Reach, lineage: string) {
  return db
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.lineage, lineage),
        within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
      ),
    )
}
