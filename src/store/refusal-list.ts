// Lists of refusals, newest first, and the refusal of a request.
import { and, desc, eq, lt, type SQL } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { refusals } from '../model/schema/refusals.ts'
import type { Database, Databases } from './database.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { openWithin, within, type Reach } from './reach.ts'

export type RefusalRow = typeof refusals.$inferSelect

export interface RefusalFilter {
  readonly projectId?: string | undefined
  readonly keyId?: string | undefined
  readonly code?: string | undefined
}

export async function listRefusals(
  databases: Databases,
  reach: Reach,
  filter: RefusalFilter,
  page: PageRequest,
): Promise<Page<RefusalRow>> {
  const lists = openWithin(databases, reach).map((db) => refusalsQuery(db, reach, filter, page))
  return toPage(await Promise.all(lists), page)
}

/** The newest: a client may give one id to several requests. */
export async function findRefusal(
  databases: Databases,
  reach: Reach,
  requestId: string,
): Promise<RefusalRow | null> {
  const lists = openWithin(databases, reach).map((db) => refusalQuery(db, reach, requestId))
  return toPage(await Promise.all(lists), { after: null, limit: 1 }).items[0] ?? null
}

/**
 * A project has no index of its own: the table is bounded, and so is what is looked at. Exported for the test that reads its
 * query plan.
 */
export function refusalsQuery(
  db: Database,
  reach: Reach,
  { projectId, keyId, code }: RefusalFilter,
  page: PageRequest,
) {
  return db
    .select()
    .from(refusals)
    .where(
      and(
        inReach(reach),
        given(refusals.keyId, keyId),
        given(refusals.projectId, projectId),
        given(refusals.code, code),
        lt(refusals.id, before(page)),
      ),
    )
    .orderBy(desc(refusals.id))
    .limit(rowsToRead(page))
}

/** Exported for the test that reads its query plan. */
export function refusalQuery(db: Database, reach: Reach, requestId: string) {
  return db
    .select()
    .from(refusals)
    .where(and(eq(refusals.requestId, requestId), inReach(reach)))
    .orderBy(desc(refusals.id))
    .limit(1)
}

function inReach(reach: Reach): SQL | undefined {
  return within(reach, refusals.organizationId, { project: refusals.projectId })
}

function given(column: AnySQLiteColumn, value: string | undefined): SQL | undefined {
  return value === undefined ? undefined : eq(column, value)
}
