// What ends with somebody's access: the sessions that were begun, and the links that could still begin one. Whoever is let in again
// later begins anew. One rule, whatever the reason.
import { and, eq, gt, inArray, isNull, type SQL } from 'drizzle-orm'
import { portalLinks, sessions } from '../model/schema/sessions.ts'
import { members } from '../model/schema/tenants.ts'
import { PLATFORM_CHAIN } from './audit-chain.ts'
import type { Database } from './database.ts'
import { aliveAt, type HolderName } from './sessions.ts'
import type { Statement } from './statement.ts'

/** Of one holder. @param at epoch milliseconds */
export function endAccess(db: Database, { chain, id }: HolderName, at: number): readonly Statement[] {
  const ended = endSessionsQuery(db, and(eq(sessions.holderId, id), eq(sessions.organizationId, chain)), at)
  return chain === PLATFORM_CHAIN ? [ended] : [ended, endLinks(db, { chain, id }, at)]
}

/** Of everybody in an organization. @param at epoch milliseconds */
export function endAccessWithin(db: Database, organizationId: string, at: number): readonly Statement[] {
  return [endSessionsWithinQuery(db, organizationId, at), endLinksWithinQuery(db, organizationId, at)]
}

/** The links of one member. A link that is ended has expired: its row stays as long as that of any other. */
export function endLinks(db: Database, { chain, id }: HolderName, at: number): Statement {
  return endLinksQuery(db, and(eq(portalLinks.memberId, id), eq(portalLinks.organizationId, chain)), at)
}

/** Exported for the test that reads its query plan. By its members: that is how sessions are indexed. */
export function endSessionsWithinQuery(db: Database, organizationId: string, at: number) {
  const within = and(
    inArray(sessions.holderId, membersOf(db, organizationId)),
    eq(sessions.organizationId, organizationId),
  )
  return endSessionsQuery(db, within, at)
}

/** Exported for the test that reads its query plan. */
export function endLinksWithinQuery(db: Database, organizationId: string, at: number) {
  const within = and(
    inArray(portalLinks.memberId, membersOf(db, organizationId)),
    eq(portalLinks.organizationId, organizationId),
    // Whoever was invited is still to join once the organization is resumed.
    eq(portalLinks.purpose, 'login'),
  )
  return endLinksQuery(db, within, at)
}

function membersOf(db: Database, organizationId: string) {
  return db.select({ id: members.id }).from(members).where(eq(members.organizationId, organizationId))
}

function endSessionsQuery(db: Database, whose: SQL | undefined, at: number) {
  return db
    .update(sessions)
    .set({ revokedAt: at })
    .where(and(whose, aliveAt(at)))
}

function endLinksQuery(db: Database, whose: SQL | undefined, at: number) {
  return db
    .update(portalLinks)
    .set({ expiresAt: at })
    .where(and(whose, isNull(portalLinks.redeemedAt), gt(portalLinks.expiresAt, at)))
}
