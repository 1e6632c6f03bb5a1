// What the edge copies: one key with everything that decides over it, and the whole configuration. Always read from the
// primary, and stamped with a time from before the read, so that a copy is never younger than what it says.
import { eq } from 'drizzle-orm'
import { effectiveEnd, effectivePlan, effectiveState } from '../model/effective.ts'
import { DEFAULT_CREDENTIAL_LOCATIONS } from '../model/policy.ts'
import { apiKeys } from '../model/schema/api-keys.ts'
import { planLimits, planQuotas, plans } from '../model/schema/plans.ts'
import { routes, settings, upstreams } from '../model/schema/routing.ts'
import { organizations, projects, teams } from '../model/schema/tenants.ts'
import type { LimitFacts, QuotaFacts } from '../model/limits.ts'
import type {
  ConfigSnapshot,
  KeyFacts,
  KeySnapshot,
  ReadStamp,
  RouteFacts,
  Stamp,
  UpstreamFacts,
} from '../model/snapshot.ts'
import { open, type Databases } from './database.ts'
import { ensureSettings } from './settings.ts'

/**
 * The key with this hash as D1 knows it now. An unknown hash gives a snapshot too, with `key: null`.
 * @param hash SHA-256 of the whole key, lower-case hex. It does not say whose key it is, so every shard is asked.
 */
export async function readKeySnapshot(
  databases: Databases,
  hash: string,
  stamp: ReadStamp,
): Promise<KeySnapshot> {
  const found = await Promise.all(databases.shards.map((shard) => findKeyFacts(shard, hash)))
  return { ...stamped(stamp), hash, key: found.find((key) => key !== null) ?? null }
}

/**
 * Everything that routes and decides, except keys. Settings that are absent are created by the first read.
 * @param secret the deploy secret: signing keys are sealed under it
 */
export async function readConfigSnapshot(
  databases: Databases,
  stamp: ReadStamp,
  secret: string,
  random: (length: number) => Uint8Array,
): Promise<ConfigSnapshot> {
  const db = open(databases.primary)
  const [routeRows, upstreamRows, planRows, limitRows, quotaRows, settingRows, everRouted] = await db.batch([
    db.select().from(routes).where(eq(routes.state, 'active')),
    db.select().from(upstreams).where(eq(upstreams.state, 'active')),
    db.select({ id: plans.id, name: plans.name }).from(plans).where(eq(plans.state, 'active')),
    db.select().from(planLimits).orderBy(planLimits.name),
    db.select().from(planQuotas).orderBy(planQuotas.name),
    db.select().from(settings),
    db.select({ id: routes.id }).from(routes).limit(1),
  ])
  return {
    ...stamped(stamp),
    routes: routeRows.map(routeFacts),
    wasRouted: everRouted.length > 0,
    upstreams: upstreamRows.map(upstreamFacts),
    plans: planRows.map((plan) => ({
      ...plan,
      limits: limitRows.filter(({ planId }) => planId === plan.id).map(limitFacts),
      quotas: quotaRows.filter(({ planId }) => planId === plan.id).map(quotaFacts),
    })),
    settings: await ensureSettings(db, settingRows, { secret, random, now: stamp.now }),
  }
}

function stamped({ epoch, asOf, now }: ReadStamp): Stamp {
  return { epoch, asOf, readAt: now }
}

// One statement, not a batch: columns of the same name would shadow each other in a batch (docs of D1's `all()`),
// and the four rows must be of one moment.
async function findKeyFacts(shard: D1Database, hash: string): Promise<KeyFacts | null> {
  const row = await open(shard)
    .select({ key: apiKeys, project: projects, teamState: teams.state, organization: organizations })
    .from(apiKeys)
    .innerJoin(projects, eq(projects.id, apiKeys.projectId))
    .innerJoin(organizations, eq(organizations.id, apiKeys.organizationId))
    .leftJoin(teams, eq(teams.id, projects.teamId))
    .where(eq(apiKeys.hash, hash))
    .get()
  if (row === undefined) return null
  const { key, project, teamState, organization } = row
  return {
    id: key.id,
    lineage: key.lineage,
    kind: key.kind,
    environment: key.environment,
    state: effectiveState({
      key: key.state,
      project: project.state,
      team: teamState,
      organization: organization.state,
    }),
    ...effectiveEnd(key),
    scopes: key.scopes,
    network: key.network,
    organizationId: organization.id,
    teamId: project.teamId,
    projectId: project.id,
    projectName: project.name,
    planId: effectivePlan(key.planId, project.planId, organization.planId),
    metadata: key.metadata,
    timeZone: organization.timeZone,
    anniversaryMs: organization.createdAt,
  }
}

function routeFacts(row: typeof routes.$inferSelect): RouteFacts {
  return {
    id: row.id,
    upstreamId: row.upstreamId,
    hosts: row.hosts,
    path: row.path,
    methods: row.methods,
    auth: row.auth,
    scopes: row.scopes,
    cost: row.cost,
    limits: row.limits,
    strict: row.strict,
    pathMode: row.pathMode,
    credentialLocations: row.credentialLocations ?? DEFAULT_CREDENTIAL_LOCATIONS,
    cors: row.cors,
    environment: row.environment,
    timeoutMs: row.timeoutMs,
    rewrite: row.rewrite,
    priority: row.priority,
  }
}

function limitFacts(row: typeof planLimits.$inferSelect): LimitFacts {
  return {
    name: row.name,
    limit: row.limit,
    periodSeconds: row.periodSeconds,
    // The API refuses the burst of a sliding log; one that was stored before it did means nothing.
    burst: row.algorithm === 'sliding_log' ? row.limit : (row.burst ?? row.limit),
    per: row.per,
    enforcement: row.enforcement,
    algorithm: row.algorithm,
    onOutage: row.onOutage,
  }
}

function quotaFacts(row: typeof planQuotas.$inferSelect): QuotaFacts {
  return {
    name: row.name,
    limit: row.limit,
    period: row.period,
    timeZone: row.timeZone,
    anchor: row.anchor,
    refill: row.refill,
    per: row.per,
    enforcement: row.enforcement,
    onOutage: row.onOutage,
    warnAt: row.warnAt,
  }
}

function upstreamFacts(row: typeof upstreams.$inferSelect): UpstreamFacts {
  const { id, name, timeoutMs, retries, headers } = row
  return { id, name, target: targetOf(row), timeoutMs, retries, headers }
}

function targetOf({ id, url, service }: typeof upstreams.$inferSelect): UpstreamFacts['target'] {
  if (url !== null) return { url }
  if (service !== null) return { service }
  throw new Error(`upstream ${id} has neither url nor service`) // upstreams_target_check forbids it
}
