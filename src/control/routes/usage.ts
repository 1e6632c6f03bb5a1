// /_latchkey/v1/usage: who called what, how often, with which result and how fast.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { refuse } from '../../problem.ts'
import { findKey } from '../../store/api-keys.ts'
import { narrow, type Reach } from '../../store/reach.ts'
import { toPoints, toTotal } from '../../store/usage-points.ts'
import { readTopKeys, readUsageSums, type UsageFilter, type UsagePeriod } from '../../store/usage-queries.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { needs } from '../needs.ts'
import { answer, idParameter, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { periodFields, periodOf, TopKeys, Usage, viewTopKey, viewUsage } from '../schemas/usage.ts'

const PATH = '/_latchkey/v1/usage'
const DEFAULT_TOP = 10
const MAX_TOP = 100

const read = createRoute({
  method: 'get',
  path: PATH,
  summary: 'Usage over time: of everything in reach, or of one organization, project, key or route',
  ...needs('usage:read'),
  request: {
    query: z.strictObject({
      organization_id: field.id('organization').optional(),
      project_id: field.id('project').optional(),
      key_id: field.id('key').optional(),
      route_id: field.id('route').optional(),
      ...periodFields,
    }),
  },
  responses: { 200: answer('Usage', Usage), ...readProblems() },
})

const top = createRoute({
  method: 'get',
  path: `${PATH}/top-keys`,
  summary: 'The keys with the most requests, refused ones included',
  ...needs('usage:read'),
  request: {
    query: z.strictObject({
      organization_id: field.id('organization').optional(),
      limit: z
        .string()
        .regex(/^[1-9]\d{0,2}$/)
        .transform(Number)
        .pipe(z.int().max(MAX_TOP))
        .optional()
        .openapi({ type: 'integer', minimum: 1, maximum: MAX_TOP, default: DEFAULT_TOP }),
      ...periodFields,
    }),
  },
  responses: { 200: answer('Most first', TopKeys), ...readProblems() },
})

const ofKey = createRoute({
  method: 'get',
  path: '/_latchkey/v1/keys/{id}/usage',
  summary: 'Usage of one key over time',
  ...needs('usage:read'),
  request: { params: idParameter, query: z.strictObject(periodFields) },
  responses: { 200: answer('Usage', Usage), ...readProblems('not_found') },
})

export type UsageEndpoints = typeof read | typeof top | typeof ofKey

export function mountUsage(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(read, async (c) => {
    const query = c.req.valid('query')
    const period = periodOf(query, c.env.now())
    if (!period.ok) return refused(c, period.error)
    const reach = narrow(c.var.principal.reach, query.organization_id)
    const filter = { keyId: query.key_id, projectId: query.project_id, routeId: query.route_id }
    return c.json(await usageOf(c, reach, filter, period.value), 200)
  })

  app.openapi(top, async (c) => {
    const { organization_id: organizationId, limit = DEFAULT_TOP, ...given } = c.req.valid('query')
    const period = periodOf(given, c.env.now())
    if (!period.ok) return refused(c, period.error)
    const reach = narrow(c.var.principal.reach, organizationId)
    const keys = reach === null ? [] : await readTopKeys(c.env.databases, reach, period.value, limit)
    return c.json({ data: keys.map(viewTopKey) }, 200)
  })

  app.openapi(ofKey, async (c) => {
    const { databases, now } = c.env
    const { reach } = c.var.principal
    const { id } = c.req.valid('param')
    const period = periodOf(c.req.valid('query'), now())
    if (!period.ok) return refused(c, period.error)
    if ((await findKey(databases, reach, id)) === null) return refused(c, refuse('not_found'))
    return c.json(await usageOf(c, reach, { keyId: id }, period.value), 200)
  })
}

async function usageOf(
  c: Context<ControlEnv>,
  reach: Reach | null,
  filter: UsageFilter,
  period: UsagePeriod,
) {
  const sums = reach === null ? [] : await readUsageSums(c.env.databases, reach, filter, period)
  return viewUsage(period, toTotal(sums), toPoints(sums))
}
