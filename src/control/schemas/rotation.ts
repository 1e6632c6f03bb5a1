// Rotations on the wire: what is asked for, and what is known of whether the old key is still needed.
import { z } from '@hono/zod-openapi'
import { effectiveEnd } from '../../model/effective.ts'
import type { KeyRow } from '../../store/api-keys.ts'
import * as field from '../fields.ts'
import { Propagation } from '../propagation.ts'
import { ObservedAddress } from './addresses.ts'
import { Key, viewKey } from './key.ts'

export const DEFAULT_GRACE_SECONDS = 86_400
export const MAX_GRACE_SECONDS = 2_592_000
/** The last use of a key is known a minute or two later. */
const MIN_QUIET_SECONDS = 300

/** All of it may be left out, and so may the body. */
export const NewRotation = z
  .strictObject({
    grace_seconds: field.count(0, MAX_GRACE_SECONDS).optional().openapi({
      default: DEFAULT_GRACE_SECONDS,
      description: 'How long the old key still passes. 0: it ends now.',
    }),
    auto_complete_after_seconds: field
      .count(MIN_QUIET_SECONDS, MAX_GRACE_SECONDS)
      .optional()
      .openapi({ description: 'The old key ends earlier, once it was not used for so long.' }),
    expires_at: field.time
      .nullish()
      .openapi({ description: 'Of the new key. Left out: that of the old one.' }),
  })
  .openapi('NewRotation')

export const Previous = Key.extend({
  expires_at: field.shownTime.nullable().openapi({ description: 'The end of the grace, or of the key.' }),
}).openapi('PreviousKey')

export const RotatedKey = z
  .object({
    key: Key,
    secret: z.string().openapi({ description: 'The new key itself. It is never shown again.' }),
    previous: Previous,
    propagation: Propagation.nullable().openapi({
      description: '`null`: stored, and not yet in force for the old key. It is published every minute.',
    }),
  })
  .openapi('RotatedKey')

const Side = z.object({
  id: z.string(),
  last_used_at: field.shownTime.nullable(),
  requests: z.int().openapi({ description: 'Admitted since the rotation began.' }),
})

export const RotationEvidence = z
  .object({
    open: z.boolean(),
    started_at: field.shownTime,
    grace_ends_at: field.shownTime,
    auto_complete_after_seconds: z.int().nullable(),
    old: Side.extend({
      addresses: z.array(ObservedAddress).openapi({
        description: 'From where it was used since the rotation began, the last ones first.',
      }),
    }),
    new: Side,
    old_share: z
      .number()
      .nullable()
      .openapi({ description: 'Of all requests with either key. `null` while there are none.' }),
  })
  .openapi('RotationEvidence')

/** @param now epoch milliseconds */
export function viewPrevious(row: KeyRow, now: number): z.infer<typeof Previous> {
  return { ...viewKey(row, now), expires_at: field.showTimeOrNull(effectiveEnd(row).expiresAtMs) }
}
