// GET /_latchkey/v1/keys/{id}/addresses: from where a key was used of late (docs/addresses.md).
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import { listAddresses } from '../../store/addresses.ts'
import { findKey } from '../../store/api-keys.ts'
import type { ControlEnv } from '../deps.ts'
import { needs } from '../needs.ts'
import { answer, idParameter, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { ObservedAddresses, viewAddresses } from '../schemas/addresses.ts'

const get = createRoute({
  method: 'get',
  path: '/_latchkey/v1/keys/{id}/addresses',
  summary: 'From where a key was used of late, and the ranges that a network policy would need for it',
  ...needs('usage:read'),
  request: { params: idParameter },
  responses: { 200: answer('The addresses', ObservedAddresses), ...readProblems('not_found') },
})

export type KeyAddressesEndpoints = typeof get

export function mountKeyAddresses(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => {
    const { databases, config } = c.env
    const key = await findKey(databases, c.var.principal.reach, c.req.valid('param').id)
    if (key === null) return refused(c, refuse('not_found'))
    const rows = await listAddresses(databases, key.organizationId, key.id)
    return c.json(viewAddresses(rows, config.addressDays), 200)
  })
}
