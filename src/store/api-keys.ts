// API keys: rows only. A key's secret never comes here; what is stored of it is its hash.
import { and, eq, ne, notInArray, sql } from 'drizzle-orm'
import { apiKeys, keyTags } from '../model/schema/api-keys.ts'
import type { Result } from '../result.ts'
import { orConflict, type Conflict } from './conflict.ts'
import { databaseOf, open, type Databases } from './database.ts'
import { openWithin, within, type Reach } from './reach.ts'

export type KeyRow = typeof apiKeys.$inferSelect

/** Stores a key and its tags, in one batch. */
export async function createKey(
  databases: Databases,
  row: typeof apiKeys.$inferInsert & { readonly tags: readonly string[] },
): Promise<Result<KeyRow, Conflict>> {
  const db = open(databaseOf(databases, row.organizationId))
  const key = db.insert(apiKeys).values(row).returning()
  const tags = row.tags.map((tag) =>
    db.insert(keyTags).values({ organizationId: row.organizationId, tag, keyId: row.id }),
  )
  const written = await orConflict(db.batch([key, ...tags]), ['external_id'])
  if (!written.ok) return written
  const [created] = written.value[0]
  if (created === undefined) throw new Error('an insert returned no row')
  return { ok: true, value: created }
}

/** A key within reach that is not deleted. A key's id does not say whose it is: every shard in reach is asked. */
export async function findKey(databases: Databases, reach: Reach, id: string): Promise<KeyRow | null> {
  const rows = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.id, id), within(reach, apiKeys.organizationId), ne(apiKeys.state, 'deleted')))
        .get(),
    ),
  )
  return rows.find((row) => row !== undefined) ?? null
}

/**
 * Revokes a key for good. A key that is revoked already stays as it is: its first reason and time are what happened.
 * @returns the key as it is now, or null if there is none within reach
 */
export async function revokeKey(
  databases: Databases,
  reach: Reach,
  id: string,
  reason: string,
  now: number,
): Promise<KeyRow | null> {
  const key = await findKey(databases, reach, id)
  if (key === null) return null
  const db = open(databaseOf(databases, key.organizationId))
  const [, rows] = await db.batch([
    db
      .update(apiKeys)
      .set({
        state: 'revoked',
        revocationReason: reason,
        revokedAt: now,
        updatedAt: now,
        version: sql`${apiKeys.version} + 1`,
      })
      .where(
        and(
          eq(apiKeys.id, id),
          eq(apiKeys.organizationId, key.organizationId),
          notInArray(apiKeys.state, ['revoked', 'deleted']),
        ),
      ),
    db
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.id, id), eq(apiKeys.organizationId, key.organizationId))),
  ])
  return rows[0] ?? null
}
