// Verifies an audit chain: finds the first event that was altered, removed or put elsewhere since it was written.
//
// A chain can show that something is missing before an event, never that something was cut off behind the last one. Whoever
// keeps a head elsewhere (its `seq` and `hash`) and verifies from there sees that too: the event must still be there.
import { and, asc, eq, gte } from 'drizzle-orm'
import { auditEvents } from '../model/schema/records.ts'
import type { ChainHead } from './audit.ts'
import { GENESIS_HASH, hashEvent, PLATFORM_CHAIN } from './audit-chain.ts'
import { EVENT_COLUMNS, eventOf, type EventRow } from './audit-event.ts'
import { chainDatabase } from './commit.ts'
import { open, type Database, type Databases } from './database.ts'

/**
 * `missing`: no event stands at this position. `altered`: its hash is not that of its content. `detached`: it is whole, and
 * does not follow the event before it, one of which was put in the place of another.
 */
export const BREACH_KINDS = ['missing', 'altered', 'detached'] as const

export interface Breach {
  readonly seq: number
  readonly eventId: string | null
  readonly kind: (typeof BREACH_KINDS)[number]
}

export interface ChainReport {
  /** Events that were found whole. */
  readonly checked: number
  /** The last of them: where to go on, and what to keep. */
  readonly head: ChainHead
  /** The first one. */
  readonly breach: Breach | null
  /** True if the chain ends here. */
  readonly isComplete: boolean
}

const START: ChainHead = { seq: 0, hash: GENESIS_HASH }

/** Of an organization: its creation is an event, so that one without any was never there, or had all of them removed. */
const NOTHING: ChainReport = {
  checked: 0,
  head: START,
  breach: { seq: 1, eventId: null, kind: 'missing' },
  isComplete: true,
}

/**
 * Verifies up to `limit` events.
 * @param after the head of a report from before, which must still stand; null to begin with the first event
 */
export async function verifyChain(
  databases: Databases,
  chain: string,
  after: ChainHead | null,
  limit: number,
): Promise<ChainReport> {
  const db = open(chainDatabase(databases, chain))
  const rows = await chainQuery(db, chain, after?.seq ?? 1, limit + 1)
  if (rows.length === 0 && after === null && chain !== PLATFORM_CHAIN) return NOTHING
  if (after === null) return walk(rows.slice(0, limit), START, rows.length <= limit)
  const breach = await brokenAnchor(rows[0], after)
  if (breach !== null) return { checked: 0, head: START, breach, isComplete: false }
  return walk(rows.slice(1), after, rows.length <= limit)
}

/** Exported for the test that reads its query plan. */
export function chainQuery(db: Database, chain: string, fromSeq: number, limit: number) {
  return db
    .select(EVENT_COLUMNS)
    .from(auditEvents)
    .where(and(eq(auditEvents.organizationId, chain), gte(auditEvents.seq, fromSeq)))
    .orderBy(asc(auditEvents.seq))
    .limit(limit)
}

async function walk(rows: readonly EventRow[], from: ChainHead, isLast: boolean): Promise<ChainReport> {
  let head = from
  for (const [checked, row] of rows.entries()) {
    const breach = await brokenLink(row, head)
    if (breach !== null) return { checked, head, breach, isComplete: false }
    head = { seq: row.seq, hash: row.hash }
  }
  return { checked: rows.length, head, breach: null, isComplete: isLast }
}

async function brokenLink(row: EventRow, { seq, hash }: ChainHead): Promise<Breach | null> {
  if (row.seq !== seq + 1) return { seq: seq + 1, eventId: null, kind: 'missing' }
  if (!(await isWhole(row))) return { seq: row.seq, eventId: row.id, kind: 'altered' }
  return row.prevHash === hash ? null : { seq: row.seq, eventId: row.id, kind: 'detached' }
}

async function brokenAnchor(row: EventRow | undefined, { seq, hash }: ChainHead): Promise<Breach | null> {
  if (row?.seq !== seq) return { seq, eventId: null, kind: 'missing' }
  return row.hash === hash && (await isWhole(row)) ? null : { seq, eventId: row.id, kind: 'altered' }
}

// Two columns say again what the event says, so that it is found by them: what is found must not be steered by them alone.
async function isWhole(row: EventRow): Promise<boolean> {
  const event = eventOf(row)
  try {
    const isFound = row.actorId === event.actor.id && row.targetId === (event.targets[0]?.id ?? null)
    return isFound && (await hashEvent(row.prevHash, event)) === row.hash
  } catch {
    // No canonical form, or no actor: so it cannot have been written.
    return false
  }
}
