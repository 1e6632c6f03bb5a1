// Lists of audit events, newest first. Each filter has an index in the order of time and id, so that a page reads what it
// shows and, where several filters meet, what the first of them finds.
import { and, count, desc, eq, gte, lt, sql, type SQL } from 'drizzle-orm'
import { auditEvents } from '../model/schema/records.ts'
import { EVENT_COLUMNS, type EventRow } from './audit-event.ts'
import { chainDatabase } from './commit.ts'
import { open, type Database, type Databases } from './database.ts'
import { rowsToRead, type Page, type PageRequest } from './page.ts'
import { within, type Reach } from './reach.ts'

/** Times are epoch milliseconds. */
export interface AuditFilter {
  readonly teamId?: string | undefined
  readonly actorId?: string | undefined
  readonly action?: string | undefined
  readonly targetId?: string | undefined
  readonly from?: number | undefined
  /** Exclusive. */
  readonly to?: number | undefined
}

interface Position {
  readonly time: number
  readonly id: string
}

export async function listAuditEvents(
  databases: Databases,
  reach: Reach,
  filter: AuditFilter,
  page: PageRequest,
): Promise<Page<EventRow>> {
  const lists = openChains(databases, reach).map((db) => auditQuery(db, reach, filter, page))
  const rows = (await Promise.all(lists)).flat().sort((a, b) => (isBefore(a, b) ? 1 : -1))
  const items = rows.slice(0, page.limit)
  const last = items.at(-1)
  return { items, next: rows.length > page.limit && last !== undefined ? nameOf(last) : null }
}

/** How many events a filter finds. */
export async function countAuditEvents(
  databases: Databases,
  reach: Reach,
  filter: AuditFilter,
): Promise<number> {
  const counts = await Promise.all(
    openChains(databases, reach).map((db) => countQuery(db, reach, filter).get()),
  )
  return counts.reduce((sum, row) => sum + (row?.events ?? 0), 0)
}

export async function findAuditEvent(
  databases: Databases,
  reach: Reach,
  id: string,
): Promise<EventRow | null> {
  const rows = await Promise.all(
    openChains(databases, reach).map((db) =>
      db
        .select(EVENT_COLUMNS)
        .from(auditEvents)
        .where(
          and(
            eq(auditEvents.id, id),
            within(reach, auditEvents.organizationId, { team: auditEvents.teamId }),
          ),
        )
        .get(),
    ),
  )
  return rows.find((row) => row !== undefined) ?? null
}

/** Exported for the test that reads its query plan. */
export function auditQuery(db: Database, reach: Reach, filter: AuditFilter, page: PageRequest) {
  return db
    .select(EVENT_COLUMNS)
    .from(auditEvents)
    .where(
      and(...conditions(reach, filter), page.after === null ? undefined : isAfter(parsePosition(page.after))),
    )
    .orderBy(desc(auditEvents.time), desc(auditEvents.id))
    .limit(rowsToRead(page))
}

/** Exported for the test that reads its query plan. */
export function countQuery(db: Database, reach: Reach, filter: AuditFilter) {
  return db
    .select({ events: count() })
    .from(auditEvents)
    .where(and(...conditions(reach, filter)))
}

function conditions(
  reach: Reach,
  { teamId, actorId, action, targetId, from, to }: AuditFilter,
): readonly (SQL | undefined)[] {
  return [
    within(reach, auditEvents.organizationId, { team: auditEvents.teamId }),
    teamId === undefined ? undefined : eq(auditEvents.teamId, teamId),
    actorId === undefined ? undefined : eq(auditEvents.actorId, actorId),
    action === undefined ? undefined : eq(auditEvents.action, action),
    targetId === undefined ? undefined : eq(auditEvents.targetId, targetId),
    // With a bound on every page, SQLite seeks into the index instead of walking it from its end.
    lt(auditEvents.time, to ?? Number.MAX_SAFE_INTEGER),
    from === undefined ? undefined : gte(auditEvents.time, from),
  ]
}

function isAfter({ time, id }: Position): SQL {
  return sql`(${auditEvents.time}, ${auditEvents.id}) < (${time}, ${id})`
}

function isBefore(a: Position, b: Position): boolean {
  return a.time === b.time ? a.id < b.id : a.time < b.time
}

// What a page ends with, as the one text that a cursor carries.
function nameOf({ time, id }: Position): string {
  return `${time}.${id}`
}

function parsePosition(name: string): Position {
  const dot = name.indexOf('.')
  return { time: Number(name.slice(0, dot)), id: name.slice(dot + 1) }
}

// The first database holds the chain of the platform, whether it holds tenants or not.
function openChains(databases: Databases, reach: Reach): readonly Database[] {
  if (reach !== 'platform') return [open(chainDatabase(databases, reach.organizationId))]
  return [...new Set([databases.primary, ...databases.shards])].map(open)
}
