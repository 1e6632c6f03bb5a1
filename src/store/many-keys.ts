// Many keys of one organization at once, in few statements however many they are.
import { and, eq, getTableColumns, ne, sql } from 'drizzle-orm'
import { apiKeys, keyTags, keyTerms } from '../model/schema/api-keys.ts'
import type { KeyRow } from './api-keys.ts'
import type { Database, Databases } from './database.ts'
import { termsOf } from './key-terms.ts'
import { isIn } from './is-in.ts'
import { given, insertRows, rowsAsTable } from './many-rows.ts'
import { openWithin, within, type Reach } from './reach.ts'
import type { Statement } from './statement.ts'

/** Keys within reach that are not deleted, in any order. */
export async function findKeys(
  databases: Databases,
  reach: Reach,
  ids: readonly string[],
): Promise<readonly KeyRow[]> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select()
        .from(apiKeys)
        .where(
          and(
            isIn(apiKeys.id, ids),
            within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
            ne(apiKeys.state, 'deleted'),
          ),
        ),
    ),
  )
  return found.flat()
}

/** Which of these external ids keys of the organization have. */
export async function takenExternalIds(
  db: Database,
  organizationId: string,
  externalIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ externalId: apiKeys.externalId })
    .from(apiKeys)
    .where(and(eq(apiKeys.organizationId, organizationId), isIn(apiKeys.externalId, externalIds)))
  return new Set(rows.map(({ externalId }) => externalId ?? ''))
}

/** Stores keys, their tags and their terms. */
export function insertKeys(db: Database, rows: readonly KeyRow[]): readonly Statement[] {
  return [...insertRows(db, apiKeys, rows), ...insertTags(db, rows), ...insertTerms(db, rows)]
}

/**
 * Changes keys. The writer holds the lock of the organization (src/store/commit.ts), so the rows are still what was judged.
 * @param rows as they will be
 * @param names of the fields that differ in any of them: the others, such as the last use, are left to whoever writes them
 */
export function updateKeys(
  db: Database,
  rows: readonly KeyRow[],
  names: ReadonlySet<string>,
): readonly Statement[] {
  if (rows.length === 0 || names.size === 0) return []
  const columns = Object.keys(getTableColumns(apiKeys)).filter((name) => names.has(name))
  const update = db
    .update(apiKeys)
    .set(Object.fromEntries(columns.map((name) => [name, given(name)])))
    .from(rowsAsTable(apiKeys, ['id', ...columns], rows))
    .where(sql`${apiKeys.id} = ${given('id')}`)
  const ids = rows.map(({ id }) => id)
  const isFoundOtherwise = names.has('name') || names.has('metadata')
  return [
    update,
    ...(names.has('tags')
      ? [db.delete(keyTags).where(isIn(keyTags.keyId, ids)), ...insertTags(db, rows)]
      : []),
    ...(isFoundOtherwise
      ? [db.delete(keyTerms).where(isIn(keyTerms.keyId, ids)), ...insertTerms(db, rows)]
      : []),
  ]
}

function insertTags(db: Database, rows: readonly KeyRow[]): readonly Statement[] {
  const tags = rows.flatMap((row) =>
    row.tags.map((tag) => ({ organizationId: row.organizationId, tag, keyId: row.id })),
  )
  return insertRows(db, keyTags, tags)
}

function insertTerms(db: Database, rows: readonly KeyRow[]): readonly Statement[] {
  const terms = rows.flatMap((row) =>
    termsOf(row).map((term) => ({ organizationId: row.organizationId, term, keyId: row.id })),
  )
  return insertRows(db, keyTerms, terms)
}
