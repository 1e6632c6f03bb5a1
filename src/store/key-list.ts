// Lists of keys. Each walks an index that is in the order of ids already, and no more than a piece of it for a page: what is asked for
// may be rare, and keys may be a million. A test reads the plan of every combination of filters and refuses a scan or a sort.
import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm'
import { apiKeys } from '../model/schema/api-keys.ts'
import type { KeyRow } from './api-keys.ts'
import type { Database, Databases } from './database.ts'
import { walkOf, type KeyFilter } from './key-filter.ts'
import { before, rowsToRead, toWalkedPage, type Page, type PageRequest, type Walked } from './page.ts'
import { openWithin, type Reach } from './reach.ts'

/** Rows of its index that a page looks at: some milliseconds. */
export const WALK_ROWS = 5_000

/** A page may hold fewer than it could, or none, and be followed by another. */
export async function listKeys(
  databases: Databases,
  reach: Reach,
  filter: KeyFilter,
  page: PageRequest,
  now: number,
): Promise<Page<KeyRow>> {
  const walks = openWithin(databases, reach).map((db) => walk(db, reach, filter, page, now))
  return toWalkedPage(await Promise.all(walks), page)
}

async function walk(
  db: Database,
  reach: Reach,
  filter: KeyFilter,
  page: PageRequest,
  now: number,
): Promise<Walked<KeyRow>> {
  const [ends, rows] = await db.batch([
    walkEndQuery(db, reach, filter, page, now),
    keysQuery(db, reach, filter, page, now),
  ])
  return { rows, endsAt: ends[0]?.id ?? null }
}

/** The last row that a page looks at, if it has so many. Exported for the test that reads its query plan. */
export function walkEndQuery(db: Database, reach: Reach, filter: KeyFilter, page: PageRequest, now: number) {
  const { id, along } = walkOf(reach, filter, now)
  return db
    .select({ id: sql<string>`${id}` })
    .from(id.table)
    .where(and(...along, lt(id, before(page))))
    .orderBy(desc(id))
    .limit(1)
    .offset(WALK_ROWS - 1)
}

/** Exported for the test that reads its query plan. `now` is epoch milliseconds: expiry follows from it. */
export function keysQuery(db: Database, reach: Reach, filter: KeyFilter, page: PageRequest, now: number) {
  const { id, along, only } = walkOf(reach, filter, now)
  const way = db
    .select({ id: sql<string>`${id}`.as('key_id') })
    .from(id.table)
    .where(and(...along, lt(id, before(page))))
    .orderBy(desc(id))
    .limit(WALK_ROWS)
    .as('way')
  // CROSS JOIN is SQLite's way to fix the order of a join: left to choose, it may walk the keys and sort at the end.
  return db
    .select(getTableColumns(apiKeys))
    .from(way)
    .crossJoin(apiKeys)
    .where(and(eq(apiKeys.id, way.id), ...only))
    .orderBy(desc(way.id))
    .limit(rowsToRead(page))
}
