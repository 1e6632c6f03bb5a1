// Members: who of an organization can log in. How a login finds and writes them stands in `holders.ts`.
import { and, desc, eq, lt, ne, sql } from 'drizzle-orm'
import { members } from '../model/schema/tenants.ts'
import type { MemberRole } from '../model/vocabulary.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
import type { MemberRow } from './holders.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { openWithin, within, type Reach } from './reach.ts'

export interface MemberFilter {
  readonly teamId?: string | undefined
  readonly role?: MemberRole | undefined
  /** Without it, all but the removed ones. */
  readonly state?: MemberRow['state'] | undefined
}

/** A member within reach that is not removed. A member's id does not say whose it is: every shard in reach is asked. */
export async function findMember(databases: Databases, reach: Reach, id: string): Promise<MemberRow | null> {
  const rows = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select()
        .from(members)
        .where(
          and(
            eq(members.id, id),
            within(reach, members.organizationId, { team: members.teamId }),
            ne(members.state, 'removed'),
          ),
        )
        .get(),
    ),
  )
  return rows.find((row) => row !== undefined) ?? null
}

export async function listMembers(
  databases: Databases,
  reach: Reach,
  filter: MemberFilter,
  page: PageRequest,
): Promise<Page<MemberRow>> {
  const lists = openWithin(databases, reach).map((db) => membersQuery(db, reach, filter, page))
  return toPage(await Promise.all(lists), page)
}

/** Exported for the test that reads its query plan. */
export function membersQuery(
  db: Database,
  reach: Reach,
  { teamId, role, state }: MemberFilter,
  page: PageRequest,
) {
  return db
    .select()
    .from(members)
    .where(
      and(
        within(reach, members.organizationId, { team: members.teamId }),
        lt(members.id, before(page)),
        teamId === undefined ? undefined : eq(members.teamId, teamId),
        role === undefined ? undefined : eq(members.role, role),
        state === undefined ? ne(members.state, 'removed') : eq(members.state, state),
      ),
    )
    .orderBy(desc(members.id))
    .limit(rowsToRead(page))
}

/** True while the organization has an administrator who can act, besides this member. */
export async function hasOtherAdmin(
  databases: Databases,
  { id, organizationId }: Pick<MemberRow, 'id' | 'organizationId'>,
): Promise<boolean> {
  const row = await open(databaseOf(databases, organizationId))
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        sql`${members.role} = 'admin'`,
        sql`${members.state} = 'active'`,
        ne(members.id, id),
      ),
    )
    .limit(1)
    .get()
  return row !== undefined
}

/** True while members of the organization belong to the team. */
export async function hasMembers(
  databases: Databases,
  { id, organizationId }: { readonly id: string; readonly organizationId: string },
): Promise<boolean> {
  const row = await open(databaseOf(databases, organizationId))
    .select({ id: members.id })
    .from(members)
    .where(
      and(eq(members.teamId, id), eq(members.organizationId, organizationId), ne(members.state, 'removed')),
    )
    .limit(1)
    .get()
  return row !== undefined
}
