// A refusal on the wire: what was kept of a request that was refused.
import { z } from '@hono/zod-openapi'
import type { RefusalRow } from '../../store/refusal-list.ts'
import * as field from '../fields.ts'

const orNull = z.string().nullable()

export const Refusal = z
  .object({
    id: z.string(),
    request_id: z.string().openapi({ description: "The client's own, where it sent one." }),
    at: field.shownTime,
    code: z.string(),
    status: z.int(),
    organization_id: orNull.openapi({ description: 'Null where no key was known.' }),
    project_id: orNull,
    key_id: orNull,
    token_id: orNull.openapi({ description: 'Of a child token that the key lent.' }),
    route_id: orNull,
    method: z.string(),
    host: z.string(),
    path: z.string().openapi({
      example: '/orders/1',
      description: 'Without the query. `…` stands for what was cut, or for a key.',
    }),
    address: orNull.openapi({ example: '203.0.113.7' }),
    country: orNull.openapi({ example: 'CH' }),
    web_origin: orNull.openapi({ example: 'https://app.example.com' }),
  })
  .openapi('Refusal')

// Without a key it is nobody's: what stands there in place of an organization is none.
export function viewRefusal(row: RefusalRow): z.infer<typeof Refusal> {
  return {
    id: row.id,
    request_id: row.requestId,
    at: field.showTime(row.at),
    code: row.code,
    status: row.status,
    organization_id: row.keyId === '' ? null : row.organizationId,
    project_id: row.projectId || null,
    key_id: row.keyId || null,
    token_id: row.tokenId,
    route_id: row.routeId,
    method: row.method,
    host: row.host,
    path: row.path,
    address: row.address,
    country: row.country,
    web_origin: row.webOrigin,
  }
}
