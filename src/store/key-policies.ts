// The policies that stand above a key: its organization's, its team's, its project's, and the rules of its plan.
import { eq } from 'drizzle-orm'
import { effectivePlan } from '../model/effective.ts'
import type { KeyPolicy } from '../model/policy.ts'
import { organizations, projects, teams } from '../model/schema/tenants.ts'
import { databaseOf, open, type Databases } from './database.ts'
import { findPlan } from './plans.ts'

export interface PoliciesAbove {
  readonly organization: KeyPolicy
  /** Null: the project belongs to no team. */
  readonly team: KeyPolicy | null
  readonly project: KeyPolicy
  /** Null: no plan is in force. */
  readonly plan: KeyPolicy | null
}

interface Placed {
  readonly organizationId: string
  readonly projectId: string
  readonly planId: string | null
}

/** @throws when the project is missing: keys have one */
export async function readPoliciesAbove(
  databases: Databases,
  { organizationId, projectId, planId }: Placed,
): Promise<PoliciesAbove> {
  const row = await open(databaseOf(databases, organizationId))
    .select({ project: projects, team: teams, organization: organizations })
    .from(projects)
    .innerJoin(organizations, eq(organizations.id, projects.organizationId))
    .leftJoin(teams, eq(teams.id, projects.teamId))
    .where(eq(projects.id, projectId))
    .get()
  if (row === undefined) throw new Error(`project ${projectId} is missing`)
  const { organization, team, project } = row
  const inForce = effectivePlan(planId, project.planId, organization.planId)
  const plan = inForce === null ? null : await findPlan(databases, inForce)
  return {
    organization: organization.policy,
    team: team?.policy ?? null,
    project: project.policy,
    plan: plan?.keyRules ?? null,
  }
}
