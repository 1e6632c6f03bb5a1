// How an organization is made, found and written, and what may become of its fields.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { endAccessWithin } from '../store/access-endings.ts'
import type { Database } from '../store/database.ts'
import {
  findOrganization,
  insertOrganization,
  newOrganizationRow,
  updateOrganization,
  type OrganizationRow,
} from '../store/organizations.ts'
import { findPlan, planStands } from '../store/plans.ts'
import { brokenAssignment } from './assignment.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { onlyGiven, orCleared } from './given.ts'
import { refuseReference } from './refused.ts'
import { holderOf, type Decide, type Resource } from './resource.ts'
import { givenPolicy } from './schemas/key-policy.ts'
import { viewOrganization, type NewOrganization, type OrganizationPatch } from './schemas/organization.ts'

export const ORGANIZATION: Resource<OrganizationRow> = {
  noun: 'organization',
  find: ({ databases }, { reach }, id) => findOrganization(databases, reach, id),
  chainOf: ({ id }) => id,
  teamOf: async () => null,
  update: updateWithAccess,
  show: viewOrganization,
  nameOf: ({ id }) => ({ kind: 'organization', subject: id }),
  unique: ['external_id'],
}

export async function makeOrganization(
  deps: ControlDeps,
  principal: Principal,
  given: z.infer<typeof NewOrganization>,
): Promise<Result<OrganizationRow, Refusal>> {
  const { databases, now } = deps
  const at = now()
  const row = newOrganizationRow({
    id: newId('organization'),
    name: given.name,
    externalId: given.external_id ?? null,
    planId: given.plan_id ?? null,
    metadata: given.metadata ?? {},
    ...onlyGiven({ policy: givenPolicy(given.policy), timeZone: given.time_zone }),
    createdAt: at,
    updatedAt: at,
  })
  const unassignable = brokenAssignment(principal, row)
  if (unassignable !== null) return err(unassignable)
  const draft = async () => {
    if (row.planId !== null && (await findPlan(databases, row.planId)) === null)
      return err(refuseReference('/plan_id'))
    const condition = planStands(databases, row.id, row.planId)
    const about = { action: 'organization.created', teamId: null, publish: null, condition }
    return ok(draftCreation(row, viewOrganization, insertOrganization, about))
  }
  return commitCreation(deps, principal, { chain: row.id, draft, unique: ['external_id'] })
}

export function organizationUpdate(
  { databases }: ControlDeps,
  patch: z.infer<typeof OrganizationPatch>,
): Decide<OrganizationRow> {
  return async ({ id }) => {
    const planId = patch.plan_id
    if (planId && (await findPlan(databases, planId)) === null) return err(refuseReference('/plan_id'))
    const set = organizationSet(patch)
    const heldBy = holderOf(set, ORGANIZATION_AT_EDGE)
    return ok({ done: 'updated', set, heldBy, condition: planStands(databases, id, planId) })
  }
}

/** Copies of keys hold the plan, where key and project have none, and where the days of quotas begin. */
export const ORGANIZATION_AT_EDGE: ReadonlySet<string> = new Set(['planId', 'timeZone'])

/** What a body says of the row. */
export function organizationSet(patch: z.infer<typeof OrganizationPatch>) {
  return onlyGiven({
    name: patch.name,
    externalId: patch.external_id,
    planId: patch.plan_id,
    metadata: orCleared(patch.metadata, {}),
    policy: givenPolicy(patch.policy),
    timeZone: patch.time_zone,
  })
}

// Part of the write, whoever asks for it: the sessions of its members end with an organization, and whoever is let in again logs
// in again.
function updateWithAccess(db: Database, before: OrganizationRow, set: Partial<OrganizationRow>) {
  const { state = 'active', updatedAt = before.updatedAt } = set
  const ended = state === 'active' ? [] : endAccessWithin(db, before.id, updatedAt)
  return [...updateOrganization(db, before, set), ...ended]
}
