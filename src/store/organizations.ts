// Organizations: the customers of the API's owner, and the root of all tenant data.
import { and, desc, eq, lt, ne } from 'drizzle-orm'
import { organizations } from '../model/schema/tenants.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
import { isCalled, isLeft, type ExternalIdFilter } from './external-id.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { openWithin, within, type Reach } from './reach.ts'
import { completeRow, type Statement } from './statement.ts'

export type OrganizationRow = typeof organizations.$inferSelect

/** An organization as it will be stored. */
export function newOrganizationRow(given: typeof organizations.$inferInsert): OrganizationRow {
  return completeRow(organizations, given)
}

/** An `external_id` is unique within a database: with several, the same one may stand in two of them. */
export function insertOrganization(db: Database, row: OrganizationRow): readonly Statement[] {
  return [db.insert(organizations).values(row)]
}

export function updateOrganization(
  db: Database,
  row: OrganizationRow,
  set: Partial<OrganizationRow>,
): readonly Statement[] {
  const same = and(eq(organizations.id, row.id), eq(organizations.version, row.version))
  return [db.update(organizations).set(set).where(same)]
}

/** An organization within reach that is not deleted. */
export async function findOrganization(
  databases: Databases,
  reach: Reach,
  id: string,
): Promise<OrganizationRow | null> {
  const row = await open(databaseOf(databases, id))
    .select()
    .from(organizations)
    .where(
      and(
        eq(organizations.id, id),
        within(reach, organizations.id, 'every_team'),
        ne(organizations.state, 'deleted'),
      ),
    )
    .get()
  return row ?? null
}

export async function listOrganizations(
  databases: Databases,
  reach: Reach,
  filter: ExternalIdFilter,
  page: PageRequest,
): Promise<Page<OrganizationRow>> {
  const lists = openWithin(databases, reach).map((db) => organizationsQuery(db, reach, filter, page))
  return toPage(await Promise.all(lists), page)
}

/** Exported for the test that reads its query plan. */
export function organizationsQuery(db: Database, reach: Reach, filter: ExternalIdFilter, page: PageRequest) {
  return db
    .select()
    .from(organizations)
    .where(
      and(
        within(reach, organizations.id, 'every_team'),
        isCalled(filter, organizations.externalId),
        lt(organizations.id, before(page)),
        isLeft(organizations.state),
      ),
    )
    .orderBy(desc(organizations.id))
    .limit(rowsToRead(page))
}
