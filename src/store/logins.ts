// Whom an identity provider speaks of: found by subject, or, once, by address. Both sides of an address are folded by SQLite, which
// knows ASCII alone: `toLowerCase` would make `k` of the Kelvin sign, and of somebody else's address the one that was invited.
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm'
import { operators } from '../model/schema/records.ts'
import { members, organizations } from '../model/schema/tenants.ts'
import { open, type Database, type Databases } from './database.ts'
import { activeOrganization, operatorActs, type MemberRow, type OperatorRow } from './holders.ts'
import { openWithin, within, type Reach } from './reach.ts'

/** `iss` and `sub` (OpenID Connect Core, section 5.7): the only two that name a person for good. */
export interface SubjectName {
  readonly issuer: string
  readonly subject: string
}

/** @param now epoch milliseconds */
export async function findOperatorBySubject(
  databases: Databases,
  { issuer, subject }: SubjectName,
  now: number,
): Promise<OperatorRow | null> {
  const row = await open(databases.primary)
    .select()
    .from(operators)
    .where(and(eq(operators.issuer, issuer), eq(operators.subject, subject), operatorActs(now)))
    .get()
  return row ?? null
}

/** The operator with this subject, whether it may act or not; none that is deleted has one. */
export async function findOperatorOfSubject(
  databases: Databases,
  { issuer, subject }: SubjectName,
): Promise<OperatorRow | null> {
  const row = await operatorOfSubjectQuery(open(databases.primary), { issuer, subject }).get()
  return row ?? null
}

/** Exported for the test that reads its query plan. */
export function operatorOfSubjectQuery(db: Database, { issuer, subject }: SubjectName) {
  return db
    .select()
    .from(operators)
    .where(and(eq(operators.issuer, issuer), eq(operators.subject, subject)))
}

/** An operator with this address whom no subject is bound to yet. @param now epoch milliseconds */
export async function findUnboundOperator(
  databases: Databases,
  email: string,
  now: number,
): Promise<OperatorRow | null> {
  const row = await unboundOperatorQuery(open(databases.primary), email, now).get()
  return row ?? null
}

/** Exported for the test that reads its query plan. */
export function unboundOperatorQuery(db: Database, email: string, now: number) {
  return db
    .select()
    .from(operators)
    .where(
      and(
        sql`lower(${operators.email}) = lower(${email})`,
        sql`${operators.subject} IS NULL`,
        operatorActs(now),
      ),
    )
    .orderBy(asc(operators.id))
    .limit(1)
}

/** The oldest membership, of an organization that is active. */
export async function findMemberBySubject(
  databases: Databases,
  reach: Reach,
  { issuer, subject }: SubjectName,
): Promise<MemberRow | null> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select({ member: members })
        .from(members)
        .innerJoin(organizations, activeOrganization())
        .where(
          and(
            eq(members.issuer, issuer),
            eq(members.subject, subject),
            eq(members.state, 'active'),
            within(reach, members.organizationId, { team: members.teamId }),
          ),
        )
        .orderBy(asc(members.id))
        .limit(1),
    ),
  )
  return newestFirst(found).at(-1) ?? null
}

/** The newest invitation for this address, to an organization that is active. */
export async function findInvitedMember(
  databases: Databases,
  reach: Reach,
  email: string,
): Promise<MemberRow | null> {
  const [newest = null] = await findUnbound(databases, reach, email, 'invited')
  return newest
}

/**
 * The membership with this address that somebody came into by a link, and to which no subject is bound yet. Null also where
 * there are several: which of them is meant, the address does not say.
 */
export async function findUnboundMember(
  databases: Databases,
  reach: Reach,
  email: string,
): Promise<MemberRow | null> {
  const [only = null, other] = await findUnbound(databases, reach, email, 'active')
  return other === undefined ? only : null
}

async function findUnbound(
  databases: Databases,
  reach: Reach,
  email: string,
  state: MemberRow['state'],
): Promise<readonly MemberRow[]> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) => unboundMembersQuery(db, reach, email, state)),
  )
  return newestFirst(found)
}

/** Two, because whoever asks may have to know whether there is another. Exported for the test that reads its query plan. */
export function unboundMembersQuery(db: Database, reach: Reach, email: string, state: MemberRow['state']) {
  return db
    .select({ member: members })
    .from(members)
    .innerJoin(organizations, activeOrganization())
    .where(
      and(
        sql`lower(${members.email}) = lower(${email})`,
        isNull(members.subject),
        eq(members.state, state),
        within(reach, members.organizationId, { team: members.teamId }),
      ),
    )
    .orderBy(desc(members.id))
    .limit(2)
}

function newestFirst(shards: readonly (readonly { readonly member: MemberRow }[])[]): readonly MemberRow[] {
  const rows = shards.flat().map(({ member }) => member)
  return rows.sort((a, b) => (a.id < b.id ? 1 : -1))
}
