// What stands around many keys: their projects with what is above them, the rules of plans, members. Each is one statement,
// however many there are.
import { and, eq, ne, sql } from 'drizzle-orm'
import type { KeyPolicy } from '../model/policy.ts'
import { plans } from '../model/schema/plans.ts'
import { members, organizations, projects, teams } from '../model/schema/tenants.ts'
import { open, type Database, type Databases } from './database.ts'
import { isIn } from './is-in.ts'
import type { OrganizationRow } from './organizations.ts'
import type { ProjectRow } from './projects.ts'
import { openWithin, within, type Reach } from './reach.ts'
import type { TeamRow } from './teams.ts'

export interface Placement {
  readonly project: ProjectRow
  /** Null: the project belongs to no team. */
  readonly team: TeamRow | null
  readonly organization: OrganizationRow
}

/** Projects within reach, deleted or not, by their ids. */
export async function readPlacements(
  databases: Databases,
  reach: Reach,
  projectIds: readonly string[],
): Promise<ReadonlyMap<string, Placement>> {
  const found = await Promise.all(
    openWithin(databases, reach).map((db) => placementsQuery(db, reach, projectIds)),
  )
  return new Map(found.flat().map((placement) => [placement.project.id, placement]))
}

/** Exported for the test that reads its query plan. */
export function placementsQuery(db: Database, reach: Reach, projectIds: readonly string[]) {
  return db
    .select({ project: projects, team: teams, organization: organizations })
    .from(projects)
    .innerJoin(organizations, eq(organizations.id, projects.organizationId))
    .leftJoin(teams, eq(teams.id, projects.teamId))
    .where(
      and(isIn(projects.id, projectIds), within(reach, projects.organizationId, { team: projects.teamId })),
    )
}

/** What plans ask of keys, of those that are not deleted, by their ids. */
export async function readKeyRules(
  { primary }: Databases,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, KeyPolicy>> {
  if (planIds.length === 0) return new Map()
  const rows = await open(primary)
    .select({ id: plans.id, keyRules: plans.keyRules })
    .from(plans)
    .where(and(isIn(plans.id, planIds), eq(plans.state, 'active')))
  return new Map(rows.map(({ id, keyRules }) => [id, keyRules]))
}

/** Those of these members that are within reach and not removed. */
export async function readMemberIds(
  databases: Databases,
  reach: Reach,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const found = await Promise.all(openWithin(databases, reach).map((db) => memberIdsQuery(db, reach, ids)))
  return new Set(found.flat().map(({ id }) => id))
}

/** Exported for the test that reads its query plan. */
export function memberIdsQuery(db: Database, reach: Reach, ids: readonly string[]) {
  // `+`: SQLite would take the organization for the way in, and look at all of its members.
  const organization = sql`+${members.organizationId}`
  return db
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        isIn(members.id, ids),
        within(reach, organization, { team: members.teamId }),
        ne(members.state, 'removed'),
      ),
    )
}
