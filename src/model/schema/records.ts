// Who may operate the gateway, and what is written down of what they do.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { CHANGE_KINDS } from '../feed-vocabulary.ts'
import { PLATFORM_ROLES, TENANT_STATES } from '../vocabulary.ts'
import { id, json, oneOf, type JsonObject, tracked } from './columns.ts'

export const operators = sqliteTable(
  'operators',
  {
    id: id(),
    name: text('name').notNull(),
    email: text('email'),
    role: text('role', { enum: PLATFORM_ROLES }).notNull(),
    state: text('state', { enum: TENANT_STATES }).notNull().default('active'),
    /** SHA-256 of the operator key (prefix `lko`), lower-case hex; null for one that only logs in. */
    hash: text('hash'),
    start: text('start'),
    last4: text('last4'),
    /** `iss` and `sub` of the identity provider. */
    issuer: text('issuer'),
    subject: text('subject'),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at'),
    deletedAt: integer('deleted_at'),
    ...tracked(),
  },
  (t) => [
    oneOf('operators_state_check', t.state, TENANT_STATES),
    oneOf('operators_role_check', t.role, PLATFORM_ROLES),
    uniqueIndex('operators_hash_unique').on(t.hash),
    uniqueIndex('operators_subject_unique').on(t.issuer, t.subject),
    index('operators_state_index').on(t.state, t.id),
    // Those who have not logged in yet, asked for by address alone.
    index('operators_unbound_index')
      .on(sql`lower(email)`, t.id)
      .where(sql`subject IS NULL`),
  ],
)

/** Hash chain per organization; `organization_id` is `platform` for what belongs to none. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    id: id(),
    organizationId: text('organization_id').notNull(),
    /** Position in the chain, from 1, without gaps. */
    seq: integer('seq').notNull(),
    time: integer('time').notNull(),
    action: text('action').notNull(),
    outcome: text('outcome', { enum: ['success', 'failure'] }).notNull(),
    actorId: text('actor_id').notNull(),
    actor: json<JsonObject>('actor').notNull(),
    /** The resource that the event is about, for the index; `targets` names all. */
    targetId: text('target_id'),
    teamId: text('team_id'),
    targets: json<readonly JsonObject[]>('targets').notNull(),
    changes: json<JsonObject>('changes').notNull(),
    context: json<JsonObject>('context').notNull(),
    correlationId: text('correlation_id').notNull(),
    prevHash: text('prev_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [
    oneOf('audit_events_outcome_check', t.outcome, ['success', 'failure']),
    uniqueIndex('audit_events_chain_unique').on(t.organizationId, t.seq),
    index('audit_events_organization_index').on(t.organizationId, t.time, t.id),
    index('audit_events_time_index').on(t.time, t.id),
    index('audit_events_action_index').on(t.action, t.time, t.id),
    index('audit_events_actor_index').on(t.actorId, t.time, t.id),
    index('audit_events_target_index').on(t.targetId, t.time, t.id),
    index('audit_events_team_index').on(t.teamId, t.time, t.id),
  ],
)

/** Changes that were committed and still have to reach the invalidation feed. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: id(),
    kind: text('kind', { enum: CHANGE_KINDS }).notNull(),
    /** What changed: a key's hash, or the id of a project, team, organization. */
    subject: text('subject').notNull(),
    createdAt: integer('created_at').notNull(),
    publishedAt: integer('published_at'),
    publishedSeq: integer('published_seq'),
    /** What the hub told then, as in `Published`; null also where a version before these columns published. */
    relaysAcknowledged: integer('relays_acknowledged'),
    relaysTotal: integer('relays_total'),
    leaseRemainingMs: integer('lease_remaining_ms'),
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
  },
  (t) => [
    oneOf('outbox_kind_check', t.kind, CHANGE_KINDS),
    index('outbox_unpublished_index')
      .on(t.createdAt)
      .where(sql`published_at IS NULL`),
    index('outbox_subject_index').on(t.subject, t.createdAt),
    index('outbox_published_index')
      .on(t.publishedAt)
      .where(sql`published_at IS NOT NULL`),
  ],
)

/** Answers to writes that carried an `Idempotency-Key`, kept for 24 hours. */
export const idempotencyRecords = sqliteTable(
  'idempotency_records',
  {
    principal: text('principal').notNull(),
    key: text('key').notNull(),
    /** HMAC-SHA-256 of method, path and body: the same key with another request is refused. */
    requestHash: text('request_hash').notNull(),
    /** Of the request at work, or of the one that was answered: the audit trail knows under it what was changed. */
    requestId: text('request_id').notNull().default(''),
    /** While the request is at work: from here on it is taken for dead, and a repetition for the first. */
    busyUntil: integer('busy_until').notNull().default(0),
    /** Null while the first request is still at work. */
    status: integer('status'),
    /** Sealed like a recoverable key, because a creation answer holds a secret. */
    sealedResponse: text('sealed_response'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.principal, t.key] }),
    index('idempotency_records_expiry_index').on(t.expiresAt),
  ],
)
