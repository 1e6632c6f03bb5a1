// Projects: the consumers of the API. Each belongs to one organization, and its keys with it.
import { and, desc, eq, lt, ne } from 'drizzle-orm'
import { projects } from '../model/schema/tenants.ts'
import type { Result } from '../result.ts'
import { orConflict, type Conflict } from './conflict.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { openWithin, within, type Reach } from './reach.ts'

export type ProjectRow = typeof projects.$inferSelect

export function createProject(
  databases: Databases,
  row: typeof projects.$inferInsert,
): Promise<Result<ProjectRow, Conflict>> {
  const db = open(databaseOf(databases, row.organizationId))
  return orConflict(db.insert(projects).values(row).returning().get(), ['external_id'])
}

/** A project within reach that is not deleted. A project's id does not say whose it is: every shard in reach is asked. */
export async function findProject(
  databases: Databases,
  reach: Reach,
  id: string,
): Promise<ProjectRow | null> {
  const rows = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select()
        .from(projects)
        .where(
          and(eq(projects.id, id), within(reach, projects.organizationId), ne(projects.state, 'deleted')),
        )
        .get(),
    ),
  )
  return rows.find((row) => row !== undefined) ?? null
}

export async function listProjects(
  databases: Databases,
  reach: Reach,
  page: PageRequest,
): Promise<Page<ProjectRow>> {
  const lists = openWithin(databases, reach).map((db) => projectsQuery(db, reach, page))
  return toPage(await Promise.all(lists), page)
}

/** Exported for the test that reads its query plan. */
export function projectsQuery(db: Database, reach: Reach, page: PageRequest) {
  return db
    .select()
    .from(projects)
    .where(
      and(
        within(reach, projects.organizationId),
        lt(projects.id, before(page)),
        ne(projects.state, 'deleted'),
      ),
    )
    .orderBy(desc(projects.id))
    .limit(rowsToRead(page))
}
