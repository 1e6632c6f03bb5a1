// Plans on the wire: what is accepted, what is shown, and the rows between.
import { z } from '@hono/zod-openapi'
import {
  CONFIG_STATES,
  LIMIT_ALGORITHMS,
  LIMIT_ENFORCEMENTS,
  LIMIT_SUBJECTS,
  OUTAGE_CHOICES,
  QUOTA_PERIODS,
} from '../../model/vocabulary.ts'
import type { LimitRow, PlanRecord, QuotaRow } from '../../store/plans.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'

const MAX_ENTRIES = 16
const YEAR_SECONDS = 31_622_400

/** Stands in the RateLimit headers and in refusals. */
export const limitName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'Takes up to 63 characters of a-z, 0-9, _ and -.')

/** 0 is a limit too: it blocks everything. */
const amount = z.int().min(0)
const subject = z.enum(LIMIT_SUBJECTS).default('key')

const NewLimit = z.strictObject({
  name: limitName,
  limit: amount,
  period_seconds: field.count(1, YEAR_SECONDS),
  burst: z.int().min(1).nullish(),
  per: subject,
  enforcement: z.enum(LIMIT_ENFORCEMENTS).default('leased'),
  algorithm: z.enum(LIMIT_ALGORITHMS).default('gcra'),
  on_outage: z.enum(OUTAGE_CHOICES).default('allow'),
})

const NewQuota = z.strictObject({
  name: limitName,
  limit: amount,
  period: z.enum(QUOTA_PERIODS),
  per: subject,
  warn_at: field
    .count(1, 100)
    .nullish()
    .openapi({ description: 'Percent from which answers carry a warning.' }),
})

export const NewPlan = z
  .strictObject({
    name: field.name,
    limits: z.array(NewLimit).max(MAX_ENTRIES),
    quotas: z.array(NewQuota).max(MAX_ENTRIES).optional(),
  })
  .openapi('NewPlan')

/** Absent: unchanged. A list that is given replaces the whole list. */
export const PlanPatch = z
  .strictObject({
    name: field.name.optional(),
    limits: z.array(NewLimit).max(MAX_ENTRIES).optional(),
    quotas: z.array(NewQuota).max(MAX_ENTRIES).optional(),
  })
  .openapi('PlanPatch')

export const Plan = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(CONFIG_STATES),
    limits: z.array(
      z.object({
        name: z.string(),
        limit: z.int(),
        period_seconds: z.int(),
        burst: z.int().nullable(),
        per: z.enum(LIMIT_SUBJECTS),
        enforcement: z.enum(LIMIT_ENFORCEMENTS),
        algorithm: z.enum(LIMIT_ALGORITHMS),
        on_outage: z.enum(OUTAGE_CHOICES),
      }),
    ),
    quotas: z.array(
      z.object({
        name: z.string(),
        limit: z.int(),
        period: z.enum(QUOTA_PERIODS),
        per: z.enum(LIMIT_SUBJECTS),
        warn_at: z.int().nullable(),
      }),
    ),
    ...field.trackedView,
  })
  .openapi('Plan')

export const ChangedPlan = changed(Plan).openapi('ChangedPlan')

export function limitRow(planId: string, given: z.infer<typeof NewLimit>): LimitRow {
  const { period_seconds: periodSeconds, on_outage: onOutage, burst, ...rest } = given
  return { planId, ...rest, periodSeconds, onOutage, burst: burst ?? null }
}

export function quotaRow(planId: string, given: z.infer<typeof NewQuota>): QuotaRow {
  const { warn_at: warnAt, ...rest } = given
  return { planId, ...rest, warnAt: warnAt ?? null }
}

export function viewPlan(plan: PlanRecord): z.infer<typeof Plan> {
  return {
    id: plan.id,
    name: plan.name,
    state: plan.state,
    limits: plan.limits.map(viewLimit),
    quotas: plan.quotas.map(viewQuota),
    ...field.showTracked(plan),
  }
}

function viewLimit(row: LimitRow) {
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

function viewQuota(row: QuotaRow) {
  return { name: row.name, limit: row.limit, period: row.period, per: row.per, warn_at: row.warnAt }
}
