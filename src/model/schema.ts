// The D1 schema, whole. Migrations are generated from it (`npm run db:generate`), reviewed, and only ever added to.
// Times are epoch milliseconds. No CASCADE: D1 ignores PRAGMA foreign_keys=OFF, so a table rebuild would fire it.
// docs/storage.md is checked against this file.
import { sql } from 'drizzle-orm'
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { CorsPolicy, CredentialLocation, NetworkPolicy, Rewrite } from './policy.ts'
import {
  CHANGE_KINDS,
  CONFIG_STATES,
  ENVIRONMENTS,
  KEY_KINDS,
  KEY_STATES,
  LIMIT_ALGORITHMS,
  LIMIT_ENFORCEMENTS,
  LIMIT_SUBJECTS,
  MEMBER_ROLES,
  OUTAGE_CHOICES,
  PATH_MODES,
  PLATFORM_ROLES,
  QUOTA_PERIODS,
  ROUTE_AUTHS,
  TENANT_STATES,
} from './vocabulary.ts'

type JsonObject = Record<string, unknown>

const id = () => text('id').primaryKey()
const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>()
/**
 * A plan's id without a foreign key: plans live in the first database, organizations may live in another
 * (src/store/database.ts), and SQLite checks references within one database only.
 */
const planReference = () => text('plan_id')
/** Every changeable resource: optimistic concurrency and its two times. */
const tracked = () => ({
  version: integer('version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})
const oneOf = (name: string, column: AnySQLiteColumn, values: readonly string[]) =>
  check(name, sql`${column} IN (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`)

export const organizations = sqliteTable(
  'organizations',
  {
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    state: text('state', { enum: TENANT_STATES }).notNull().default('active'),
    suspendedAt: integer('suspended_at'),
    deletedAt: integer('deleted_at'),
    planId: planReference(),
    /** IANA name; the days and months of quotas begin here. */
    timeZone: text('time_zone').notNull().default('UTC'),
    /** Maximum key lifetime, rotation age, idle days, scope ceiling. */
    policy: json<JsonObject>('policy').notNull().default({}),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('organizations_state_check', t.state, TENANT_STATES),
    uniqueIndex('organizations_external_id_unique').on(t.externalId),
    index('organizations_state_index').on(t.state, t.id),
    index('organizations_plan_index').on(t.planId, t.id),
  ],
)

export const teams = sqliteTable(
  'teams',
  {
    id: id(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organizations.id),
    externalId: text('external_id'),
    name: text('name').notNull(),
    state: text('state', { enum: TENANT_STATES }).notNull().default('active'),
    suspendedAt: integer('suspended_at'),
    deletedAt: integer('deleted_at'),
    policy: json<JsonObject>('policy').notNull().default({}),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('teams_state_check', t.state, TENANT_STATES),
    uniqueIndex('teams_external_id_unique').on(t.organizationId, t.externalId),
    index('teams_organization_index').on(t.organizationId, t.id),
  ],
)

export const projects = sqliteTable(
  'projects',
  {
    id: id(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organizations.id),
    teamId: text('team_id').references(() => teams.id),
    externalId: text('external_id'),
    name: text('name').notNull(),
    state: text('state', { enum: TENANT_STATES }).notNull().default('active'),
    suspendedAt: integer('suspended_at'),
    deletedAt: integer('deleted_at'),
    /** First segment of the keys made here, so that secret scanners can match them. */
    keyPrefix: text('key_prefix').notNull().default('lk'),
    /** 1: the keys made here are sealed for later reveal. */
    recoverable: integer('recoverable', { mode: 'boolean' }).notNull().default(false),
    planId: planReference(),
    policy: json<JsonObject>('policy').notNull().default({}),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('projects_state_check', t.state, TENANT_STATES),
    uniqueIndex('projects_external_id_unique').on(t.organizationId, t.externalId),
    index('projects_organization_index').on(t.organizationId, t.id),
    index('projects_team_index').on(t.teamId, t.id),
    index('projects_plan_index').on(t.planId, t.id),
  ],
)

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: id(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organizations.id),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    /** Id of the first key of a rotation chain: the subject of the key's own limits, which rotation never refills. */
    lineage: text('lineage').notNull(),
    /** SHA-256 of the whole key, lower-case hex. */
    hash: text('hash').notNull(),
    /** Display form: everything before the random part and its first four digits, then the last four. */
    start: text('start').notNull(),
    last4: text('last4').notNull(),
    name: text('name').notNull(),
    externalId: text('external_id'),
    kind: text('kind', { enum: KEY_KINDS }).notNull().default('secret'),
    environment: text('environment', { enum: ENVIRONMENTS }).notNull().default('live'),
    region: text('region'),
    state: text('state', { enum: KEY_STATES }).notNull().default('active'),
    activatedAt: integer('activated_at'),
    disabledAt: integer('disabled_at'),
    revokedAt: integer('revoked_at'),
    /** The operator's own words; `leaked` can never be restored. */
    revocationReason: text('revocation_reason'),
    /** A tombstone keeps its hash, so that a leak of an old key is still recognised. */
    deletedAt: integer('deleted_at'),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at'),
    scopes: json<readonly string[]>('scopes').notNull().default([]),
    network: json<NetworkPolicy>('network').notNull().default({}),
    planId: planReference(),
    rotatedFromId: text('rotated_from_id'),
    rotatedToId: text('rotated_to_id'),
    rotationGraceEndsAt: integer('rotation_grace_ends_at'),
    ownerMemberId: text('owner_member_id').references((): AnySQLiteColumn => members.id),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    tags: json<readonly string[]>('tags').notNull().default([]),
    /** base64url of nonce and AES-256-GCM ciphertext of the key; recoverable projects only. */
    sealed: text('sealed'),
    createdBy: text('created_by').notNull(),
    ...tracked(),
  },
  (t) => [
    oneOf('api_keys_state_check', t.state, KEY_STATES),
    oneOf('api_keys_kind_check', t.kind, KEY_KINDS),
    oneOf('api_keys_environment_check', t.environment, ENVIRONMENTS),
    uniqueIndex('api_keys_hash_unique').on(t.hash),
    uniqueIndex('api_keys_external_id_unique').on(t.organizationId, t.externalId),
    index('api_keys_organization_index').on(t.organizationId, t.id),
    index('api_keys_project_index').on(t.projectId, t.id),
    index('api_keys_project_state_index').on(t.projectId, t.state, t.id),
    index('api_keys_active_expiry_index')
      .on(t.expiresAt)
      .where(sql`state = 'active' AND expires_at IS NOT NULL`),
    index('api_keys_active_last_used_index')
      .on(t.organizationId, t.lastUsedAt)
      .where(sql`state = 'active'`),
    index('api_keys_state_index').on(t.state, t.id),
    index('api_keys_organization_state_index').on(t.organizationId, t.state, t.id),
    index('api_keys_last4_index').on(t.last4, t.id),
    index('api_keys_lineage_index').on(t.lineage, t.id),
    index('api_keys_owner_index').on(t.ownerMemberId, t.id),
    index('api_keys_plan_index').on(t.planId, t.id),
  ],
)

/** One row per tag of a key, so that a list by tag has an index. `api_keys.tags` is what is shown. */
export const keyTags = sqliteTable(
  'key_tags',
  {
    organizationId: text('organization_id').notNull(),
    tag: text('tag').notNull(),
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.tag, t.keyId] }),
    index('key_tags_tag_index').on(t.tag, t.keyId),
    index('key_tags_key_index').on(t.keyId),
  ],
)

