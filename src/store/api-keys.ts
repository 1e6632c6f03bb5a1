// API keys: rows only. A key's secret never comes here; what is stored of it is its hash.
import { and, eq, ne } from 'drizzle-orm'
import { apiKeys, keyTags } from '../model/schema/api-keys.ts'
import type { Database, Databases } from './database.ts'
import { deleteTerms, insertTerms } from './key-terms.ts'
import { openWithin, within, type Reach } from './reach.ts'
import { completeRow, type Statement } from './statement.ts'

export type KeyRow = typeof apiKeys.$inferSelect

type KeyChanges = Partial<KeyRow>

/** A key as it will be stored. */
export function newKeyRow(given: typeof apiKeys.$inferInsert): KeyRow {
  return completeRow(apiKeys, given)
}

/** Stores a key, its tags, and the terms that it is found by. */
export function insertKey(db: Database, row: KeyRow): readonly Statement[] {
  return [db.insert(apiKeys).values(row), ...insertTags(db, row, row.tags), insertTerms(db, row)]
}

/** Changes a key, and the rows of its tags and terms where they are among the changes. */
export function updateKey(db: Database, row: KeyRow, set: KeyChanges): readonly Statement[] {
  const update = db
    .update(apiKeys)
    .set(set)
    .where(
      and(
        eq(apiKeys.id, row.id),
        eq(apiKeys.organizationId, row.organizationId),
        eq(apiKeys.version, row.version),
      ),
    )
  return [update, ...updateTags(db, row, set), ...updateTerms(db, row, set)]
}

function updateTags(db: Database, row: KeyRow, { tags }: KeyChanges): readonly Statement[] {
  if (tags === undefined) return []
  return [db.delete(keyTags).where(eq(keyTags.keyId, row.id)), ...insertTags(db, row, tags)]
}

function updateTerms(db: Database, row: KeyRow, set: KeyChanges): readonly Statement[] {
  if (set.name === undefined && set.metadata === undefined) return []
  return [deleteTerms(db, row), insertTerms(db, { ...row, ...set })]
}

function insertTags(
  db: Database,
  { id, organizationId }: KeyRow,
  tags: readonly string[],
): readonly Statement[] {
  return tags.map((tag) => db.insert(keyTags).values({ organizationId, tag, keyId: id }))
}

/** A key within reach that is not deleted. A key's id does not say whose it is: every shard in reach is asked. */
export async function findKey(databases: Databases, reach: Reach, id: string): Promise<KeyRow | null> {
  const rows = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select()
        .from(apiKeys)
        .where(
          and(
            eq(apiKeys.id, id),
            within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
            ne(apiKeys.state, 'deleted'),
          ),
        )
        .get(),
    ),
  )
  return rows.find((row) => row !== undefined) ?? null
}
