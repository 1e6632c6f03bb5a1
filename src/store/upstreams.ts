// Upstreams: the origins behind the gateway. Configuration: in the first database.
import { and, desc, eq, lt } from 'drizzle-orm'
import { upstreams } from '../model/schema/routing.ts'
import type { Result } from '../result.ts'
import { orConflict, type Conflict } from './conflict.ts'
import { open, type Database, type Databases } from './database.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'

export type UpstreamRow = typeof upstreams.$inferSelect

export function createUpstream(
  databases: Databases,
  row: typeof upstreams.$inferInsert,
): Promise<Result<UpstreamRow, Conflict>> {
  return orConflict(open(databases.primary).insert(upstreams).values(row).returning().get(), ['name'])
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
