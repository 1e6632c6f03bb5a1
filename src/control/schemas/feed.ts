// The state of the invalidation feed on the wire.
import { z } from '@hono/zod-openapi'
import type { FeedReport } from '../../feed/change.ts'
import * as field from '../fields.ts'

const Hub = z.object({
  epoch: z.int(),
  seq: z.int().openapi({ description: 'Of the newest change.' }),
  floor: z
    .int()
    .openapi({ description: 'Copies from before are not used: the changes up to here are forgotten.' }),
  changes: z.int(),
  oldest_at: field.shownTime.nullable(),
  relays: z.array(z.object({ name: z.string(), lease_ms_left: z.int() })),
})

export const Feed = z
  .object({
    hub: Hub.nullable().openapi({
      description: '`null`: it does not answer, and no change comes into force by it.',
    }),
    outbox: z.object({
      unpublished: z.int().openapi({ description: 'Changes that are stored and have not reached the hub.' }),
      oldest_age_ms: z.int().nullable(),
    }),
  })
  .openapi('Feed')

export function viewHub(report: FeedReport): z.infer<typeof Hub> {
  return {
    epoch: report.epoch,
    seq: report.seq,
    floor: report.floor,
    changes: report.changes,
    oldest_at: field.showTimeOrNull(report.oldestAtMs),
    relays: report.relays.map(({ name, leaseMsLeft }) => ({ name, lease_ms_left: leaseMsLeft })),
  }
}
