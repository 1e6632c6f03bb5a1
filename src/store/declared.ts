// What a declared configuration is held against: the configuration whole, and of the tenants those that it speaks of.
import { and, asc, eq, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm'
import { apiKeys } from '../model/schema/api-keys.ts'
import { planLimits, planQuotas, plans } from '../model/schema/plans.ts'
import { routes, upstreams } from '../model/schema/routing.ts'
import { organizations, projects, teams } from '../model/schema/tenants.ts'
import type { KeyRow } from './api-keys.ts'
import { open, type Database, type Databases } from './database.ts'
import { isIn, listed } from './is-in.ts'
import type { OrganizationRow } from './organizations.ts'
import type { PlanRecord } from './plans.ts'
import type { ProjectRow } from './projects.ts'
import { openWithin, within, type Reach } from './reach.ts'
import type { RouteRow } from './routes.ts'
import type { TeamRow } from './teams.ts'
import type { UpstreamRow } from './upstreams.ts'

export interface StoredRouting {
  readonly plans: readonly PlanRecord[]
  readonly upstreams: readonly UpstreamRow[]
  readonly routes: readonly RouteRow[]
}

/** Plans, upstreams and routes that are not deleted, oldest first. They are few: each isolate holds all of them. */
export async function readRouting({ primary }: Databases): Promise<StoredRouting> {
  const db = open(primary)
  const [planRows, limits, quotas, upstreamRows, routeRows] = await db.batch([
    db.select().from(plans).where(eq(plans.state, 'active')).orderBy(asc(plans.id)),
    db.select().from(planLimits).orderBy(asc(planLimits.name)),
    db.select().from(planQuotas).orderBy(asc(planQuotas.name)),
    db.select().from(upstreams).where(eq(upstreams.state, 'active')).orderBy(asc(upstreams.id)),
    db.select().from(routes).where(eq(routes.state, 'active')).orderBy(asc(routes.id)),
  ])
  const withParts = planRows.map((plan) => ({
    ...plan,
    limits: limits.filter(({ planId }) => planId === plan.id),
    quotas: quotas.filter(({ planId }) => planId === plan.id),
  }))
  return { plans: withParts, upstreams: upstreamRows, routes: routeRows }
}

/** Which organizations are meant. */
export type Called =
  | 'all'
  | { readonly names: readonly string[]; readonly externalIds: readonly string[] }
  | { readonly id: string }

/** @param limit of rows, so that whoever asks sees that there are more than it can take */
export async function readOrganizations(
  databases: Databases,
  reach: Reach,
  called: Called,
  limit: number,
): Promise<readonly OrganizationRow[]> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) => organizationsCalled(db, reach, called, limit)),
  )
  return found.flat()
}

/** Exported for the test that reads its query plan. */
export function organizationsCalled(db: Database, reach: Reach, called: Called, limit: number) {
  return (
    db
      .select()
      .from(organizations)
      .where(
        and(
          within(reach, organizations.id, 'every_team'),
          areCalled(called),
          ne(organizations.state, 'deleted'),
        ),
      )
      // The plus keeps SQLite from walking all of them in this order: whoever is named is looked up and then sorted.
      .orderBy(called === 'all' ? asc(organizations.id) : sql`+${organizations.id}`)
      .limit(limit)
  )
}

function areCalled(called: Called) {
  if (called === 'all') return undefined
  if ('id' in called) return eq(organizations.id, called.id)
  // Two look-ups, each in its index: of an OR of lists, SQLite would make a scan.
  return sql`${organizations.id} IN (
    SELECT o.id FROM ${organizations} AS o
    WHERE o.external_id IN ${listed(called.externalIds)} AND o.state <> 'deleted'
    UNION SELECT o.id FROM ${organizations} AS o WHERE o.name IN ${listed(called.names)}
  )`
}

/** Which of these external ids keys of these organizations have, whatever became of the keys: `organization id, external id`. */
export async function readTakenIds(
  { primary }: Databases,
  organizationIds: readonly string[],
  externalIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (externalIds.length === 0) return new Set()
  const rows = await takenIdsQuery(open(primary), organizationIds, externalIds)
  return new Set(rows.map(({ organizationId, externalId }) => takenId(organizationId, externalId ?? '')))
}

export function takenId(organizationId: string, externalId: string): string {
  return `${organizationId}, ${externalId}`
}

/** Exported for the test that reads its query plan. */
export function takenIdsQuery(
  db: Database,
  organizationIds: readonly string[],
  externalIds: readonly string[],
) {
  return db
    .select({ organizationId: apiKeys.organizationId, externalId: apiKeys.externalId })
    .from(apiKeys)
    .where(and(isIn(apiKeys.organizationId, organizationIds), isIn(apiKeys.externalId, externalIds)))
}

export interface StoredParts {
  readonly teams: readonly TeamRow[]
  readonly projects: readonly ProjectRow[]
}

/** The teams and projects of organizations, oldest first. */
export async function readParts(
  databases: Databases,
  reach: Reach,
  organizationIds: readonly string[],
  limit: number,
): Promise<StoredParts> {
  const found = await Promise.all(
    openWithin(databases, reach).map(async (db) => {
      const [teamRows, projectRows] = await db.batch([
        teamsOf(db, reach, organizationIds, limit),
        projectsOf(db, reach, organizationIds, limit),
      ])
      return { teams: teamRows, projects: projectRows }
    }),
  )
  return { teams: found.flatMap((part) => part.teams), projects: found.flatMap((part) => part.projects) }
}

/** Exported for the test that reads its query plan. */
export function teamsOf(db: Database, reach: Reach, organizationIds: readonly string[], limit: number) {
  return db
    .select()
    .from(teams)
    .where(
      and(
        within(reach, teams.organizationId, { team: teams.id }),
        isIn(teams.organizationId, organizationIds),
        ne(teams.state, 'deleted'),
      ),
    )
    .orderBy(asc(teams.id))
    .limit(limit)
}

/** Exported for the test that reads its query plan. */
export function projectsOf(db: Database, reach: Reach, organizationIds: readonly string[], limit: number) {
  return db
    .select()
    .from(projects)
    .where(
      and(
        within(reach, projects.organizationId, { team: projects.teamId }),
        isIn(projects.organizationId, organizationIds),
        ne(projects.state, 'deleted'),
      ),
    )
    .orderBy(asc(projects.id))
    .limit(limit)
}

/**
 * The keys of projects that are not ended, oldest first: the newest of their lines, and those that still pass beside their successor.
 * @param at epoch milliseconds
 */
export async function readKeys(
  databases: Databases,
  reach: Reach,
  projectIds: readonly string[],
  at: number,
  limit: number,
): Promise<readonly KeyRow[]> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) => keysOf(db, reach, projectIds, at, limit)),
  )
  return found.flat()
}

/** Exported for the test that reads its query plan. */
export function keysOf(db: Database, reach: Reach, projectIds: readonly string[], at: number, limit: number) {
  return db
    .select()
    .from(apiKeys)
    .where(
      and(
        within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
        isIn(apiKeys.projectId, projectIds),
        inArray(apiKeys.state, ['pending', 'active', 'disabled']),
        or(isNull(apiKeys.rotatedToId), gt(apiKeys.rotationGraceEndsAt, at)),
      ),
    )
    .orderBy(asc(apiKeys.id))
    .limit(limit)
}
