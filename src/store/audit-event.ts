// An audit event as it stands in D1, read without trust: whoever altered a row may have left anything in it, and it is shown and
// verified all the same.
import { sql } from 'drizzle-orm'
import { auditEvents } from '../model/schema/records.ts'
import type { AuditEvent } from './audit-chain.ts'

/** Columns of JSON as their text: drizzle would throw where it is no JSON any more. */
export const EVENT_COLUMNS = {
  id: auditEvents.id,
  organizationId: auditEvents.organizationId,
  seq: auditEvents.seq,
  time: auditEvents.time,
  action: auditEvents.action,
  outcome: auditEvents.outcome,
  actorId: auditEvents.actorId,
  actor: sql<string>`${auditEvents.actor}`,
  targetId: auditEvents.targetId,
  teamId: auditEvents.teamId,
  targets: sql<string>`${auditEvents.targets}`,
  changes: sql<string>`${auditEvents.changes}`,
  context: sql<string>`${auditEvents.context}`,
  correlationId: auditEvents.correlationId,
  prevHash: auditEvents.prevHash,
  hash: auditEvents.hash,
}

type Row = typeof auditEvents.$inferSelect

export type EventRow = Omit<Row, 'actor' | 'targets' | 'changes' | 'context'> & {
  readonly actor: string
  readonly targets: string
  readonly changes: string
  readonly context: string
}

/** What the row says, in the form that was hashed. */
export function eventOf(row: EventRow): AuditEvent {
  const event = {
    id: row.id,
    organization_id: row.organizationId,
    seq: row.seq,
    time: timeOf(row.time),
    action: row.action,
    outcome: row.outcome,
    actor: parsed(row.actor),
    team_id: row.teamId,
    targets: parsed(row.targets),
    changes: parsed(row.changes),
    context: parsed(row.context),
    correlation_id: row.correlationId,
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- so it was written; what was altered is for the hash to tell
  return event as AuditEvent
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}

// A date ends at 8.64e15 ms, where `toISOString` throws.
function timeOf(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString()
}
