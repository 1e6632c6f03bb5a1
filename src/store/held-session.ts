// A session together with whom it is of, in one query: a member that is removed or an operator that is suspended has none
// from that moment on, because there is nobody to find.
import { and, eq, type SQL } from 'drizzle-orm'
import { operators } from '../model/schema/records.ts'
import { sessions } from '../model/schema/sessions.ts'
import { members, organizations } from '../model/schema/tenants.ts'
import { PLATFORM_CHAIN } from './audit-chain.ts'
import { chainDatabase } from './commit.ts'
import { open, type Database, type Databases } from './database.ts'
import { activeOrganization, operatorActs, type Holder } from './holders.ts'
import type { SessionRow } from './sessions.ts'

export interface HeldSession {
  readonly session: SessionRow
  readonly holder: Holder
}

/** Where a session is looked for: what its cookie says. */
export interface SessionName {
  /** An organization's id or `platform`. */
  readonly chain: string
  readonly hash: string
}

/** A session, whether it is over or not, of somebody who may act. @param now epoch milliseconds */
export async function findHeldSession(
  databases: Databases,
  { chain, hash }: SessionName,
  now: number,
): Promise<HeldSession | null> {
  const db = open(chainDatabase(databases, chain))
  const named = and(eq(sessions.hash, hash), eq(sessions.organizationId, chain))
  return chain === PLATFORM_CHAIN ? findOfOperator(db, named, now) : findOfMember(db, named)
}

async function findOfOperator(
  db: Database,
  named: SQL | undefined,
  now: number,
): Promise<HeldSession | null> {
  const found = await db
    .select({ session: sessions, row: operators })
    .from(sessions)
    .innerJoin(operators, eq(operators.id, sessions.holderId))
    .where(and(named, eq(sessions.holderKind, 'operator'), operatorActs(now)))
    .get()
  return found ? { session: found.session, holder: { kind: 'operator', row: found.row } } : null
}

async function findOfMember(db: Database, named: SQL | undefined): Promise<HeldSession | null> {
  const found = await db
    .select({ session: sessions, row: members })
    .from(sessions)
    .innerJoin(
      members,
      and(eq(members.id, sessions.holderId), eq(members.organizationId, sessions.organizationId)),
    )
    .innerJoin(organizations, activeOrganization())
    .where(and(named, eq(sessions.holderKind, 'member'), eq(members.state, 'active')))
    .get()
  return found ? { session: found.session, holder: { kind: 'member', row: found.row } } : null
}
