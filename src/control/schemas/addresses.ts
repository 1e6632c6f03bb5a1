// Observed addresses on the wire: from where a key was used, and the ranges that a network policy would need for it.
import { z } from '@hono/zod-openapi'
import type { AddressRow } from '../../store/addresses.ts'
import { suggestRanges } from '../../policy/networks.ts'
import * as field from '../fields.ts'

export const ObservedAddress = z
  .object({
    address: z.string().openapi({ example: '203.0.113.7', description: 'IPv4, or the /64 of IPv6.' }),
    first_seen_at: field.shownTime,
    last_seen_at: field.shownTime.openapi({ description: 'To about five minutes.' }),
  })
  .openapi('ObservedAddress')

export const ObservedAddresses = z
  .object({
    data: z.array(ObservedAddress).openapi({ description: 'The 64 that were seen last, those first.' }),
    suggested: z.array(z.string()).openapi({
      example: ['203.0.113.0/24', '2001:db8:0:1::/64'],
      description:
        'Ranges for a network policy that hold all of them, 16 at most. None where so few cannot hold them.',
    }),
    kept_days: z.int().openapi({ description: 'For how long after the last use. 0: none are kept.' }),
  })
  .openapi('ObservedAddresses')

export function viewAddress(row: AddressRow): z.infer<typeof ObservedAddress> {
  return {
    address: row.address,
    first_seen_at: field.showTime(row.firstSeenAt),
    last_seen_at: field.showTime(row.lastSeenAt),
  }
}

/** @param keptDays of the deployment */
export function viewAddresses(
  rows: readonly AddressRow[],
  keptDays: number,
): z.infer<typeof ObservedAddresses> {
  return {
    data: rows.map(viewAddress),
    suggested: [...suggestRanges(rows.map(({ address }) => address))],
    kept_days: keptDays,
  }
}
