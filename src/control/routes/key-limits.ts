// GET /_latchkey/v1/keys/{id}/limits: what binds a key, and what is left of it. Who may look at a key may not look at plans.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import type { ControlEnv } from '../deps.ts'
import { findKeyLimits } from '../key-limits.ts'
import { needs } from '../needs.ts'
import { answer, idParameter, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { KeyLimits, viewKeyLimits } from '../schemas/key-limits.ts'

const get = createRoute({
  method: 'get',
  path: '/_latchkey/v1/keys/{id}/limits',
  summary: 'The limits and quotas that bind a key, and what is left of them. Takes nothing of them',
  ...needs('keys:read'),
  request: { params: idParameter },
  responses: { 200: answer('The limits', KeyLimits), ...readProblems('not_found') },
})

export type KeyLimitsEndpoints = typeof get

export function mountKeyLimits(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => {
    const found = await findKeyLimits(c.env, c.var.principal, c.req.valid('param').id)
    if (found === null) return refused(c, refuse('not_found'))
    return c.json(viewKeyLimits(found.plan, found.standings), 200)
  })
}
