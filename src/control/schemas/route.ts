// Routes on the wire: what is accepted, what is shown, and the row between.
import { z } from '@hono/zod-openapi'
import type { CorsPolicy, Rewrite } from '../../model/policy.ts'
import { CONFIG_STATES, ENVIRONMENTS, PATH_MODES, ROUTE_AUTHS } from '../../model/vocabulary.ts'
import type { RouteRow } from '../../store/routes.ts'
import * as field from '../fields.ts'
import { onlyGiven } from '../given.ts'
import { changed } from '../operation.ts'
import { limitName, MAX_ENTRIES } from './limit.ts'
import { cors, credentialLocation, host, method, path, rewrite } from './route-fields.ts'

const MAX_TIMEOUT_MS = 300_000

export const NewRoute = z
  .strictObject({
    name: field.name.nullish().openapi({ description: 'Yours, to know it by. Unique.' }),
    upstream_id: field.id('upstream'),
    hosts: field.list(host, 32).optional().openapi({ description: 'Absent or empty: every host.' }),
    path,
    methods: field.list(method, 16).optional().openapi({ description: 'Absent or empty: every method.' }),
    auth: z.enum(ROUTE_AUTHS).optional(),
    scopes: field.scopes.optional(),
    cost: field
      .count(0, 1_000_000)
      .optional()
      .openapi({ description: 'What a request takes of each limit and quota. 0 takes nothing.' }),
    strict: z.boolean().optional(),
    path_mode: z.enum(PATH_MODES).optional(),
    credential_locations: z.array(credentialLocation).min(1).max(8).nullish(),
    cors: cors.nullish(),
    environment: z.enum(ENVIRONMENTS).nullish(),
    timeout_ms: field.count(1, MAX_TIMEOUT_MS).nullish(),
    rewrite: rewrite.nullish(),
    limits: field
      .list(limitName, 2 * MAX_ENTRIES)
      .nullish()
      .openapi({ description: "Names of the plan's limits and quotas that bind here. Absent: all." }),
    priority: field.count(-1_000_000, 1_000_000).optional(),
  })
  .openapi('NewRoute')

/** Absent: unchanged. */
export const RoutePatch = NewRoute.partial().openapi('RoutePatch')

export const Route = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    upstream_id: z.string(),
    state: z.enum(CONFIG_STATES),
    hosts: z.array(z.string()),
    path: z.string(),
    methods: z.array(z.string()),
    auth: z.enum(ROUTE_AUTHS),
    scopes: z.array(z.string()),
    cost: z.int(),
    strict: z.boolean(),
    path_mode: z.enum(PATH_MODES),
    credential_locations: z
      .array(
        z.object({
          in: z.enum(['bearer', 'header', 'query', 'cookie', 'websocket_protocol']),
          name: z.string().optional(),
        }),
      )
      .nullable(),
    cors: z
      .object({
        origins: z.array(z.string()),
        methods: z.array(z.string()).optional(),
        headers: z.array(z.string()).optional(),
        expose_headers: z.array(z.string()).optional(),
        credentials: z.boolean().optional(),
        max_age_seconds: z.int().optional(),
      })
      .nullable(),
    environment: z.enum(ENVIRONMENTS).nullable(),
    timeout_ms: z.int().nullable(),
    rewrite: z.object({ strip_prefix: z.string().optional(), add_prefix: z.string().optional() }).nullable(),
    limits: z.array(z.string()).nullable(),
    priority: z.int(),
    ...field.trackedView,
  })
  .openapi('Route')

export const ChangedRoute = changed(Route).openapi('ChangedRoute')

type Given = z.infer<typeof RoutePatch>
type View = z.infer<typeof Route>

/** What is given, as it is stored. */
export function routeConditions(given: Given) {
  return onlyGiven({
    name: given.name,
    upstreamId: given.upstream_id,
    hosts: given.hosts,
    path: given.path,
    methods: given.methods,
    auth: given.auth,
    scopes: given.scopes,
    cost: given.cost,
    strict: given.strict,
    pathMode: given.path_mode,
    credentialLocations: given.credential_locations,
    cors: given.cors && corsPolicy(given.cors),
    environment: given.environment,
    timeoutMs: given.timeout_ms,
    rewrite: given.rewrite && rewriteRule(given.rewrite),
    limits: given.limits,
    priority: given.priority,
  })
}

export function viewRoute(row: RouteRow): View {
  return {
    id: row.id,
    name: row.name,
    upstream_id: row.upstreamId,
    state: row.state,
    hosts: [...row.hosts],
    path: row.path,
    methods: [...row.methods],
    auth: row.auth,
    scopes: [...row.scopes],
    cost: row.cost,
    strict: row.strict,
    path_mode: row.pathMode,
    credential_locations: row.credentialLocations && [...row.credentialLocations],
    cors: row.cors && viewCors(row.cors),
    environment: row.environment,
    timeout_ms: row.timeoutMs,
    rewrite: row.rewrite && viewRewrite(row.rewrite),
    limits: row.limits && [...row.limits],
    priority: row.priority,
    ...field.showTracked(row),
  }
}

function corsPolicy(given: z.infer<typeof cors>): CorsPolicy {
  const { origins, methods, headers, expose_headers, credentials, max_age_seconds } = given
  return {
    origins,
    ...(methods !== undefined && { methods }),
    ...(headers !== undefined && { headers }),
    ...(expose_headers !== undefined && { exposeHeaders: expose_headers }),
    ...(credentials !== undefined && { credentials }),
    ...(max_age_seconds !== undefined && { maxAgeSeconds: max_age_seconds }),
  }
}

function viewCors({ origins, methods, headers, exposeHeaders, credentials, maxAgeSeconds }: CorsPolicy) {
  return {
    origins: [...origins],
    ...(methods !== undefined && { methods: [...methods] }),
    ...(headers !== undefined && { headers: [...headers] }),
    ...(exposeHeaders !== undefined && { expose_headers: [...exposeHeaders] }),
    ...(credentials !== undefined && { credentials }),
    ...(maxAgeSeconds !== undefined && { max_age_seconds: maxAgeSeconds }),
  }
}

function rewriteRule({ strip_prefix, add_prefix }: z.infer<typeof rewrite>): Rewrite {
  return {
    ...(strip_prefix !== undefined && { stripPrefix: strip_prefix }),
    ...(add_prefix !== undefined && { addPrefix: add_prefix }),
  }
}

function viewRewrite({ stripPrefix, addPrefix }: Rewrite) {
  return {
    ...(stripPrefix !== undefined && { strip_prefix: stripPrefix }),
    ...(addPrefix !== undefined && { add_prefix: addPrefix }),
  }
}
