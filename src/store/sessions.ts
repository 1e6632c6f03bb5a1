// Sessions in D1: how they begin, are found and end.
import { and, desc, eq, gt, isNull, lt, type SQL } from 'drizzle-orm'
import { sessions } from '../model/schema/sessions.ts'
import { SESSION_IDLE_MS } from '../policy/session.ts'
import { chainDatabase } from './commit.ts'
import { open, type Database, type Databases } from './database.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import type { Statement } from './statement.ts'

export type SessionRow = typeof sessions.$inferSelect

/** Whose sessions: `chain` holds them. */
export interface HolderName {
  readonly chain: string
  readonly id: string
}

export function insertSession(db: Database, row: SessionRow): Statement {
  return db.insert(sessions).values(row)
}

/** The sessions of one holder that are not over. @param now epoch milliseconds */
export async function listSessions(
  databases: Databases,
  holder: HolderName,
  now: number,
  page: PageRequest,
): Promise<Page<SessionRow>> {
  const db = open(chainDatabase(databases, holder.chain))
  return toPage([await sessionsQuery(db, holder, now, page)], page)
}

/** Exported for the test that reads its query plan. */
export function sessionsQuery(db: Database, holder: HolderName, now: number, page: PageRequest) {
  return db
    .select()
    .from(sessions)
    .where(and(aliveOf(holder, now), lt(sessions.id, before(page))))
    .orderBy(desc(sessions.id))
    .limit(rowsToRead(page))
}

/** One of the holder's sessions that is not over. @param now epoch milliseconds */
export async function findSession(
  databases: Databases,
  holder: HolderName,
  id: string,
  now: number,
): Promise<SessionRow | null> {
  const row = await open(chainDatabase(databases, holder.chain))
    .select()
    .from(sessions)
    .where(and(aliveOf(holder, now), eq(sessions.id, id)))
    .get()
  return row ?? null
}

/** Ids of all of the holder's sessions that are not over. @param now epoch milliseconds */
export async function idsOfSessions(
  databases: Databases,
  holder: HolderName,
  now: number,
): Promise<readonly string[]> {
  const rows = await open(chainDatabase(databases, holder.chain))
    .select({ id: sessions.id })
    .from(sessions)
    .where(aliveOf(holder, now))
    .orderBy(desc(sessions.id))
  return rows.map(({ id }) => id)
}

/** @param at epoch milliseconds */
export function endSessionStatement(db: Database, id: string, at: number): Statement {
  return db
    .update(sessions)
    .set({ revokedAt: at })
    .where(and(eq(sessions.id, id), isNull(sessions.revokedAt)))
}

/** Writes down that the session is in use. Never backwards. @param now epoch milliseconds */
export async function touchSession(
  databases: Databases,
  { id, organizationId }: SessionRow,
  now: number,
): Promise<void> {
  await open(chainDatabase(databases, organizationId))
    .update(sessions)
    .set({ lastSeenAt: now })
    .where(and(eq(sessions.id, id), lt(sessions.lastSeenAt, now)))
}

function aliveOf({ chain, id }: HolderName, now: number): SQL | undefined {
  return and(eq(sessions.holderId, id), eq(sessions.organizationId, chain), aliveAt(now))
}

/** What must hold of a session that is not over. @param now epoch milliseconds */
export function aliveAt(now: number): SQL | undefined {
  return and(
    isNull(sessions.revokedAt),
    gt(sessions.expiresAt, now),
    gt(sessions.lastSeenAt, now - SESSION_IDLE_MS),
  )
}
