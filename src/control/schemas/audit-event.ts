// Audit events on the wire: filters, what is shown, and the report on a chain.
import { z } from '@hono/zod-openapi'
import { PLATFORM_CHAIN, type AuditEvent as Event } from '../../store/audit-chain.ts'
import { eventOf, type EventRow } from '../../store/audit-event.ts'
import { BREACH_KINDS, type ChainReport } from '../../store/audit-verify.ts'
import * as field from '../fields.ts'

const chain = z.union([field.id('organization'), z.literal(PLATFORM_CHAIN)])

/** Query parameters of the list and of the export. */
export const auditFilterFields = {
  organization_id: chain.optional().openapi({
    type: 'string',
    description: '`platform`: what belongs to no organization.',
  }),
  team_id: field.id('team').optional(),
  actor_id: field.text(128).optional(),
  action: field.text(64).optional().openapi({ description: 'Such as `key.revoked`.' }),
  target_id: field.text(128).optional(),
  from: field.time.optional(),
  to: field.time.optional().openapi({ description: 'Exclusive.' }),
}

export const auditFilter = z.strictObject(auditFilterFields)

export const AuditEvent = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    seq: z.int().openapi({ description: 'Position in the chain of the organization, from 1, without gaps.' }),
    time: field.shownTime,
    action: z.string(),
    outcome: z.enum(['success', 'failure']),
    actor: z.object({ type: z.string(), id: z.string(), break_glass: z.boolean() }),
    team_id: z.string().nullable(),
    targets: z.array(z.object({ type: z.string(), id: z.string() })),
    changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
    context: z.object({
      request_id: z.string(),
      address: z.string().optional(),
      user_agent: z.string().optional(),
    }),
    correlation_id: z.string(),
    prev_hash: z.string(),
    hash: z.string().openapi({
      description: 'SHA-256 of `prev_hash` and the event without these two in canonical JSON (RFC 8785).',
    }),
  })
  .openapi('AuditEvent')

const head = z.strictObject({
  seq: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'Is not a SHA-256 in lower-case hex.'),
})

export const ChainVerification = z
  .strictObject({
    organization_id: chain.optional().openapi({
      type: 'string',
      description: "Absent: the caller's own organization; of the platform's operators, `platform`.",
    }),
    after: head.optional().openapi({
      description: '`head` of an earlier report. The event must still be there, unaltered.',
    }),
  })
  .openapi('ChainVerification')

export const ChainReportView = z
  .object({
    organization_id: z.string(),
    intact: z.boolean(),
    checked: z.int().openapi({ description: 'Events that were found whole.' }),
    complete: z.boolean().openapi({ description: 'False: repeat the call with `after`: `head`.' }),
    head: z
      .object({ seq: z.int(), hash: z.string() })
      .openapi({ description: 'The last event that was checked.' }),
    breach: z
      .object({ seq: z.int(), event_id: z.string().nullable(), kind: z.enum(BREACH_KINDS) })
      .nullable()
      .openapi({ description: 'The first place where the chain does not hold.' }),
  })
  .openapi('ChainReport')

export interface ShownEvent extends Event {
  readonly prev_hash: string
  readonly hash: string
}

export function showEvent(row: EventRow): ShownEvent {
  return { ...eventOf(row), prev_hash: row.prevHash, hash: row.hash }
}

export function viewEvent(row: EventRow): z.infer<typeof AuditEvent> {
  const { actor, targets, changes, context, ...rest } = showEvent(row)
  return { ...rest, actor, targets: [...targets], changes: { ...changes }, context: { ...context } }
}

export function viewReport(
  chainId: string,
  { checked, head: last, breach, isComplete }: ChainReport,
): z.infer<typeof ChainReportView> {
  return {
    organization_id: chainId,
    intact: breach === null,
    checked,
    complete: isComplete,
    head: { ...last },
    breach: breach && { seq: breach.seq, event_id: breach.eventId, kind: breach.kind },
  }
}

/** As the store takes it. */
export function filterOf(query: z.infer<typeof auditFilter>) {
  return {
    teamId: query.team_id,
    actorId: query.actor_id,
    action: query.action,
    targetId: query.target_id,
    from: query.from,
    to: query.to,
  }
}
