// Which keys of other systems are still in use: counts by their beginning and by how the other system knew them.
import { and, desc, eq, isNotNull, ne, sql } from 'drizzle-orm'
import type { ImportedAs } from '../model/foreign-hash.ts'
import { apiKeys } from '../model/schema/api-keys.ts'
import { foreignHashes } from '../model/schema/foreign-hashes.ts'
import type { Database, Databases } from './database.ts'
import { openWithin, within, type Reach } from './reach.ts'

export interface ImportedCount {
  /** What is shown of their beginning: the declared prefix. */
  readonly start: string
  readonly importedAs: ImportedAs
  /** Deleted ones are not counted. */
  readonly keys: number
  readonly active: number
  /** Since the time that was asked about. */
  readonly used: number
  readonly neverUsed: number
  /** Turned out to have less than 112 bits, and are not admitted. */
  readonly weak: number
  /** Epoch milliseconds. */
  readonly lastUsedAt: number | null
}

/** More of them are the ends of keys that somebody took for their beginnings. */
export const MAX_COUNTS = 200

/** @param usedSince epoch milliseconds */
export async function countImported(
  databases: Databases,
  reach: Reach,
  usedSince: number,
): Promise<readonly ImportedCount[]> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) => importedQuery(db, reach, usedSince)),
  )
  return found
    .flat()
    .flatMap(({ importedAs, ...count }) => (importedAs === null ? [] : [{ ...count, importedAs }]))
}

/** Exported for the test that reads its query plan. */
export function importedQuery(db: Database, reach: Reach, usedSince: number) {
  const isActive = eq(apiKeys.state, 'active')
  return db
    .select({
      start: apiKeys.start,
      importedAs: apiKeys.importedAs,
      keys: sql<number>`count(*)`.as('keys'),
      active: sql<number>`total(${isActive})`,
      used: sql<number>`total(${apiKeys.lastUsedAt} >= ${usedSince})`,
      neverUsed: sql<number>`total(${apiKeys.lastUsedAt} IS NULL)`,
      weak: sql<number>`total(${foreignHashes.weakAt} IS NOT NULL)`,
      lastUsedAt: sql<number | null>`max(${apiKeys.lastUsedAt})`,
    })
    .from(apiKeys)
    .leftJoin(foreignHashes, eq(foreignHashes.keyId, apiKeys.id))
    .where(
      and(
        isNotNull(apiKeys.importedAs),
        ne(apiKeys.state, 'deleted'),
        // With `+` the index of imported keys serves it: most keys of an organization may be others.
        within(reach, sql`+${apiKeys.organizationId}`, { project: apiKeys.projectId }),
      ),
    )
    .groupBy(apiKeys.importedAs, apiKeys.start)
    .orderBy(desc(sql`keys`))
    .limit(MAX_COUNTS)
}
