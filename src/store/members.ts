// Members: who of an organization can log in. How they are found, made and written; lists of them stand in `member-list.ts`.
import { and, asc, eq, ne, sql, type SQL } from 'drizzle-orm'
import { members, organizations } from '../model/schema/tenants.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
import { activeOrganization, type MemberRow } from './holders.ts'
import { openWithin, within, type Reach } from './reach.ts'
import type { Statement } from './statement.ts'

/** A member within reach that is not removed. A member's id does not say whose it is: every shard in reach is asked. */
export async function findMember(databases: Databases, reach: Reach, id: string): Promise<MemberRow | null> {
  const rows = await Promise.all(
    openWithin(databases, reach).map((db) => db.select().from(members).where(isLeft(reach, id)).get()),
  )
  return rows.find((row) => row !== undefined) ?? null
}

/** As `findMember`, of an organization that is active: one who can log in. */
export async function findHolderMember(
  databases: Databases,
  reach: Reach,
  id: string,
): Promise<MemberRow | null> {
  const rows = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select({ member: members })
        .from(members)
        .innerJoin(organizations, activeOrganization())
        .where(isLeft(reach, id))
        .get(),
    ),
  )
  return rows.find((row) => row !== undefined)?.member ?? null
}

/** The member with this address who is not removed. */
export async function findMemberByEmail(
  databases: Databases,
  organizationId: string,
  email: string,
): Promise<MemberRow | null> {
  const row = await memberByEmailQuery(
    open(databaseOf(databases, organizationId)),
    organizationId,
    email,
  ).get()
  return row ?? null
}

/** Exported for the test that reads its query plan. Folded by SQLite: see `logins.ts`. */
export function memberByEmailQuery(db: Database, organizationId: string, email: string) {
  return db
    .select()
    .from(members)
    .where(
      and(
        sql`lower(${members.email}) = lower(${email})`,
        eq(members.organizationId, organizationId),
        ne(members.state, 'removed'),
      ),
    )
    .orderBy(asc(members.id))
    .limit(1)
}

export function insertMember(db: Database, row: MemberRow): Statement {
  return db.insert(members).values(row)
}

/** At the version that was judged. */
export function updateMember(db: Database, row: MemberRow, set: Partial<MemberRow>): Statement {
  const same = and(
    eq(members.id, row.id),
    eq(members.organizationId, row.organizationId),
    eq(members.version, row.version),
  )
  return db.update(members).set(set).where(same)
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

function isLeft(reach: Reach, id: string): SQL | undefined {
  return and(
    eq(members.id, id),
    within(reach, members.organizationId, { team: members.teamId }),
    ne(members.state, 'removed'),
  )
}
