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
import { brokenPlanRule } from './plan-rules.ts'
import type { Decide, Resource } from './resource.ts'
import { givenPolicy } from './schemas/key-policy.ts'
import { limitRow, quotaRow } from './schemas/limit.ts'
import { viewPlan, type NewPlan, type PlanPatch } from './schemas/plan.ts'

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
  const id = newId('plan')
  const at = deps.now()
  const plan = newPlanRecord(
    { id, name: given.name, keyRules: givenPolicy(given.key_rules), createdAt: at, updatedAt: at },
    given.limits.map((limit) => limitRow(id, limit)),
    (given.quotas ?? []).map((quota) => quotaRow(id, quota)),
  )
  const broken = brokenPlanRule(plan, plan)
  if (broken !== null) return err(broken)
  const about = { action: 'plan.created', teamId: null, publish: CONFIG_CHANGE }
  const draft = async () => ok(draftCreation(plan, viewPlan, insertPlan, about))
  return change(deps, principal, { chain: PLATFORM_CHAIN, draft, unique: PLAN.unique, show: viewPlan })
}

export function planUpdate(patch: z.infer<typeof PlanPatch>): Decide<PlanRecord> {
  return (plan) => {
    const set = planSet(plan.id, patch)
    const broken = brokenPlanRule({ ...plan, ...set }, set)
    if (broken !== null) return err(broken)
    return ok({ done: 'updated', set, heldBy: Object.keys(set).length === 0 ? 'nobody' : 'edge' })
  }
}

/** What a body says of the plan with this id. */
export function planSet(id: string, patch: z.infer<typeof PlanPatch>) {
  return onlyGiven({
    name: patch.name,
    limits: patch.limits?.map((limit) => limitRow(id, limit)),
    quotas: patch.quotas?.map((quota) => quotaRow(id, quota)),
    keyRules: givenPolicy(patch.key_rules),
  })
}

export function planDeletion({ databases }: ControlDeps): Decide<PlanRecord> {
  return async ({ id }, at) => {
    if (await isPlanUsed(databases, id))
      return err(refuse('conflict', { detail: 'Organizations, projects or keys have this plan.' }))
    const set = { state: 'deleted' as const, deletedAt: at }
    return ok({ done: 'deleted', set, heldBy: 'edge', condition: planUnused(id) })
  }
}
