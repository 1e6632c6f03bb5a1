// How a project is made, found and written, and what may become of its fields.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import type { Refusal } from '../problem.ts'
import { mayTakeBack } from '../policy/stop.ts'
import { err, ok, type Result } from '../result.ts'
import { findOrganization } from '../store/organizations.ts'
import { findPlan, planStands } from '../store/plans.ts'
import {
  findProject,
  insertProject,
  newProjectRow,
  updateProject,
  type ProjectRow,
} from '../store/projects.ts'
import { narrow, teamOf } from '../store/reach.ts'
import { findTeam } from '../store/teams.ts'
import { brokenAssignment, brokenMove } from './assignment.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { onlyGiven, orCleared } from './given.ts'
import { refuseHeld, refuseReference, refuseValue } from './refused.ts'
import { holderOf, type Decide, type Resource } from './resource.ts'
import { givenPolicy } from './schemas/key-policy.ts'
import { DEFAULT_PREFIX, viewProject, type NewProject, type ProjectPatch } from './schemas/project.ts'

export const PROJECT: Resource<ProjectRow> = {
  noun: 'project',
  find: ({ databases }, { reach }, id) => findProject(databases, reach, id),
  chainOf: ({ organizationId }) => organizationId,
  teamOf: async ({ teamId }) => teamId,
  update: updateProject,
  show: viewProject,
  nameOf: ({ id }) => ({ kind: 'project', subject: id }),
  unique: ['external_id'],
}

export async function makeProject(
  deps: ControlDeps,
  principal: Principal,
  given: z.infer<typeof NewProject>,
): Promise<Result<ProjectRow, Refusal>> {
  const { databases, now } = deps
  const at = now()
  const row = newProjectRow({
    id: newId('project'),
    organizationId: given.organization_id,
    teamId: given.team_id === undefined ? teamOf(principal.reach) : given.team_id,
    name: given.name,
    externalId: given.external_id ?? null,
    planId: given.plan_id ?? null,
    metadata: given.metadata ?? {},
    ...onlyGiven({ policy: givenPolicy(given.policy) }),
    keyPrefix: given.key_prefix ?? DEFAULT_PREFIX,
    recoverable: given.recoverable ?? false,
    selfRotation: given.self_rotation ?? false,
    createdAt: at,
    updatedAt: at,
  })
  const unassignable = brokenAssignment(principal, row)
  if (unassignable !== null) return err(unassignable)
  const draft = async () => {
    if ((await findOrganization(databases, principal.reach, row.organizationId)) === null)
      return err(refuseReference('/organization_id'))
    const refused = await refuseReferences(deps, principal, row, row)
    if (refused !== null) return err(refused)
    const condition = planStands(databases, row.organizationId, row.planId)
    const about = { action: 'project.created', teamId: row.teamId, publish: null, condition }
    return ok(draftCreation(row, viewProject, insertProject, about))
  }
  return commitCreation(deps, principal, { chain: row.organizationId, draft, unique: ['external_id'] })
}

export function projectUpdate(
  deps: ControlDeps,
  principal: Pick<Principal, 'reach' | 'permissions' | 'actor'>,
  patch: z.infer<typeof ProjectPatch>,
): Decide<ProjectRow> {
  return async (before) => {
    const { organizationId } = before
    const set = projectSet(patch)
    const refused =
      brokenAssignment(principal, set, before) ??
      (await refuseReferences(deps, principal, { organizationId }, set)) ??
      (await refuseMove(deps, principal, before, set))
    if (refused !== null) return err(refused)
    const heldBy = holderOf(set, PROJECT_AT_EDGE)
    const condition = planStands(deps.databases, organizationId, set.planId)
    return ok({ done: 'updated', set, heldBy, condition })
  }
}

/** What copies of keys hold of their project. */
export const PROJECT_AT_EDGE: ReadonlySet<string> = new Set(['name', 'teamId', 'planId'])

/** What a body says of the row. */
export function projectSet(patch: z.infer<typeof ProjectPatch>) {
  return onlyGiven({
    name: patch.name,
    externalId: patch.external_id,
    teamId: patch.team_id,
    planId: patch.plan_id,
    metadata: orCleared(patch.metadata, {}),
    policy: givenPolicy(patch.policy),
    recoverable: patch.recoverable,
    selfRotation: patch.self_rotation,
  })
}

// Out of its team, a project would be out of the team's policy and suspension too.
async function refuseMove(
  { databases }: ControlDeps,
  principal: Pick<Principal, 'permissions' | 'actor'>,
  { organizationId, teamId: from }: ProjectRow,
  { teamId: to }: Partial<ProjectRow>,
): Promise<Refusal | null> {
  if (to === undefined || to === from) return null
  const find = async (id: string | null) => (id === null ? null : findTeam(databases, { organizationId }, id))
  const [left, entered] = [await find(from), await find(to)]
  if (left?.state === 'suspended' && !mayTakeBack(principal.actor.type, left.suspendedBy)) return refuseHeld()
  return brokenMove(principal, left?.policy ?? {}, entered?.policy ?? {})
}

async function refuseReferences(
  { databases }: ControlDeps,
  principal: Pick<Principal, 'reach'>,
  { organizationId }: Pick<ProjectRow, 'organizationId'>,
  { teamId, planId }: Partial<Pick<ProjectRow, 'teamId' | 'planId'>>,
): Promise<Refusal | null> {
  const reach = narrow(principal.reach, organizationId)
  if (teamId && (reach === null || (await findTeam(databases, reach, teamId)) === null))
    return refuseReference('/team_id')
  // Out of its team, the project would be out of its maker's sight.
  if (teamId === null && teamOf(principal.reach) !== null)
    return refuseValue('/team_id', 'The projects of a team stay in it.')
  if (planId && (await findPlan(databases, planId)) === null) return refuseReference('/plan_id')
  return null
}
