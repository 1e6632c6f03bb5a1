// /_latchkey/v1/upstreams: the origins behind the gateway. A URL that points inside is refused (src/policy/upstream-url.ts).
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { findUpstream, listUpstreams } from '../../store/upstreams.ts'
import { answerChange, answerCreation, answerFound } from '../change-answer.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { answer, body, changeProblems, idParameter, pageOf, readProblems } from '../operation.ts'
import { needs } from '../needs.ts'
import { refused } from '../refused.ts'
import { ChangedUpstream, NewUpstream, Upstream, UpstreamPatch, viewUpstream } from '../schemas/upstream.ts'
import { makeUpstream, UPSTREAM, upstreamDeletion, upstreamUpdate } from '../upstream-changes.ts'
import { deleteRoute } from '../verb-route.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/upstreams'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create an upstream',
  ...needs('config:write', jsonBody),
  request: { query: waitQuery, ...body(NewUpstream) },
  responses: { 201: answer('Created', ChangedUpstream), ...changeProblems('conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List upstreams, newest first',
  ...needs('config:read'),
  request: { query: z.strictObject(pageFields) },
  responses: { 200: answer('A page', pageOf(Upstream)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get an upstream',
  ...needs('config:read'),
  request: { params: idParameter },
  responses: { 200: answer('The upstream', Upstream), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change fields of an upstream. What is not given stays',
  ...needs('config:write', jsonBody, someBody),
  request: { params: idParameter, query: waitQuery, ...body(UpstreamPatch) },
  responses: { 200: answer('Changed', ChangedUpstream), ...changeProblems('not_found', 'conflict') },
})

const remove = deleteRoute(
  'config:write',
  `${PATH}/{id}`,
  'Delete an upstream. Refused while routes lead to it',
  ChangedUpstream,
)

export type UpstreamsEndpoints = typeof create | typeof list | typeof get | typeof update | typeof remove

export function mountUpstreams(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const made = await makeUpstream(c.env, c.var.principal, c.req.valid('json'), c.req.url)
    return answerCreation(c, made, viewUpstream)
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const page = await readPage(config.secret, ['upstreams'], c.req.valid('query'))
    if (!page.ok) return refused(c, page.error)
    const rows = await listUpstreams(databases, page.value)
    return c.json(await pageBody(config.secret, ['upstreams'], rows, viewUpstream), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findUpstream(c.env.databases, c.req.valid('param').id)
    return answerFound(c, row, viewUpstream)
  })

  app.openapi(update, async (c) =>
    answerChange(c, UPSTREAM, viewUpstream, upstreamUpdate(c.env, c.req.valid('json'), c.req.url)),
  )
  app.openapi(remove, async (c) => answerChange(c, UPSTREAM, viewUpstream, upstreamDeletion(c.env)))
}
