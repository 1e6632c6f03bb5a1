// POST /_latchkey/v1/upstreams/{id}/test: one real request to an upstream.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import { findUpstream } from '../../store/upstreams.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody } from '../json-body.ts'
import { needsAnswer } from '../needs.ts'
import { answer, idParameter, questionProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { UpstreamProbe, UpstreamTest, viewUpstreamTest } from '../schemas/upstream-test.ts'
import { testUpstream } from '../upstream-test.ts'

// Who may not decide what is called may not have it called either.
const test = createRoute({
  method: 'post',
  path: '/_latchkey/v1/upstreams/{id}/test',
  summary:
    'Send one request to an upstream, and say whether it answers. Its headers are sent along; redirects are not followed',
  ...needsAnswer('config:write', jsonBody),
  request: {
    params: idParameter,
    body: { content: { 'application/json': { schema: UpstreamProbe } } },
  },
  responses: { 200: answer('What came of it', UpstreamTest), ...questionProblems('not_found') },
})

export type UpstreamTestEndpoints = typeof test

export function mountUpstreamTest(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(test, async (c) => {
    const row = await findUpstream(c.env.databases, c.req.valid('param').id)
    if (row === null) return refused(c, refuse('not_found'))
    const { method = 'HEAD', path = '/' } = c.req.valid('json')
    const outcome = await testUpstream(row, { method, path }, c.req.url, c.env)
    return outcome.ok ? c.json(viewUpstreamTest(outcome.value), 200) : refused(c, outcome.error)
  })
}
