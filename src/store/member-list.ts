// Lists of members, narrowed by what is asked for.
import { and, desc, eq, lt, ne, sql } from 'drizzle-orm'
import { members } from '../model/schema/tenants.ts'
import type { MemberRole } from '../model/vocabulary.ts'
import type { Database, Databases } from './database.ts'
import type { MemberRow } from './holders.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { openWithin, within, type Reach } from './reach.ts'

export interface MemberFilter {
  readonly teamId?: string | undefined
  readonly role?: MemberRole | undefined
  readonly email?: string | undefined
  /** Without it, all but the removed ones. */
  readonly state?: MemberRow['state'] | undefined
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

/**
 * An address, a team or an organization is sought in an index. A role or a state is looked at row by row: beside an organization
 * that is bounded by its members, who are people; without one, the operators of the platform wait for it.
 *
 * Exported for the test that reads its query plan.
 */
export function membersQuery(
  db: Database,
  reach: Reach,
  { teamId, role, email, state }: MemberFilter,
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
        email === undefined ? undefined : sql`lower(${members.email}) = lower(${email})`,
        state === undefined ? ne(members.state, 'removed') : eq(members.state, state),
      ),
    )
    .orderBy(desc(members.id))
    .limit(rowsToRead(page))
}
