// Sessions and one-time links that are over, and are forgotten alike.
import { inArray, lt } from 'drizzle-orm'
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { portalLinks, sessions } from '../model/schema/sessions.ts'
import { open, type Database } from './database.ts'

type Expiring = SQLiteTable & { readonly id: AnySQLiteColumn; readonly expiresAt: AnySQLiteColumn }

export const EXPIRING: readonly Expiring[] = [sessions, portalLinks]

/**
 * Deletes at most `limit` rows of a table.
 * @param expiredBefore epoch milliseconds
 * @returns how many were deleted
 */
export async function pruneExpired(
  shard: D1Database,
  table: Expiring,
  expiredBefore: number,
  limit: number,
): Promise<number> {
  const db = open(shard)
  const expired = expiredRowsQuery(db, table, expiredBefore, limit)
  const { meta } = await db.delete(table).where(inArray(table.id, expired))
  return meta.changes
}

/** Exported for the test that reads its query plan. */
export function expiredRowsQuery(db: Database, table: Expiring, expiredBefore: number, limit: number) {
  return db.select({ id: table.id }).from(table).where(lt(table.expiresAt, expiredBefore)).limit(limit)
}
