// The rows of those who can log in, by id or address, and how a login writes to them.
import { and, asc, eq, ne, sql } from 'drizzle-orm'
import { operators } from '../model/schema/records.ts'
import { members, organizations } from '../model/schema/tenants.ts'
import { open, type Database, type Databases } from './database.ts'
import { activeOrganization, oldestMember, type MemberRow, type OperatorRow } from './holders.ts'
import { within, type Reach } from './reach.ts'
import type { Statement } from './statement.ts'

/** A member that is not removed. */
export function findHolderMember(databases: Databases, reach: Reach, id: string): Promise<MemberRow | null> {
  return oldestMember(databases, reach, (db) =>
    db
      .select({ member: members })
      .from(members)
      .innerJoin(organizations, activeOrganization())
      .where(
        and(
          eq(members.id, id),
          ne(members.state, 'removed'),
          within(reach, members.organizationId, { team: members.teamId }),
        ),
      ),
  )
}

export async function findHolderOperator(databases: Databases, id: string): Promise<OperatorRow | null> {
  const row = await open(databases.primary)
    .select()
    .from(operators)
    .where(and(eq(operators.id, id), ne(operators.state, 'deleted')))
    .get()
  return row ?? null
}

/** The member with this address who is not removed. */
export async function findMemberByEmail(
  databases: Databases,
  organizationId: string,
  email: string,
): Promise<MemberRow | null> {
  return oldestMember(databases, { organizationId }, (db) =>
    db
      .select({ member: members })
      .from(members)
      .where(
        and(
          eq(members.organizationId, organizationId),
          sql`lower(${members.email}) = lower(${email})`,
          ne(members.state, 'removed'),
        ),
      )
      .orderBy(asc(members.id))
      .limit(1),
  )
}

export function insertHolderMember(db: Database, row: MemberRow): Statement {
  return db.insert(members).values(row)
}

/** At the version that was judged. */
export function updateHolderMember(db: Database, row: MemberRow, set: Partial<MemberRow>): Statement {
  const same = and(
    eq(members.id, row.id),
    eq(members.organizationId, row.organizationId),
    eq(members.version, row.version),
  )
  return db.update(members).set(set).where(same)
}

/** At the version that was judged. */
export function updateHolderOperator(db: Database, row: OperatorRow, set: Partial<OperatorRow>): Statement {
  const same = and(eq(operators.id, row.id), eq(operators.version, row.version))
  return db.update(operators).set(set).where(same)
}
