// Plans on the wire: what is accepted and what is shown.
import { z } from '@hono/zod-openapi'
import { CONFIG_STATES } from '../../model/vocabulary.ts'
import type { PlanRecord } from '../../store/plans.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'
import { KeyPolicy, viewPolicy } from './key-policy.ts'
import { Limit, MAX_ENTRIES, NewLimit, NewQuota, Quota, viewLimit, viewQuota } from './limit.ts'

const limits = z.array(NewLimit).max(MAX_ENTRIES)
const quotas = z.array(NewQuota).max(MAX_ENTRIES)

export const NewPlan = z
  .strictObject({ name: field.name, limits, quotas: quotas.optional(), key_rules: KeyPolicy.optional() })
  .openapi('NewPlan')

/** Absent: unchanged. A list that is given replaces the whole list. */
export const PlanPatch = z
  .strictObject({
    name: field.name.optional(),
    limits: limits.optional(),
    quotas: quotas.optional(),
    key_rules: KeyPolicy.nullish(),
  })
  .openapi('PlanPatch')

export const Plan = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(CONFIG_STATES),
    limits: z.array(Limit),
    quotas: z.array(Quota),
    key_rules: KeyPolicy.openapi({
      description: 'What keys of this plan must meet when they are made or changed.',
    }),
    ...field.trackedView,
  })
  .openapi('Plan')

export const ChangedPlan = changed(Plan).openapi('ChangedPlan')

export function viewPlan(plan: PlanRecord): z.infer<typeof Plan> {
  return {
    id: plan.id,
    name: plan.name,
    state: plan.state,
    limits: plan.limits.map(viewLimit).sort(byName),
    quotas: plan.quotas.map(viewQuota).sort(byName),
    key_rules: viewPolicy(plan.keyRules),
    ...field.showTracked(plan),
  }
}

// As they are read back: the same plan in another order is no change of it.
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}
