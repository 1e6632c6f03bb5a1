// Upstreams on the wire: what is accepted and what is shown.
import { z } from '@hono/zod-openapi'
import { CONFIG_STATES } from '../../model/vocabulary.ts'
import type { UpstreamRow } from '../../store/upstreams.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'

const MAX_TIMEOUT_MS = 300_000
const MAX_RETRIES = 3

const url = z.string().max(2048)
const service = z
  .string()
  .regex(/^[A-Za-z_]\w{0,63}$/, 'Is not the name of a binding.')
  .openapi({ description: 'Name of a service binding of this Worker.' })

export const NewUpstream = z
  .strictObject({
    name: field.name,
    url: url.optional(),
    service: service.optional(),
    timeout_ms: field.count(1, MAX_TIMEOUT_MS).optional(),
    retries: field.count(0, MAX_RETRIES).optional(),
  })
  .refine(
    (given) => (given.url === undefined) !== (given.service === undefined),
    'Takes either url or service.',
  )
  .openapi('NewUpstream', { example: { name: 'Orders', url: 'https://origin.example.com' } })

/** Absent: unchanged. A url takes the place of a service with `service: null`, and the reverse. */
export const UpstreamPatch = z
  .strictObject({
    name: field.name.optional(),
    url: url.nullish(),
    service: service.nullish(),
    timeout_ms: field.count(1, MAX_TIMEOUT_MS).optional(),
    retries: field.count(0, MAX_RETRIES).optional(),
  })
  .openapi('UpstreamPatch')

export const Upstream = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(CONFIG_STATES),
    url: z.string().nullable(),
    service: z.string().nullable(),
    timeout_ms: z.int(),
    retries: z.int(),
    ...field.trackedView,
  })
  .openapi('Upstream')

export const ChangedUpstream = changed(Upstream).openapi('ChangedUpstream')

export function viewUpstream(row: UpstreamRow): z.infer<typeof Upstream> {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    url: row.url,
    service: row.service,
    timeout_ms: row.timeoutMs,
    retries: row.retries,
    ...field.showTracked(row),
  }
}
