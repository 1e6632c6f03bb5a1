// One-time links into the portal, in the database of the organization that they lead to.
import { and, desc, eq, gt, isNull } from 'drizzle-orm'
import { portalLinks } from '../model/schema/sessions.ts'
import { chainDatabase } from './commit.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
import type { HolderName } from './sessions.ts'
import type { Statement } from './statement.ts'

export type PortalLinkRow = typeof portalLinks.$inferSelect

export function insertPortalLink(db: Database, row: PortalLinkRow): Statement {
  return db.insert(portalLinks).values(row)
}

/** A link, whether it can still be redeemed or not. */
export async function findPortalLink(
  databases: Databases,
  organizationId: string,
  hash: string,
): Promise<PortalLinkRow | null> {
  const row = await open(databaseOf(databases, organizationId))
    .select()
    .from(portalLinks)
    .where(and(eq(portalLinks.hash, hash), eq(portalLinks.organizationId, organizationId)))
    .get()
  return row ?? null
}

/** Ids of the member's links that can still be redeemed. @param now epoch milliseconds */
export async function idsOfOpenLinks(
  databases: Databases,
  { chain, id }: HolderName,
  now: number,
): Promise<readonly string[]> {
  const rows = await openLinksQuery(open(chainDatabase(databases, chain)), { chain, id }, now)
  return rows.map((row) => row.id)
}

/** Exported for the test that reads its query plan. */
export function openLinksQuery(db: Database, { chain, id }: HolderName, now: number) {
  return db
    .select({ id: portalLinks.id })
    .from(portalLinks)
    .where(
      and(
        eq(portalLinks.memberId, id),
        eq(portalLinks.organizationId, chain),
        isNull(portalLinks.redeemedAt),
        gt(portalLinks.expiresAt, now),
      ),
    )
    .orderBy(desc(portalLinks.id))
}

/** @param at epoch milliseconds */
export function redeemStatement(db: Database, { id }: PortalLinkRow, at: number): Statement {
  return db
    .update(portalLinks)
    .set({ redeemedAt: at })
    .where(and(eq(portalLinks.id, id), isNull(portalLinks.redeemedAt)))
}
