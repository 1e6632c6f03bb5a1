// Projects: the consumers of the API. Each belongs to one organization, and its keys with it.
import { and, desc, eq, isNotNull, lt, ne } from 'drizzle-orm'
import { apiKeys } from '../model/schema/api-keys.ts'
import { organizations, projects } from '../model/schema/tenants.ts'
import type { Database, Databases } from './database.ts'
import { isCalled, isLeft, type ExternalIdFilter } from './external-id.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { openWithin, within, type Reach } from './reach.ts'
import { completeRow, type Statement } from './statement.ts'

export type ProjectRow = typeof projects.$inferSelect

/** A project as it will be stored. */
export function newProjectRow(given: typeof projects.$inferInsert): ProjectRow {
  return completeRow(projects, given)
}

export function insertProject(db: Database, row: ProjectRow): readonly Statement[] {
  return [db.insert(projects).values(row)]
}

export function updateProject(db: Database, row: ProjectRow, set: Partial<ProjectRow>): readonly Statement[] {
  const same = and(
    eq(projects.id, row.id),
    eq(projects.organizationId, row.organizationId),
    eq(projects.version, row.version),
  )
  const update = db.update(projects).set(set).where(same)
  return set.recoverable === false ? [update, forgetSealed(db, row)] : [update]
}

// Whoever asks that keys be no longer readable means those too that are.
function forgetSealed(db: Database, { id, organizationId }: ProjectRow): Statement {
  return db
    .update(apiKeys)
    .set({ sealed: null })
    .where(
      and(eq(apiKeys.projectId, id), eq(apiKeys.organizationId, organizationId), isNotNull(apiKeys.sealed)),
    )
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
          and(
            eq(projects.id, id),
            within(reach, projects.organizationId, { team: projects.teamId }),
            ne(projects.state, 'deleted'),
          ),
        )
        .get(),
    ),
  )
  return rows.find((row) => row !== undefined) ?? null
}

export interface ProjectFilter extends ExternalIdFilter {
  readonly id?: string | undefined
  readonly teamId?: string | undefined
}

export async function listProjects(
  databases: Databases,
  reach: Reach,
  filter: ProjectFilter,
  page: PageRequest,
): Promise<Page<ProjectRow>> {
  const lists = openWithin(databases, reach).map((db) => projectsQuery(db, reach, filter, page))
  return toPage(await Promise.all(lists), page)
}

/** Exported for the test that reads its query plan. */
export function projectsQuery(db: Database, reach: Reach, filter: ProjectFilter, page: PageRequest) {
  const { id, teamId } = filter
  return db
    .select()
    .from(projects)
    .where(
      and(
        within(reach, projects.organizationId, { team: projects.teamId }),
        isCalled(filter, projects.externalId),
        id === undefined ? undefined : eq(projects.id, id),
        teamId === undefined ? undefined : eq(projects.teamId, teamId),
        lt(projects.id, before(page)),
        isLeft(projects.state),
      ),
    )
    .orderBy(desc(projects.id))
    .limit(rowsToRead(page))
}

/** True while neither the project nor its organization is deleted. */
export async function isLiving(db: Database, organizationId: string, id: string): Promise<boolean> {
  const row = await db
    .select({ id: projects.id })
    .from(projects)
    .innerJoin(organizations, eq(organizations.id, projects.organizationId))
    .where(
      and(
        eq(projects.id, id),
        eq(projects.organizationId, organizationId),
        ne(projects.state, 'deleted'),
        ne(organizations.state, 'deleted'),
      ),
    )
    .get()
  return row !== undefined
}

/** The team of a project, deleted or not: for the audit trail of what belongs to the project. */
export async function findTeamId(db: Database, organizationId: string, id: string): Promise<string | null> {
  const row = await db
    .select({ teamId: projects.teamId })
    .from(projects)
    .where(and(eq(projects.id, id), eq(projects.organizationId, organizationId)))
    .get()
  return row?.teamId ?? null
}
