// How a team is made, found and written, and what may become of it.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { hasMembers } from '../store/members.ts'
import { findOrganization } from '../store/organizations.ts'
import { findTeam, hasProjects, insertTeam, newTeamRow, updateTeam, type TeamRow } from '../store/teams.ts'
import { brokenAssignment } from './assignment.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { onlyGiven, orCleared } from './given.ts'
import { refuseReference } from './refused.ts'
import type { Decide, Resource } from './resource.ts'
import { givenPolicy } from './schemas/key-policy.ts'
import { viewTeam, type NewTeam, type TeamPatch } from './schemas/team.ts'
import { TENANT_VERBS } from './tenant-verbs.ts'

export const TEAM: Resource<TeamRow> = {
  noun: 'team',
  find: ({ databases }, { reach }, id) => findTeam(databases, reach, id),
  chainOf: ({ organizationId }) => organizationId,
  teamOf: async ({ id }) => id,
  update: updateTeam,
  show: viewTeam,
  nameOf: ({ id }) => ({ kind: 'team', subject: id }),
  unique: ['external_id'],
}

export async function makeTeam(
  deps: ControlDeps,
  principal: Principal,
  given: z.infer<typeof NewTeam>,
): Promise<Result<TeamRow, Refusal>> {
  const at = deps.now()
  const row = newTeamRow({
    id: newId('team'),
    organizationId: given.organization_id,
    name: given.name,
    externalId: given.external_id ?? null,
    metadata: given.metadata ?? {},
    ...onlyGiven({ policy: givenPolicy(given.policy) }),
    createdAt: at,
    updatedAt: at,
  })
  const unassignable = brokenAssignment(principal, row)
  if (unassignable !== null) return err(unassignable)
  const draft = async () => {
    if ((await findOrganization(deps.databases, principal.reach, row.organizationId)) === null)
      return err(refuseReference('/organization_id'))
    const about = { action: 'team.created', teamId: row.id, publish: null }
    return ok(draftCreation(row, viewTeam, insertTeam, about))
  }
  return commitCreation(deps, principal, { chain: row.organizationId, draft, unique: ['external_id'] })
}

/** Nothing at the edge shows a team's fields. */
export function teamUpdate(patch: z.infer<typeof TeamPatch>): Decide<TeamRow> {
  return () => ok({ done: 'updated', set: teamSet(patch), heldBy: 'nobody' })
}

/** What a body says of the row. */
export function teamSet(patch: z.infer<typeof TeamPatch>) {
  return onlyGiven({
    name: patch.name,
    externalId: patch.external_id,
    metadata: orCleared(patch.metadata, {}),
    policy: givenPolicy(patch.policy),
  })
}

/** Its projects would be left with a team that is gone, and their keys revoked by it; its leads with nothing to lead. */
export function teamDeletion({ databases }: ControlDeps): Decide<TeamRow> {
  return async (team, at) => {
    if (await hasProjects(databases, team))
      return err(refuse('conflict', { detail: 'Projects belong to this team. Move or delete them first.' }))
    if (await hasMembers(databases, team))
      return err(refuse('conflict', { detail: 'This team has leads. Move or remove them first.' }))
    return TENANT_VERBS.delete(team, at)
  }
}