export const plans = sqliteTable(
  'plans',
  {
    id: id(),
    name: text('name').notNull(),
    state: text('state', { enum: CONFIG_STATES }).notNull().default('active'),
    deletedAt: integer('deleted_at'),
    /** Rules for the keys of this plan: maximum lifetime, allowed scopes. */
    keyRules: json<JsonObject>('key_rules').notNull().default({}),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('plans_state_check', t.state, CONFIG_STATES),
    uniqueIndex('plans_name_unique')
      .on(t.name)
      .where(sql`state = 'active'`),
    index('plans_state_index').on(t.state, t.id),
  ],
)

export const planLimits = sqliteTable(
  'plan_limits',
  {
    planId: text('plan_id')
      .notNull()
      .references(() => plans.id),
    name: text('name').notNull(),
    limit: integer('limit').notNull(),
    periodSeconds: integer('period_seconds').notNull(),
    burst: integer('burst'),
    per: text('per', { enum: LIMIT_SUBJECTS }).notNull().default('key'),
    enforcement: text('enforcement', { enum: LIMIT_ENFORCEMENTS }).notNull().default('leased'),
    algorithm: text('algorithm', { enum: LIMIT_ALGORITHMS }).notNull().default('gcra'),
    onOutage: text('on_outage', { enum: OUTAGE_CHOICES }).notNull().default('allow'),
  },
  (t) => [
    primaryKey({ columns: [t.planId, t.name] }),
    check('plan_limits_limit_check', sql`${t.limit} >= 0 AND ${t.periodSeconds} >= 1`),
  ],
)

export const planQuotas = sqliteTable(
  'plan_quotas',
  {
    planId: text('plan_id')
      .notNull()
      .references(() => plans.id),
    name: text('name').notNull(),
    limit: integer('limit').notNull(),
    period: text('period', { enum: QUOTA_PERIODS }).notNull(),
    per: text('per', { enum: LIMIT_SUBJECTS }).notNull().default('key'),
    /** Percent of the limit from which answers carry a warning. */
    warnAt: integer('warn_at'),
  },
  (t) => [
    primaryKey({ columns: [t.planId, t.name] }),
    check('plan_quotas_limit_check', sql`${t.limit} >= 0`),
  ],
)

