// How the limits of a key stand, for whoever may look at the key. The plan is D1's word, what is left of it the limiters'.
import type { LimitStanding } from '../model/verification.ts'
import { effectivePlan, shownState } from '../model/effective.ts'
import { findKey, type KeyRow } from '../store/api-keys.ts'
import { readPlacements } from '../store/key-surroundings.ts'
import { findPlan, type PlanRecord } from '../store/plans.ts'
import { withTimeout } from '../timeout.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { logFailure } from './failure.ts'

/** A limiter has a second to answer; the copies it is asked by may have to be read. */
const PATIENCE_MS = 3_000

export interface FoundLimits {
  /** In force; null: none is. */
  readonly plan: PlanRecord | null
  /** Fewer than the plan has, or none, where they are not known. */
  readonly standings: readonly LimitStanding[]
}

/** Null: there is no such key within reach. */
export async function findKeyLimits(
  deps: ControlDeps,
  principal: Principal,
  id: string,
): Promise<FoundLimits | null> {
  const key = await findKey(deps.databases, principal.reach, id)
  if (key === null) return null
  const plan = await findPlanInForce(deps, principal, key)
  const isAsked = plan !== null && mayHaveBeenUsed(key) && shownState(key, deps.now()) === 'active'
  return { plan, standings: isAsked ? await ask(deps, key) : [] }
}

async function findPlanInForce(
  { databases }: ControlDeps,
  { reach }: Principal,
  { projectId, planId }: KeyRow,
): Promise<PlanRecord | null> {
  const placement = (await readPlacements(databases, reach, [projectId])).get(projectId)
  const { project, organization } = placement ?? {}
  const inForce = effectivePlan(planId, project?.planId ?? null, organization?.planId ?? null)
  return inForce === null ? null : findPlan(databases, inForce)
}

// A limiter stands for good where it was asked for first, and that is to be where the traffic is, not where somebody looks at a
// page. Of a key that was rotated, the key before it may have been the one.
function mayHaveBeenUsed({ id, lineage, lastUsedAt }: KeyRow): boolean {
  return lastUsedAt !== null || lineage !== id
}

// What is known of the plan is told, whatever becomes of the rest.
async function ask(deps: ControlDeps, { hash }: KeyRow): Promise<readonly LimitStanding[]> {
  try {
    return await withTimeout(deps.limitsOf(hash), PATIENCE_MS)
  } catch (error) {
    logFailure(deps, 'limits_not_known', error)
    return []
  }
}
