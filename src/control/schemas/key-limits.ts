// The limits of one key on the wire, for whoever looks after it: what its plan says, and how much of it is left.
import { z } from '@hono/zod-openapi'
import type { LimitStanding as Standing } from '../../model/verification.ts'
import type { LimitRow, PlanRecord, QuotaRow } from '../../store/plans.ts'
import * as field from '../fields.ts'
import { LimitStanding } from './verification.ts'

const KeyLimit = LimitStanding.extend({
  remaining: z.int().nullable().openapi({
    description:
      '`null`: not known, because the limiter does not answer, or was not asked: nobody has used the key yet.',
  }),
  resets_at: field.shownTime.nullable().openapi({ description: 'When all of it is there again.' }),
  warn_at: z
    .int()
    .nullable()
    .openapi({ description: 'Percent of a quota from which answers carry a warning.' }),
}).openapi('KeyLimit')

export const KeyLimits = z
  .object({
    plan: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .openapi({ description: "In force: the key's own, else its project's, else its organization's." }),
    limits: z.array(KeyLimit),
  })
  .openapi('KeyLimits')

/** @param standings what the limiters say; of another state of the plan they say nothing */
export function viewKeyLimits(
  plan: PlanRecord | null,
  standings: readonly Standing[],
): z.infer<typeof KeyLimits> {
  if (plan === null) return { plan: null, limits: [] }
  const limits = [...plan.limits.map(ofLimit), ...plan.quotas.map(ofQuota)]
  return {
    plan: { id: plan.id, name: plan.name },
    limits: limits.map((limit) => ({ ...limit, ...left(limit, standings) })),
  }
}

type Told = Omit<z.infer<typeof KeyLimit>, 'remaining' | 'resets_at'>

function left({ name, kind, per, limit }: Told, standings: readonly Standing[]) {
  const own = standings.find(
    (one) => one.name === name && one.kind === kind && one.per === per && one.limit === limit,
  )
  return { remaining: own?.remaining ?? null, resets_at: own?.resets_at ?? null }
}

function ofLimit({ name, per, limit, periodSeconds }: LimitRow): Told {
  return { name, kind: 'rate', per, limit, period_seconds: periodSeconds, period: null, warn_at: null }
}

function ofQuota({ name, per, limit, period, warnAt }: QuotaRow): Told {
  return { name, kind: 'quota', per, limit, period_seconds: null, period, warn_at: warnAt }
}
