// The audit trail as a verifier would read it: every event in order, each hash computed again.
import { asc, eq } from 'drizzle-orm'
import { auditEvents } from '../../../src/model/schema/records.ts'
import { GENESIS_HASH, hashEvent, type AuditEvent } from '../../../src/store/audit-chain.ts'
import { db } from './rows.ts'

export type EventRow = typeof auditEvents.$inferSelect

export function eventsOf(chain: string): Promise<EventRow[]> {
  return db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.organizationId, chain))
    .orderBy(asc(auditEvents.seq))
}

/** What is wrong with a chain: one line per event. */
export async function breaksOf(chain: string): Promise<readonly string[]> {
  const found: string[] = []
  let hash = GENESIS_HASH
  for (const [index, row] of (await eventsOf(chain)).entries()) {
    if (row.seq !== index + 1) found.push(`${row.id} stands at ${row.seq}`)
    if (row.prevHash !== hash) found.push(`${row.id} does not follow`)
    hash = await hashEvent(row.prevHash, asEvent(row))
    if (row.hash !== hash) found.push(`${row.id} was changed`)
  }
  return found
}

function asEvent(row: EventRow): AuditEvent {
  return {
    id: row.id,
    organization_id: row.organizationId,
    seq: row.seq,
    time: new Date(row.time).toISOString(),
    action: row.action,
    outcome: row.outcome,
    actor: row.actor as unknown as AuditEvent['actor'],
    team_id: row.teamId,
    targets: row.targets as unknown as AuditEvent['targets'],
    changes: row.changes as unknown as AuditEvent['changes'],
    context: row.context as unknown as AuditEvent['context'],
    correlation_id: row.correlationId,
  }
}
