// GET /_latchkey/v1/checks: what this deployment rests on, piece by piece. `readyz` says less, and to everybody.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { runChecks, statusOf, STATUSES } from '../checks.ts'
import type { ControlEnv } from '../deps.ts'
import { needs } from '../needs.ts'
import { answer, readProblems } from '../operation.ts'

const Status = z.enum(STATUSES)

const Checks = z
  .object({
    status: Status.openapi({ description: 'The worst of all.' }),
    checks: z.array(
      z.object({
        name: z.string(),
        status: Status,
        detail: z.string(),
        mend: z.string().nullable().openapi({ description: 'What to do about it.' }),
        duration_ms: z.int(),
      }),
    ),
  })
  .openapi('Checks')

const get = createRoute({
  method: 'get',
  path: '/_latchkey/v1/checks',
  summary: 'Check what this deployment rests on: storage, feed, limiter, routing, login',
  ...needs('settings:read'),
  responses: { 200: answer('What was found', Checks), ...readProblems() },
})

export type ChecksEndpoints = typeof get

export function mountChecks(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => {
    const checks = await runChecks(c.env, c.req.url)
    const shown = checks.map(({ durationMs, ...check }) => ({ ...check, duration_ms: durationMs }))
    return c.json({ status: statusOf(checks), checks: shown }, 200)
  })
}
