// Teams: an organization's own division. Projects may belong to one.
import { and, desc, eq, lt, ne } from 'drizzle-orm'
import { projects, teams } from '../model/schema/tenants.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
import { isCalled, isLeft, type ExternalIdFilter } from './external-id.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { openWithin, within, type Reach } from './reach.ts'
import { completeRow, type Statement } from './statement.ts'

export type TeamRow = typeof teams.$inferSelect

/** A team as it will be stored. */
export function newTeamRow(given: typeof teams.$inferInsert): TeamRow {
  return completeRow(teams, given)
}

export function insertTeam(db: Database, row: TeamRow): readonly Statement[] {
  return [db.insert(teams).values(row)]
}

export function updateTeam(db: Database, row: TeamRow, set: Partial<TeamRow>): readonly Statement[] {
  const same = and(
    eq(teams.id, row.id),
    eq(teams.organizationId, row.organizationId),
    eq(teams.version, row.version),
  )
  return [db.update(teams).set(set).where(same)]
}

/** A team within reach that is not deleted. A team's id does not say whose it is: every shard in reach is asked. */
export async function findTeam(databases: Databases, reach: Reach, id: string): Promise<TeamRow | null> {
  const rows = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select()
        .from(teams)
        .where(
          and(
            eq(teams.id, id),
            within(reach, teams.organizationId, { team: teams.id }),
            ne(teams.state, 'deleted'),
          ),
        )
        .get(),
    ),
  )
  return rows.find((row) => row !== undefined) ?? null
}

/** True while projects that are not deleted belong to it. */
export async function hasProjects(
  databases: Databases,
  { id, organizationId }: Pick<TeamRow, 'id' | 'organizationId'>,
): Promise<boolean> {
  const row = await open(databaseOf(databases, organizationId))
    .select({ id: projects.id })
    .from(projects)
    .where(
      and(
        eq(projects.teamId, id),
        eq(projects.organizationId, organizationId),
        ne(projects.state, 'deleted'),
      ),
    )
    .limit(1)
    .get()
  return row !== undefined
}

export async function listTeams(
  databases: Databases,
  reach: Reach,
  filter: ExternalIdFilter,
  page: PageRequest,
): Promise<Page<TeamRow>> {
  const lists = openWithin(databases, reach).map((db) => teamsQuery(db, reach, filter, page))
  return toPage(await Promise.all(lists), page)
}

/** Exported for the test that reads its query plan. */
export function teamsQuery(db: Database, reach: Reach, filter: ExternalIdFilter, page: PageRequest) {
  return db
    .select()
    .from(teams)
    .where(
      and(
        within(reach, teams.organizationId, { team: teams.id }),
        isCalled(filter, teams.externalId),
        lt(teams.id, before(page)),
        isLeft(teams.state),
      ),
    )
    .orderBy(desc(teams.id))
    .limit(rowsToRead(page))
}
