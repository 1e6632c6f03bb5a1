// The plans of the model: one name for each kind of limit, so that another plan is another rule for the same counter.
import type { LimitFacts, QuotaFacts } from '../../../src/model/limits.ts'
import type { PlanFacts } from '../../../src/model/snapshot.ts'

export type LimitChoice = Pick<
  LimitFacts,
  'algorithm' | 'limit' | 'periodSeconds' | 'burst' | 'per' | 'enforcement'
>
export type QuotaChoice = Pick<QuotaFacts, 'limit' | 'per' | 'enforcement'>

export interface PlanChoice {
  readonly limits: readonly LimitChoice[]
  readonly quota: QuotaChoice | null
}

export const PLAN_ID = 'plan_1'

export function planFacts({ limits, quota }: PlanChoice): PlanFacts {
  return {
    id: PLAN_ID,
    name: 'Plan',
    limits: limits.map((limit) => ({ ...limit, name: `${limit.algorithm}_${limit.per}`, onOutage: 'deny' })),
    quotas: quota === null ? [] : [quotaFacts(quota)],
  }
}

function quotaFacts(choice: QuotaChoice): QuotaFacts {
  return {
    ...choice,
    name: 'quota',
    onOutage: 'deny',
    period: 'hour',
    timeZone: 'utc',
    anchor: 'calendar',
    refill: null,
    warnAt: null,
  }
}
