// Keys that are known by the hash of another system, until their first use.
import { and, asc, count, desc, eq, isNotNull, ne, sql } from 'drizzle-orm'
import type { ForeignHash } from '../model/foreign-hash.ts'
import { apiKeys } from '../model/schema/api-keys.ts'
import { foreignHashes } from '../model/schema/foreign-hashes.ts'
import type { KeyRow } from './api-keys.ts'
import { open, type Database, type Databases } from './database.ts'
import { isIn } from './is-in.ts'
import { insertRows } from './many-rows.ts'
import type { Statement } from './statement.ts'

export type ForeignHashRow = typeof foreignHashes.$inferSelect

/** A key that a presented text may be. */
export interface Candidate {
  readonly keyId: string
  readonly organizationId: string
  readonly locator: string
  readonly hash: ForeignHash
  readonly isDeleted: boolean
}

export function insertForeignHashes(db: Database, rows: readonly ForeignHashRow[]): readonly Statement[] {
  return insertRows(db, foreignHashes, rows)
}

/**
 * Keys that stand at one of these places, and were never used here; deleted ones are among them. A locator does not say whose they are:
 * every shard is asked.
 * @returns the longest locators first: a short one says little
 */
export async function readCandidates(
  { shards }: Databases,
  locators: readonly string[],
  limit: number,
): Promise<readonly Candidate[]> {
  const found = await Promise.all(shards.map((shard) => candidatesQuery(open(shard), locators, limit)))
  return found
    .flat()
    .flatMap(({ hash, locator, state, ...key }) =>
      hash === null || locator === null ? [] : [{ ...key, hash, locator, isDeleted: state === 'deleted' }],
    )
    .toSorted((a, b) => b.locator.length - a.locator.length)
}

/** Exported for the test that reads its query plan. */
export function candidatesQuery(db: Database, locators: readonly string[], limit: number) {
  return db
    .select({
      keyId: foreignHashes.keyId,
      organizationId: apiKeys.organizationId,
      locator: foreignHashes.locator,
      hash: foreignHashes.hash,
      state: apiKeys.state,
    })
    .from(foreignHashes)
    .innerJoin(apiKeys, eq(apiKeys.id, foreignHashes.keyId))
    .where(and(isNotNull(foreignHashes.locator), isIn(foreignHashes.locator, locators)))
    .orderBy(desc(sql`length(${foreignHashes.locator})`), asc(foreignHashes.keyId))
    .limit(limit)
}

export interface LocatorCount {
  readonly organizationId: string
  readonly locator: string
  readonly keys: number
}

/** How many keys that were never used each organization has at each of these places; no entry where it has none. */
export async function countAtLocators(
  { shards }: Databases,
  locators: readonly string[],
): Promise<readonly LocatorCount[]> {
  if (locators.length === 0) return []
  const found = await Promise.all(shards.map((shard) => locatorCountsQuery(open(shard), locators)))
  return found.flat().flatMap(({ locator, ...place }) => (locator === null ? [] : [{ ...place, locator }]))
}

/** Exported for the test that reads its query plan. */
export function locatorCountsQuery(db: Database, locators: readonly string[]) {
  return db
    .select({ organizationId: apiKeys.organizationId, locator: foreignHashes.locator, keys: count() })
    .from(foreignHashes)
    .innerJoin(apiKeys, eq(apiKeys.id, foreignHashes.keyId))
    .where(and(isNotNull(foreignHashes.locator), isIn(foreignHashes.locator, locators)))
    .groupBy(apiKeys.organizationId, foreignHashes.locator)
}

/** The key while it is still known by this hash alone; null when it was used, or deleted, meanwhile. */
export async function findUnused(db: Database, keyId: string): Promise<KeyRow | null> {
  const row = await db
    .select({ key: apiKeys })
    .from(foreignHashes)
    .innerJoin(apiKeys, eq(apiKeys.id, foreignHashes.keyId))
    .where(
      and(eq(foreignHashes.keyId, keyId), isNotNull(foreignHashes.locator), ne(apiKeys.state, 'deleted')),
    )
    .get()
  return row?.key ?? null
}

/** From here on the key is known by its SHA-256: of the old hash its fingerprint is kept, which proves nothing. */
export function markAdopted(db: Database, keyId: string, at: number): Statement {
  return db
    .update(foreignHashes)
    .set({ locator: null, hash: null, adoptedAt: at })
    .where(eq(foreignHashes.keyId, keyId))
}

export async function markWeak(db: Database, keyId: string, at: number): Promise<void> {
  await db.update(foreignHashes).set({ weakAt: at }).where(eq(foreignHashes.keyId, keyId))
}
