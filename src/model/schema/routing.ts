// What the gateway is configured by: upstreams, routes, and the settings of the deployment.
import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { CorsPolicy, CredentialLocation, Rewrite } from '../policy.ts'
import { CONFIG_STATES, ENVIRONMENTS, PATH_MODES, ROUTE_AUTHS } from '../vocabulary.ts'
import { id, json, oneOf, type JsonObject, tracked } from './columns.ts'

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
    uniqueIndex('routes_name_unique')
      .on(t.name)
      .where(sql`state = 'active'`),
    index('routes_state_index').on(t.state, t.id),
    index('routes_upstream_index').on(t.upstreamId, t.id),
  ],
)

/** Named values of the deployment: check secrets, signing keys, gateway id, legacy formats. */
export const settings = sqliteTable('settings', {
  name: text('name').primaryKey(),
  value: json<unknown>('value').notNull(),
  ...tracked(),
})
