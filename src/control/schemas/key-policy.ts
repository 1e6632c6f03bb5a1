// Policies for keys on the wire. The same shape at every level: organization, team, project, and as the key rules of a plan.
import { z } from '@hono/zod-openapi'
import type { KeyPolicy as StoredPolicy } from '../../model/policy.ts'
import * as field from '../fields.ts'
import { onlyGiven } from '../given.ts'

const MAX_DAYS = 3_650
const days = (description: string) => field.count(1, MAX_DAYS).optional().openapi({ description })

export const KeyPolicy = z
  .strictObject({
    max_lifetime_days: days('From creation to expiry.'),
    rotation_age_days: days('Older keys are reported as due for rotation.'),
    idle_days: days('Keys that were not used for longer are reported as idle.'),
    scope_ceiling: field.scopes
      .optional()
      .openapi({ description: 'No scope may grant what none of these grants. An empty list allows none.' }),
    never_expires: z.enum(['allow', 'refuse']).optional(),
  })
  .openapi('KeyPolicy', { description: 'A lower level can only ask for more.' })

export function storedPolicy(given: z.infer<typeof KeyPolicy>): StoredPolicy {
  return onlyGiven({
    maxLifetimeDays: given.max_lifetime_days,
    rotationAgeDays: given.rotation_age_days,
    idleDays: given.idle_days,
    scopeCeiling: given.scope_ceiling,
    neverExpires: given.never_expires,
  })
}

export function viewPolicy(policy: StoredPolicy): z.infer<typeof KeyPolicy> {
  return onlyGiven({
    max_lifetime_days: policy.maxLifetimeDays,
    rotation_age_days: policy.rotationAgeDays,
    idle_days: policy.idleDays,
    scope_ceiling: policy.scopeCeiling === undefined ? undefined : [...policy.scopeCeiling],
    never_expires: policy.neverExpires,
  })
}

/** What stands in the row for the policy that a body gives; undefined while it gives none, nothing asked when it clears it. */
export function givenPolicy(given: z.infer<typeof KeyPolicy> | null | undefined): StoredPolicy | undefined {
  return given === undefined ? undefined : storedPolicy(given ?? {})
}