export const upstreams = sqliteTable(
  'upstreams',
  {
    id: id(),
    name: text('name').notNull(),
    state: text('state', { enum: CONFIG_STATES }).notNull().default('active'),
    deletedAt: integer('deleted_at'),
    /** Exactly one of `url` and `service` (name of a service binding) is set. */
    url: text('url'),
    service: text('service'),
    timeoutMs: integer('timeout_ms').notNull().default(30_000),
    retries: integer('retries').notNull().default(1),
    headers: json<Record<string, string>>('headers').notNull().default({}),
    health: json<JsonObject>('health').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('upstreams_state_check', t.state, CONFIG_STATES),
    check('upstreams_target_check', sql`(${t.url} IS NULL) <> (${t.service} IS NULL)`),
    uniqueIndex('upstreams_name_unique')
      .on(t.name)
      .where(sql`state = 'active'`),
    index('upstreams_state_index').on(t.state, t.id),
  ],
)

export const routes = sqliteTable(
  'routes',
  {
    id: id(),
    upstreamId: text('upstream_id')
      .notNull()
      .references(() => upstreams.id),
    name: text('name'),
    state: text('state', { enum: CONFIG_STATES }).notNull().default('active'),
    deletedAt: integer('deleted_at'),
    hosts: json<readonly string[]>('hosts').notNull().default([]),
    path: text('path').notNull(),
    methods: json<readonly string[]>('methods').notNull().default([]),
    auth: text('auth', { enum: ROUTE_AUTHS }).notNull().default('required'),
    scopes: json<readonly string[]>('scopes').notNull().default([]),
    cost: integer('cost').notNull().default(1),
    strict: integer('strict', { mode: 'boolean' }).notNull().default(false),
    pathMode: text('path_mode', { enum: PATH_MODES }).notNull().default('strict'),
    /** Null: the default locations. */
    credentialLocations: json<readonly CredentialLocation[]>('credential_locations'),
    cors: json<CorsPolicy>('cors'),
    environment: text('environment', { enum: ENVIRONMENTS }),
    timeoutMs: integer('timeout_ms'),
    rewrite: json<Rewrite>('rewrite'),
    /** Names of the plan's limits that bind here; null: all of them. */
    limits: json<readonly string[]>('limits'),
    priority: integer('priority').notNull().default(0),
    ...tracked(),
  },
  (t) => [
    oneOf('routes_state_check', t.state, CONFIG_STATES),
    oneOf('routes_auth_check', t.auth, ROUTE_AUTHS),
    oneOf('routes_path_mode_check', t.pathMode, PATH_MODES),
    index('routes_state_index').on(t.state, t.id),
    index('routes_upstream_index').on(t.upstreamId, t.id),
  ],
)

/** Named values of the deployment: check secrets, signing keys, gateway id, legacy prefixes. */
export const settings = sqliteTable('settings', {
  name: text('name').primaryKey(),
  value: json<unknown>('value').notNull(),
  ...tracked(),
})

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
  ],
)

export const members = sqliteTable(
  'members',
  {
    id: id(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organizations.id),
    teamId: text('team_id').references(() => teams.id),
    email: text('email').notNull(),
    name: text('name'),
    role: text('role', { enum: MEMBER_ROLES }).notNull(),
    state: text('state', { enum: ['invited', 'active', 'removed'] })
      .notNull()
      .default('invited'),
    issuer: text('issuer'),
    subject: text('subject'),
    invitedAt: integer('invited_at'),
    joinedAt: integer('joined_at'),
    removedAt: integer('removed_at'),
    ...tracked(),
  },
  (t) => [
    oneOf('members_role_check', t.role, MEMBER_ROLES),
    oneOf('members_state_check', t.state, ['invited', 'active', 'removed']),
    uniqueIndex('members_email_unique')
      .on(t.organizationId, t.email)
      .where(sql`state <> 'removed'`),
    index('members_organization_index').on(t.organizationId, t.id),
    index('members_team_index').on(t.teamId, t.id),
    index('members_subject_index').on(t.issuer, t.subject),
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
    index('audit_events_time_index').on(t.organizationId, t.time),
    index('audit_events_action_index').on(t.organizationId, t.action, t.seq),
    index('audit_events_actor_index').on(t.actorId, t.time),
    index('audit_events_target_index').on(t.targetId, t.time),
    index('audit_events_team_index').on(t.teamId, t.time),
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
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
  },
  (t) => [
    oneOf('outbox_kind_check', t.kind, CHANGE_KINDS),
    index('outbox_unpublished_index')
      .on(t.createdAt)
      .where(sql`published_at IS NULL`),
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
    /** SHA-256 of method, path and body, hex: the same key with another request is refused. */
    requestHash: text('request_hash').notNull(),
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
