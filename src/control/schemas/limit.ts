// The limits and quotas of a plan on the wire: what is accepted, what is shown, and the rows between. What their fields may
// not say together is judged in plan-rules.ts.
import { z } from '@hono/zod-openapi'
import {
  LIMIT_ALGORITHMS,
  LIMIT_ENFORCEMENTS,
  LIMIT_SUBJECTS,
  OUTAGE_CHOICES,
  QUOTA_ANCHORS,
  QUOTA_PERIODS,
  QUOTA_TIME_ZONES,
} from '../../model/vocabulary.ts'
import type { LimitRow, QuotaRow } from '../../store/plans.ts'
import * as field from '../fields.ts'

/** Limits that a plan may have, and quotas. */
export const MAX_ENTRIES = 16
const YEAR_SECONDS = 31_622_400

/** Stands in the RateLimit headers and in refusals. */
export const limitName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'Takes up to 63 characters of a-z, 0-9, _ and -.')
  .openapi({ example: 'per-minute' })

/** What a limit and a quota have in common. */
const named = {
  name: limitName,
  limit: z.int().min(0).openapi({ description: '0 blocks everything.' }),
  per: z.enum(LIMIT_SUBJECTS).default('key').openapi({ description: 'Whose budget it is.' }),
  enforcement: z.enum(LIMIT_ENFORCEMENTS).default('leased'),
  on_outage: z
    .enum(OUTAGE_CHOICES)
    .default('allow')
    .openapi({ description: 'What becomes of a request when the counter cannot be asked.' }),
}

export const NewLimit = z.strictObject({
  ...named,
  period_seconds: field.count(1, YEAR_SECONDS),
  burst: z.int().min(1).nullish().openapi({
    description: 'How much may pass at once. Absent: the limit. A sliding log takes none.',
  }),
  algorithm: z.enum(LIMIT_ALGORITHMS).default('gcra'),
})

export const NewQuota = z.strictObject({
  ...named,
  period: z.enum(QUOTA_PERIODS).openapi({ description: '`lifetime`: one period that never ends.' }),
  warn_at: field
    .count(1, 100)
    .nullish()
    .openapi({ description: 'Percent from which answers carry a warning.' }),
  time_zone: z
    .enum(QUOTA_TIME_ZONES)
    .default('organization')
    .openapi({ description: 'Where days, weeks and months begin.' }),
  anchor: z.enum(QUOTA_ANCHORS).default('calendar').openapi({
    description: '`anniversary`: periods are counted from the day on which the organization was created.',
  }),
  refill: z.int().min(1).nullish().openapi({
    description:
      'Credits that each period adds, up to the limit. Absent: each period begins with the whole limit.',
  }),
})

export const Limit = z.object({
  name: z.string(),
  limit: z.int(),
  period_seconds: z.int(),
  burst: z.int().nullable(),
  per: z.enum(LIMIT_SUBJECTS),
  enforcement: z.enum(LIMIT_ENFORCEMENTS),
  algorithm: z.enum(LIMIT_ALGORITHMS),
  on_outage: z.enum(OUTAGE_CHOICES),
})

export const Quota = z.object({
  name: z.string(),
  limit: z.int(),
  period: z.enum(QUOTA_PERIODS),
  per: z.enum(LIMIT_SUBJECTS),
  warn_at: z.int().nullable(),
  enforcement: z.enum(LIMIT_ENFORCEMENTS),
  on_outage: z.enum(OUTAGE_CHOICES),
  time_zone: z.enum(QUOTA_TIME_ZONES),
  anchor: z.enum(QUOTA_ANCHORS),
  refill: z.int().nullable(),
})

export function limitRow(planId: string, given: z.infer<typeof NewLimit>): LimitRow {
  const { period_seconds: periodSeconds, on_outage: onOutage, burst, ...rest } = given
  return { planId, ...rest, periodSeconds, onOutage, burst: burst ?? null }
}

export function quotaRow(planId: string, given: z.infer<typeof NewQuota>): QuotaRow {
  const { warn_at: warnAt, on_outage: onOutage, time_zone: timeZone, refill, ...rest } = given
  return { planId, ...rest, onOutage, timeZone, warnAt: warnAt ?? null, refill: refill ?? null }
}

export function viewLimit(row: LimitRow): z.infer<typeof Limit> {
  return {
    name: row.name,
    limit: row.limit,
    period_seconds: row.periodSeconds,
    burst: row.burst,
    per: row.per,
    enforcement: row.enforcement,
    algorithm: row.algorithm,
    on_outage: row.onOutage,
  }
}

export function viewQuota(row: QuotaRow): z.infer<typeof Quota> {
  return {
    name: row.name,
    limit: row.limit,
    period: row.period,
    per: row.per,
    warn_at: row.warnAt,
    enforcement: row.enforcement,
    on_outage: row.onOutage,
    time_zone: row.timeZone,
    anchor: row.anchor,
    refill: row.refill,
  }
}
