// Upstreams: the origins behind the gateway. Configuration: in the first database.
import { and, desc, eq, lt } from 'drizzle-orm'
import { upstreams } from '../model/schema/routing.ts'
import { open, type Database, type Databases } from './database.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { completeRow, type Statement } from './statement.ts'

export type UpstreamRow = typeof upstreams.$inferSelect

/** An upstream as it will be stored. */
export function newUpstreamRow(given: typeof upstreams.$inferInsert): UpstreamRow {
  return completeRow(upstreams, given)
}

export function insertUpstream(db: Database, row: UpstreamRow): readonly Statement[] {
  return [db.insert(upstreams).values(row)]
}

export function updateUpstream(
  db: Database,
  row: UpstreamRow,
  set: Partial<UpstreamRow>,
): readonly Statement[] {
  const same = and(eq(upstreams.id, row.id), eq(upstreams.version, row.version))
  return [db.update(upstreams).set(set).where(same)]
}

export async function findUpstream(databases: Databases, id: string): Promise<UpstreamRow | null> {
  const row = await open(databases.primary)
    .select()
    .from(upstreams)
    .where(and(eq(upstreams.id, id), eq(upstreams.state, 'active')))
    .get()
  return row ?? null
}

export async function listUpstreams(databases: Databases, page: PageRequest): Promise<Page<UpstreamRow>> {
  return toPage([await upstreamsQuery(open(databases.primary), page)], page)
}

/** Exported for the test that reads its query plan. */
export function upstreamsQuery(db: Database, page: PageRequest) {
  return db
    .select()
    .from(upstreams)
    .where(and(eq(upstreams.state, 'active'), lt(upstreams.id, before(page))))
    .orderBy(desc(upstreams.id))
    .limit(rowsToRead(page))
}
