// Whose everything is: organizations, their teams, projects and members.
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { KeyPolicy } from '../policy.ts'
import { ACTOR_TYPES, MEMBER_ROLES, MEMBER_STATES, TENANT_STATES } from '../vocabulary.ts'
import { id, json, planReference, oneOf, type JsonObject, tracked } from './columns.ts'

export const organizations = sqliteTable(
  'organizations',
  {
    id: id(),
    externalId: text('external_id'),
    name: text('name').notNull(),
    state: text('state', { enum: TENANT_STATES }).notNull().default('active'),
    suspendedAt: integer('suspended_at'),
    /** What an operator has suspended, no member resumes. */
    suspendedBy: text('suspended_by', { enum: ACTOR_TYPES }),
    deletedAt: integer('deleted_at'),
    planId: planReference(),
    /** IANA name; the days and months of quotas begin here. */
    timeZone: text('time_zone').notNull().default('UTC'),
    /** Maximum key lifetime, rotation age, idle days, scope ceiling. */
    policy: json<KeyPolicy>('policy').notNull().default({}),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('organizations_state_check', t.state, TENANT_STATES),
    uniqueIndex('organizations_external_id_unique')
      .on(t.externalId)
      .where(sql`state <> 'deleted'`),
    index('organizations_name_index').on(t.name, t.id),
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
    /** What an operator has suspended, no member resumes. */
    suspendedBy: text('suspended_by', { enum: ACTOR_TYPES }),
    deletedAt: integer('deleted_at'),
    policy: json<KeyPolicy>('policy').notNull().default({}),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('teams_state_check', t.state, TENANT_STATES),
    uniqueIndex('teams_external_id_unique')
      .on(t.organizationId, t.externalId)
      .where(sql`state <> 'deleted'`),
    index('teams_external_id_index').on(t.externalId, t.id),
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
    /** What an operator has suspended, no member resumes. */
    suspendedBy: text('suspended_by', { enum: ACTOR_TYPES }),
    deletedAt: integer('deleted_at'),
    /** First segment of the keys made here, so that secret scanners can match them. */
    keyPrefix: text('key_prefix').notNull().default('lk'),
    /** 1: the keys made here are sealed for later reveal. */
    recoverable: integer('recoverable', { mode: 'boolean' }).notNull().default(false),
    /** 1: whoever holds a key made here may rotate it. */
    selfRotation: integer('self_rotation', { mode: 'boolean' }).notNull().default(false),
    planId: planReference(),
    policy: json<KeyPolicy>('policy').notNull().default({}),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('projects_state_check', t.state, TENANT_STATES),
    uniqueIndex('projects_external_id_unique')
      .on(t.organizationId, t.externalId)
      .where(sql`state <> 'deleted'`),
    index('projects_external_id_index').on(t.externalId, t.id),
    index('projects_organization_index').on(t.organizationId, t.id),
    index('projects_team_index').on(t.teamId, t.id),
    index('projects_plan_index').on(t.planId, t.id),
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
    state: text('state', { enum: MEMBER_STATES }).notNull().default('invited'),
    issuer: text('issuer'),
    subject: text('subject'),
    invitedAt: integer('invited_at'),
    joinedAt: integer('joined_at'),
    removedAt: integer('removed_at'),
    ...tracked(),
  },
  (t) => [
    oneOf('members_role_check', t.role, MEMBER_ROLES),
    oneOf('members_state_check', t.state, MEMBER_STATES),
    uniqueIndex('members_email_unique')
      .on(t.organizationId, t.email)
      .where(sql`state <> 'removed'`),
    index('members_organization_index').on(t.organizationId, t.id),
    index('members_team_index').on(t.teamId, t.id),
    index('members_subject_index').on(t.issuer, t.subject),
    // Folded, as a login compares addresses.
    index('members_address_index').on(sql`lower(email)`, t.id),
    // What the one above does too; it was here first, and migrations only add.
    index('members_invited_index')
      .on(sql`lower(email)`, t.id)
      .where(sql`state = 'invited'`),
  ],
)
