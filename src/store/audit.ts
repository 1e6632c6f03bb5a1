// The audit trail in D1: the head of a chain, and the statement that adds the next event. Only src/store/commit.ts adds,
// in the batch of the change itself: what happened and what is told of it are stored together or not at all.
import { desc, eq, sql, type SQL } from 'drizzle-orm'
import { auditEvents } from '../model/schema/records.ts'
import { newId } from '../ids.ts'
import {
  asStored,
  GENESIS_HASH,
  type AuditActor,
  type AuditChanges,
  type AuditContext,
  type AuditEvent,
  type AuditTarget,
} from './audit-chain.ts'
import type { Database } from './database.ts'
import { insertRows, type Replacements } from './many-rows.ts'
import type { Statement } from './statement.ts'

/** Who changes something, where the request came from, and when. */
export interface Author {
  readonly actor: AuditActor
  readonly context: AuditContext
  /** Epoch milliseconds. */
  readonly at: number
}

/** What is told of a change. */
export interface Account {
  readonly action: string
  readonly target: AuditTarget
  /** For the team's own view of the trail. */
  readonly teamId: string | null
  readonly changes: AuditChanges
}

type EventRow = typeof auditEvents.$inferSelect

export interface ChainHead {
  readonly seq: number
  readonly hash: string
}

/** The last event of a chain; position 0 for one that has none. */
export async function readHead(db: Database, chain: string): Promise<ChainHead> {
  const row = await headQuery(db, chain).get()
  return row ?? { seq: 0, hash: GENESIS_HASH }
}

/** Exported for the test that reads its query plan. */
export function headQuery(db: Database, chain: string) {
  return db
    .select({ seq: auditEvents.seq, hash: auditEvents.hash })
    .from(auditEvents)
    .where(eq(auditEvents.organizationId, chain))
    .orderBy(desc(auditEvents.seq))
    .limit(1)
}

/** The event that follows `head`. */
export function nextEvent(
  chain: string,
  head: ChainHead,
  { action, target, teamId, changes }: Account,
  { actor, context, at }: Author,
): AuditEvent {
  return asStored({
    id: newId('event'),
    organization_id: chain,
    seq: head.seq + 1,
    time: new Date(at).toISOString(),
    action,
    outcome: 'success',
    actor,
    team_id: teamId,
    targets: [target],
    changes,
    context,
    correlation_id: context.request_id,
  })
}

/**
 * Adds an event. Another writer's event at this position makes the statement fail, and so does a condition that no longer
 * holds: `seq` may not be null. Either way the batch is undone as a whole.
 */
export function auditStatement(
  db: Database,
  event: AuditEvent,
  hashes: { readonly prevHash: string; readonly hash: string },
  condition: SQL | undefined,
): Statement {
  const row = eventRow(event, hashes)
  const seq = condition === undefined ? event.seq : sql`CASE WHEN ${condition} THEN ${event.seq} END`
  return db.insert(auditEvents).values({ ...row, seq })
}

/** Adds events that follow each other: all of them, or none. */
export function auditStatements(
  db: Database,
  rows: readonly EventRow[],
  condition: SQL | undefined,
): readonly Statement[] {
  const replaced: Replacements =
    condition === undefined ? {} : { seq: (seq) => sql`CASE WHEN ${condition} THEN ${seq} END` }
  return insertRows(db, auditEvents, rows, replaced)
}

/** An event as it is stored. */
export function eventRow(
  event: AuditEvent,
  hashes: { readonly prevHash: string; readonly hash: string },
): EventRow {
  return {
    id: event.id,
    organizationId: event.organization_id,
    seq: event.seq,
    time: Date.parse(event.time),
    action: event.action,
    outcome: event.outcome,
    actorId: event.actor.id,
    actor: { ...event.actor },
    targetId: event.targets[0]?.id ?? null,
    teamId: event.team_id,
    targets: event.targets.map((target) => ({ ...target })),
    changes: { ...event.changes },
    context: { ...event.context },
    correlationId: event.correlation_id,
    ...hashes,
  }
}
