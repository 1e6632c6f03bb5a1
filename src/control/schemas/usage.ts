// Usage on the wire: a period that is asked for, and what was counted in it.
import { z } from '@hono/zod-openapi'
import { USAGE_GRAINS, type UsageGrain } from '../../model/vocabulary.ts'
import type { Refusal } from '../../problem.ts'
import { err, ok, type Result } from '../../result.ts'
import type { UsagePeriod, TopKey } from '../../store/usage-queries.ts'
import type { UsageGroup, UsagePoint } from '../../store/usage-points.ts'
import * as field from '../fields.ts'
import { refuseParameter } from '../refused.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How long a period may be, so that all of it is one answer, and how long it is when nothing is said of it. */
const PERIODS: Readonly<Record<UsageGrain, { readonly mostMs: number; readonly usualMs: number }>> = {
  minute: { mostMs: DAY_MS, usualMs: HOUR_MS },
  hour: { mostMs: 31 * DAY_MS, usualMs: DAY_MS },
  day: { mostMs: 731 * DAY_MS, usualMs: 30 * DAY_MS },
}

const time = (description: string) =>
  field.time.optional().openapi({ description, type: 'string', format: 'date-time' })

export const periodFields = {
  grain: z.enum(USAGE_GRAINS).optional().openapi({
    description:
      'How wide a bucket is: of minutes the last 48 hours are kept, of hours 90 days, of days two years.',
    default: 'hour',
  }),
  from: time(
    'Buckets that begin at this time or later. By default an hour, a day or 30 days before `to`, by `grain`.',
  ),
  to: time('And before this time. By default now.'),
}

type GivenPeriod = { readonly [Field in keyof typeof periodFields]?: z.infer<(typeof periodFields)[Field]> }

/** @param now epoch milliseconds */
export function periodOf(
  { grain = 'hour', from, to }: GivenPeriod,
  now: number,
): Result<UsagePeriod, Refusal> {
  const { mostMs, usualMs } = PERIODS[grain]
  const toMs = to ?? now
  const fromMs = from ?? toMs - usualMs
  if (fromMs >= toMs) return err(refuseParameter('from', 'Is not before `to`.'))
  if (toMs - fromMs > mostMs)
    return err(
      refuseParameter(
        'from',
        `At most ${mostMs / HOUR_MS} hours by the ${grain}: ask for less, or for wider buckets.`,
      ),
    )
  return ok({ grain, fromMs, toMs })
}

const latency = (description: string) =>
  z
    .object({ p50: z.number(), p95: z.number(), p99: z.number() })
    .nullable()
    .openapi({ description: `${description} Milliseconds, estimated from a histogram.` })

const measured = {
  requests: z.int(),
  gateway_ms: latency('Time spent in the gateway.'),
  origin_ms: latency('Time until the headers of the origin; null where it was not called.'),
}

const groups = z.array(
  z.object({
    status_class: z.string().openapi({ example: '2xx' }),
    outcome: z.string().openapi({ description: '`passed`, `origin_error`, or the code of the refusal.' }),
    ...measured,
  }),
)

export const Usage = z
  .object({
    grain: z.enum(USAGE_GRAINS),
    from: field.shownTime,
    to: field.shownTime,
    total: z.object({ ...measured, groups }),
    data: z
      .array(z.object({ time: field.shownTime, ...measured, groups }))
      .openapi({ description: 'In the order of time. A bucket without requests is left out.' }),
  })
  .openapi('Usage')

export const TopKeys = z
  .object({
    data: z.array(
      z.object({
        key_id: z.string(),
        project_id: z.string(),
        organization_id: z.string(),
        requests: z.int(),
      }),
    ),
  })
  .openapi('TopKeys')

export function viewUsage(
  { grain, fromMs, toMs }: UsagePeriod,
  total: Omit<UsagePoint, 'startMs'>,
  points: readonly UsagePoint[],
): z.infer<typeof Usage> {
  return {
    grain,
    from: field.showTime(fromMs),
    to: field.showTime(toMs),
    total: viewPoint(total),
    data: points.map((point) => ({ time: field.showTime(point.startMs), ...viewPoint(point) })),
  }
}

export function viewTopKey({ keyId, projectId, organizationId, count }: TopKey) {
  return { key_id: keyId, project_id: projectId, organization_id: organizationId, requests: count }
}

function viewPoint(point: Omit<UsagePoint, 'startMs'>) {
  return { ...viewMeasured(point), groups: point.groups.map(viewGroup) }
}

function viewGroup(group: UsageGroup) {
  return { status_class: `${group.statusClass}xx`, outcome: group.outcome, ...viewMeasured(group) }
}

function viewMeasured({ count, gatewayMs, originMs }: Pick<UsageGroup, 'count' | 'gatewayMs' | 'originMs'>) {
  return { requests: count, gateway_ms: rounded(gatewayMs), origin_ms: rounded(originMs) }
}

// An estimate: more digits would say more than is known.
function rounded(percentiles: UsageGroup['gatewayMs']): UsageGroup['gatewayMs'] {
  if (percentiles === null) return null
  return { p50: round(percentiles.p50), p95: round(percentiles.p95), p99: round(percentiles.p99) }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}
