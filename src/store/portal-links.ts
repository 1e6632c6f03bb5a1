// One-time links into the portal, in the database of the organization that they lead to.
import { and, eq, inArray, isNull, lt } from 'drizzle-orm'
import { portalLinks } from '../model/schema/sessions.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
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

/** @param at epoch milliseconds */
export function redeemStatement(db: Database, { id }: PortalLinkRow, at: number): Statement {
  return db
    .update(portalLinks)
    .set({ redeemedAt: at })
    .where(and(eq(portalLinks.id, id), isNull(portalLinks.redeemedAt)))
}

/**
 * Deletes at most `limit` links.
 * @param expiredBefore epoch milliseconds
 * @returns how many were deleted
 */
export async function prunePortalLinks(
  shard: D1Database,
  expiredBefore: number,
  limit: number,
): Promise<number> {
  const db = open(shard)
  const { meta } = await db
    .delete(portalLinks)
    .where(inArray(portalLinks.id, expiredLinksQuery(db, expiredBefore, limit)))
  return meta.changes
}

/** Exported for the test that reads its query plan. */
export function expiredLinksQuery(db: Database, expiredBefore: number, limit: number) {
  return db
    .select({ id: portalLinks.id })
    .from(portalLinks)
    .where(lt(portalLinks.expiresAt, expiredBefore))
    .limit(limit)
}
