// When a change is in force everywhere: the figures of an answer, from what publishing told. Pure.
import { z } from '@hono/zod-openapi'
import type { Config } from '../config.ts'
import type { Published } from '../feed/change.ts'
import { MAX_CLOCK_SKEW_MS } from '../feed/usable.ts'
import * as field from './fields.ts'

/** Unpublished changes are published again by a run that begins every minute, and may leave those of the last ten seconds. */
const REPUBLISHED_AFTER_MS = 70_000

export const Propagation = z
  .object({
    effective_by: field.shownTime.openapi({
      description:
        'After this time nothing passes by the old state, wherever relay, hub or database can be reached.',
    }),
    worst_case_by: field.shownTime.openapi({
      description: 'The same for a place that is cut off from all three.',
    }),
    relays_acknowledged: z.int(),
    relays_total: z.int(),
  })
  .openapi('Propagation')

export type Propagation = z.infer<typeof Propagation>

type Bounds = Pick<Config, 'revocationBoundMs' | 'relayLeaseMs' | 'feedGraceMs' | 'snapshotMaxAgeMs'>

/**
 * Of a change that stands in the feed. A relay that did not acknowledge it answers from before until its lease ends, and an
 * isolate that asked just then uses the answer until it is `revocationBoundMs` old.
 * @param now epoch milliseconds, read after the feed answered
 */
export function propagationOf(now: number, published: Published, bounds: Bounds): Propagation {
  const effectiveBy = now + published.leaseRemainingMs + bounds.revocationBoundMs
  return {
    effective_by: field.showTime(effectiveBy),
    worst_case_by: field.showTime(effectiveBy + bounds.feedGraceMs),
    relays_acknowledged: published.relaysAcknowledged,
    relays_total: published.relaysTotal,
  }
}

/** Of a change on which nothing that is cached depends. */
export function inForce(now: number): Propagation {
  const at = field.showTime(now)
  return { effective_by: at, worst_case_by: at, relays_acknowledged: 0, relays_total: 0 }
}

/**
 * Of a change that is stored and that the feed did not take. It is expected by the next run; what is certain is that no
 * copy outlives its age.
 */
export function pending(
  now: number,
  bounds: Bounds,
): { readonly expected_by: string; readonly worst_case_by: string } {
  const byAge = now + bounds.snapshotMaxAgeMs + MAX_CLOCK_SKEW_MS
  const byFeed = now + REPUBLISHED_AFTER_MS + bounds.relayLeaseMs + bounds.revocationBoundMs
  return { expected_by: field.showTime(Math.min(byFeed, byAge)), worst_case_by: field.showTime(byAge) }
}
