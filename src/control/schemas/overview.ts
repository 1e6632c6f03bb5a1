// The overview on the wire: keys by state and day, and the newest revocations with how fast they were everywhere.
import { z } from '@hono/zod-openapi'
import { MAX_COUNTED, type KeyGroup, type OverviewTimes, type RevokedKey } from '../../store/overview.ts'
import type { Publication } from '../../store/publications.ts'
import * as field from '../fields.ts'

const DAY_MS = 86_400_000
/** Days that are counted one by one, today among them. */
const DAYS = 30

const KeyDay = z
  .object({ date: z.iso.date().openapi({ example: '2026-11-01' }), created: z.int(), revoked: z.int() })
  .openapi('KeyDay', {
    description: 'A day in UTC.',
  })

const KeyOverview = z
  .object({
    pending: z.int(),
    active: z.int(),
    disabled: z.int(),
    expired: z.int(),
    revoked: z.int(),
    expiring_7d: z
      .int()
      .openapi({ description: 'Active ones that end within 7 days, by expiry or rotation.' }),
    expiring_30d: z.int().openapi({ description: 'The same within 30 days, those of the 7 among them.' }),
    created_by_day: z.array(KeyDay).openapi({
      description: 'Oldest first. Deleted keys are among them, those of deleted projects are not.',
    }),
    at_least: z.boolean().openapi({
      description: `There are more than ${MAX_COUNTED} keys, and not all of them were counted.`,
    }),
  })
  .openapi('KeyOverview', { description: 'States are those that a list of keys shows.' })

const MeasuredPropagation = z
  .object({
    published_ms: z.int().openapi({
      description:
        'From the time of the revocation until the feed had it and every relay in reach had acknowledged it.',
    }),
    relays_acknowledged: z.int(),
    relays_total: z.int(),
    lease_remaining_ms: z.int().openapi({
      description: 'How long, from then on, a relay that did not acknowledge could still answer from before.',
    }),
  })
  .openapi('MeasuredPropagation')

const RecentRevocation = z
  .object({
    key_id: z.string(),
    name: z.string(),
    start: z.string(),
    last4: z.string(),
    organization_id: z.string(),
    at: field.shownTime,
    reason: z.string().nullable(),
    propagation: MeasuredPropagation.nullable().openapi({
      description: 'As it was measured. `null`: not published yet, or longer ago than such things are kept.',
    }),
  })
  .openapi('RecentRevocation')

export const Overview = z
  .object({ keys: KeyOverview, revocations: z.array(RecentRevocation) })
  .openapi('Overview')

/** @param now epoch milliseconds */
export function overviewTimes(now: number): OverviewTimes {
  return { now, from: now - (now % DAY_MS) - (DAYS - 1) * DAY_MS }
}

export function viewKeyOverview(
  groups: readonly KeyGroup[],
  { from }: OverviewTimes,
  count: 'all' | 'at_least',
): z.infer<typeof KeyOverview> {
  const sumOf = (isMeant: (group: KeyGroup) => boolean) =>
    groups.filter(isMeant).reduce((sum, group) => sum + group.count, 0)
  const inState = (state: KeyGroup['state']) => sumOf((group) => group.state === state)
  return {
    pending: inState('pending'),
    active: inState('active'),
    disabled: inState('disabled'),
    expired: inState('expired'),
    revoked: inState('revoked'),
    expiring_7d: sumOf(({ endsWithin }) => endsWithin === 7),
    expiring_30d: sumOf(({ endsWithin }) => endsWithin !== null),
    created_by_day: Array.from({ length: DAYS }, (_, day) => ({
      date: new Date(from + day * DAY_MS).toISOString().slice(0, 10),
      created: sumOf(({ createdOn }) => createdOn === day),
      revoked: sumOf(({ revokedOn }) => revokedOn === day),
    })),
    at_least: count === 'at_least',
  }
}

export function viewRevocation(
  key: RevokedKey,
  publications: readonly Publication[],
): z.infer<typeof RecentRevocation> {
  const own = publications.find(({ hash, at }) => hash === key.hash && at === key.revokedAt)
  return {
    key_id: key.id,
    name: key.name,
    start: key.start,
    last4: key.last4,
    organization_id: key.organizationId,
    at: field.showTime(key.revokedAt),
    reason: key.reason,
    propagation: own === undefined ? null : viewPublication(own),
  }
}

function viewPublication(own: Publication): z.infer<typeof MeasuredPropagation> {
  return {
    published_ms: own.publishedAt - own.at,
    relays_acknowledged: own.relaysAcknowledged,
    relays_total: own.relaysTotal,
    lease_remaining_ms: own.leaseRemainingMs,
  }
}
