// Rows for gateway tests, written straight to D1: the control plane has tests of its own.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { drizzle } from 'drizzle-orm/d1'
import { encodeBase64url } from '../../src/keys/base64url.ts'
import { importCheckSecret } from '../../src/keys/check.ts'
import { digestKey } from '../../src/keys/digest.ts'
import { displayForm } from '../../src/keys/display.ts'
import { mintKey } from '../../src/keys/mint.ts'
import { newId } from '../../src/ids.ts'
import { apiKeys } from '../../src/model/schema/api-keys.ts'
import { planLimits, planQuotas, plans } from '../../src/model/schema/plans.ts'
import { routes, settings, upstreams } from '../../src/model/schema/routing.ts'
import { organizations, projects, teams } from '../../src/model/schema/tenants.ts'
import { randomBytes } from '../../src/random.ts'

const now = Date.now()
const times = { createdAt: now, updatedAt: now }
const ids = { organization: newId('organization'), project: newId('project'), upstream: newId('upstream') }

/** One organization, one project, one upstream and a route `/*`; call once per file. */
export async function seedGateway(route: Partial<typeof routes.$inferInsert> = {}): Promise<typeof ids> {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const db = drizzle(env.DB)
  await db.insert(organizations).values({ id: ids.organization, name: 'Acme', ...times })
  await db
    .insert(projects)
    .values({ id: ids.project, organizationId: ids.organization, name: 'Shop', ...times })
  await db
    .insert(upstreams)
    .values({ id: ids.upstream, name: 'origin', url: 'https://origin.example.com', ...times })
  await seedRoute({ path: '/*', ...route })
  return ids
}

export async function seedRoute(
  route: Partial<typeof routes.$inferInsert> & { path: string },
): Promise<void> {
  await drizzle(env.DB)
    .insert(routes)
    .values({ id: newId('route'), upstreamId: ids.upstream, ...times, ...route })
}

type LimitSeed = Omit<typeof planLimits.$inferInsert, 'planId'>
type QuotaSeed = Omit<typeof planQuotas.$inferInsert, 'planId'>

/** @returns the plan's id */
export async function seedPlan(
  limits: readonly LimitSeed[],
  quotas: readonly QuotaSeed[] = [],
): Promise<string> {
  const planId = newId('plan')
  const db = drizzle(env.DB)
  await db.insert(plans).values({ id: planId, name: `Plan ${planId}`, ...times })
  for (const limit of limits) await db.insert(planLimits).values({ planId, ...limit })
  for (const quota of quotas) await db.insert(planQuotas).values({ planId, ...quota })
  return planId
}

/** An organization, a team of it and a project of that. */
export async function seedTenants(): Promise<{ organization: string; team: string; project: string }> {
  const tenants = { organization: newId('organization'), team: newId('team'), project: newId('project') }
  const db = drizzle(env.DB)
  const organizationId = tenants.organization
  await db.insert(organizations).values({ id: organizationId, name: 'Globex', ...times })
  await db.insert(teams).values({ id: tenants.team, organizationId, name: 'Web', ...times })
  await db
    .insert(projects)
    .values({ id: tenants.project, organizationId, teamId: tenants.team, name: 'Site', ...times })
  return tenants
}

/** A key that is stored. @returns its secret, id and hash */
export async function seedKey(row: Partial<typeof apiKeys.$inferInsert> = {}) {
  const secret = await mintSecret()
  const hash = await digestKey(secret)
  const id = newId('key')
  await drizzle(env.DB)
    .insert(apiKeys)
    .values({
      id,
      organizationId: ids.organization,
      projectId: ids.project,
      lineage: id,
      hash,
      ...displayForm(secret),
      name: 'test',
      activatedAt: now,
      createdBy: 'test',
      ...times,
      ...row,
    })
  return { secret, id, hash }
}

/** A key with true check digits that nobody stored. */
export async function mintSecret(): Promise<string> {
  const shape = { prefix: 'lk', region: null, environment: 'live', kind: 'secret' } as const
  return mintKey(shape, await importCheckSecret(await checkSecret()), randomBytes)
}

async function checkSecret(): Promise<string> {
  const db = drizzle(env.DB)
  await db
    .insert(settings)
    .values({ name: 'check_secrets', value: [encodeBase64url(randomBytes(32))], ...times })
    .onConflictDoNothing()
  const rows = await db.select().from(settings)
  const stored = rows.find((row) => row.name === 'check_secrets')?.value
  if (!Array.isArray(stored)) throw new Error('no check secret')
  return String(stored[0])
}
