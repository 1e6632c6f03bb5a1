// /_latchkey/v1/refusals: requests that were refused of late, with reasons and addresses (docs/refusals.md).
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import { findKey } from '../../store/api-keys.ts'
import { EMPTY_PAGE } from '../../store/page.ts'
import { narrow } from '../../store/reach.ts'
import { listRefusals } from '../../store/refusal-list.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { needs } from '../needs.ts'
import { answer, idParameter, pageOf, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { Refusal, viewRefusal } from '../schemas/refusal.ts'

const code = z
  .string()
  .regex(/^[a-z_]{1,64}$/, 'Is not the code of a problem.')
  .optional()
  .openapi({ example: 'scope_missing', description: 'Of the problem that it was refused with.' })

const list = createRoute({
  method: 'get',
  path: '/_latchkey/v1/refusals',
  summary: 'List recent refusals, newest first: a few of each key and code',
  ...needs('usage:read'),
  request: {
    query: z.strictObject({
      organization_id: field.id('organization').optional(),
      project_id: field.id('project').optional(),
      code,
      ...pageFields,
    }),
  },
  responses: { 200: answer('A page', pageOf(Refusal)), ...readProblems() },
})

const ofKey = createRoute({
  method: 'get',
  path: '/_latchkey/v1/keys/{id}/refusals',
  summary: 'List recent refusals of a key, newest first',
  ...needs('usage:read'),
  request: { params: idParameter, query: z.strictObject({ code, ...pageFields }) },
  responses: { 200: answer('A page', pageOf(Refusal)), ...readProblems('not_found') },
})

export type RefusalsEndpoints = typeof list | typeof ofKey

export function mountRefusals(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { cursor, limit, ...query } = c.req.valid('query')
    const identity = ['refusals', c.var.principal.reach, query]
    const page = await readPage(config.secret, identity, { cursor, limit })
    if (!page.ok) return refused(c, page.error)
    const reach = narrow(c.var.principal.reach, query.organization_id)
    const filter = { projectId: query.project_id, code: query.code }
    const rows = reach === null ? EMPTY_PAGE : await listRefusals(databases, reach, filter, page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewRefusal), 200)
  })

  app.openapi(ofKey, async (c) => {
    const { databases, config } = c.env
    const { reach } = c.var.principal
    const { id } = c.req.valid('param')
    const { cursor, limit, ...query } = c.req.valid('query')
    const identity = ['key-refusals', reach, id, query]
    const page = await readPage(config.secret, identity, { cursor, limit })
    if (!page.ok) return refused(c, page.error)
    const key = await findKey(databases, reach, id)
    const within = key === null ? null : narrow(reach, key.organizationId)
    if (within === null) return refused(c, refuse('not_found'))
    const rows = await listRefusals(databases, within, { keyId: id, code: query.code }, page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewRefusal), 200)
  })
}
