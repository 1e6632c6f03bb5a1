// How a plan is made, found and written, and what may become of it.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import { isPlanUsed, planUnused } from '../store/plan-use.ts'
import { findPlan, insertPlan, newPlanRecord, updatePlan, type PlanRecord } from '../store/plans.ts'
import { change, type Changed } from './change.ts'
import { CONFIG_CHANGE } from './config-change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { onlyGiven } from './given.ts'
import { refuseValue } from './refused.ts'
import type { Decide, Resource } from './resource.ts'
import { limitRow, quotaRow, viewPlan, type NewPlan, type PlanPatch } from './schemas/plan.ts'

export const PLAN: Resource<PlanRecord> = {
  noun: 'plan',
  find: ({ databases }, _, id) => findPlan(databases, id),
  chainOf: () => PLATFORM_CHAIN,
  teamOf: async () => null,
  update: updatePlan,
  show: viewPlan,
  nameOf: () => CONFIG_CHANGE,
  unique: ['name'],
}

export async function makePlan(
  deps: ControlDeps,
  principal: Principal,
  given: z.infer<typeof NewPlan>,
): Promise<Result<Changed<PlanRecord>, Refusal>> {
  const repeated = repeatedName(given)
  if (repeated !== null) return err(repeated)
  const id = newId('plan')
  const at = deps.now()
  const plan = newPlanRecord(
    { id, name: given.name, createdAt: at, updatedAt: at },
    given.limits.map((limit) => limitRow(id, limit)),
    (given.quotas ?? []).map((quota) => quotaRow(id, quota)),
  )
  const about = { action: 'plan.created', teamId: null, publish: CONFIG_CHANGE }
  const draft = async () => ok(draftCreation(plan, viewPlan, insertPlan, about))
  return change(deps, principal, { chain: PLATFORM_CHAIN, draft, unique: PLAN.unique, show: viewPlan })
}

export function planUpdate(patch: z.infer<typeof PlanPatch>): Decide<PlanRecord> {
  return (plan) => {
    const set = onlyGiven({
      name: patch.name,
      limits: patch.limits?.map((limit) => limitRow(plan.id, limit)),
      quotas: patch.quotas?.map((quota) => quotaRow(plan.id, quota)),
    })
    const repeated = repeatedName({ ...plan, ...set })
    if (repeated !== null) return err(repeated)
    return ok({ done: 'updated', set, heldBy: Object.keys(set).length === 0 ? 'nobody' : 'edge' })
  }
}

export function planDeletion({ databases }: ControlDeps): Decide<PlanRecord> {
  return async ({ id }, at) => {
    if (await isPlanUsed(databases, id))
      return err(refuse('conflict', { detail: 'Organizations, projects or keys have this plan.' }))
    const set = { state: 'deleted' as const, deletedAt: at }
    return ok({ done: 'deleted', set, heldBy: 'edge', condition: planUnused(id) })
  }
}

interface Named {
  readonly name: string
}

// One name space for both: a refusal names the limit or the quota, and the name alone must tell which.
function repeatedName(plan: {
  readonly limits: readonly Named[]
  readonly quotas?: readonly Named[] | undefined
}): Refusal | null {
  const entries = [
    ...plan.limits.map(({ name }, i) => ({ name, pointer: `/limits/${i}/name` })),
    ...(plan.quotas ?? []).map(({ name }, i) => ({ name, pointer: `/quotas/${i}/name` })),
  ]
  const names = entries.map(({ name }) => name)
  const repeated = entries.find(({ name }, i) => names.indexOf(name) < i)
  return repeated === undefined ? null : refuseValue(repeated.pointer, 'This name stands twice in the plan.')
}
