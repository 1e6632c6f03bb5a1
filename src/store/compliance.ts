// How many keys of projects are older, or longer unused, than the policies above them ask for.
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { KeyPolicy } from '../model/policy.ts'
import { apiKeys } from '../model/schema/api-keys.ts'
import { organizations, projects, teams } from '../model/schema/tenants.ts'
import type { Database, Databases } from './database.ts'
import { isIn } from './is-in.ts'
import { openWithin, within, type Reach } from './reach.ts'

export interface ProjectPolicies {
  readonly projectId: string
  readonly organization: KeyPolicy
  /** Null: the project belongs to no team. */
  readonly team: KeyPolicy | null
  readonly project: KeyPolicy
}

/** Epoch milliseconds; null: the policies do not ask. */
export interface Thresholds {
  readonly projectId: string
  readonly madeBefore: number | null
  readonly unusedSince: number | null
}

export interface KeyCounts {
  readonly projectId: string
  /** Keys that pass, of which the others are part. */
  readonly active: number
  readonly neverExpires: number
  readonly rotationDue: number
  readonly idle: number
}

/** The policies above the keys of these projects, without those of plans. */
export async function readProjectPolicies(
  databases: Databases,
  reach: Reach,
  projectIds: readonly string[],
): Promise<readonly ProjectPolicies[]> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) =>
      db
        .select({ project: projects, team: teams, organization: organizations })
        .from(projects)
        .innerJoin(organizations, eq(organizations.id, projects.organizationId))
        .leftJoin(teams, eq(teams.id, projects.teamId))
        .where(
          and(
            isIn(projects.id, projectIds),
            within(reach, projects.organizationId, { team: projects.teamId }),
          ),
        ),
    ),
  )
  return found.flat().map(({ project, team, organization }) => ({
    projectId: project.id,
    organization: organization.policy,
    team: team?.policy ?? null,
    project: project.policy,
  }))
}

/** A project without keys that pass has no count. @param now epoch milliseconds */
export async function countKeys(
  databases: Databases,
  reach: Reach,
  thresholds: readonly Thresholds[],
  now: number,
): Promise<readonly KeyCounts[]> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) => countsQuery(db, reach, thresholds, now)),
  )
  return found.flat()
}

/** Exported for the test that reads its query plan. CROSS JOIN: project by project, each by its index. */
export function countsQuery(db: Database, reach: Reach, thresholds: readonly Thresholds[], now: number) {
  const asked = sql`(SELECT value AS item FROM json_each(${JSON.stringify(thresholds)})) AS asked`
  const lastSign = sql`ifnull(${apiKeys.lastUsedAt}, ${apiKeys.createdAt})`
  return db
    .select({
      projectId: apiKeys.projectId,
      active: sql<number>`count(*)`,
      neverExpires: sql<number>`sum(${apiKeys.expiresAt} IS NULL AND ${apiKeys.rotationGraceEndsAt} IS NULL)`,
      rotationDue: sql<number>`total(${apiKeys.createdAt} < item ->> 'madeBefore')`,
      idle: sql<number>`total(${lastSign} < item ->> 'unusedSince')`,
    })
    .from(asked)
    .crossJoin(apiKeys)
    .where(
      and(
        sql`${apiKeys.projectId} = item ->> 'projectId'`,
        sql`${apiKeys.state} = 'active'`,
        // With `+` no index serves it: all keys of the organization would be read for each project.
        within(reach, sql`+${apiKeys.organizationId}`, { project: apiKeys.projectId }),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
        or(isNull(apiKeys.rotationGraceEndsAt), gt(apiKeys.rotationGraceEndsAt, now)),
      ),
    )
    .groupBy(sql`item ->> 'projectId'`)
}
