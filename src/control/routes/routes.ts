// /_latchkey/v1/routes: which requests go to which upstream, and under which conditions.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import * as store from '../../store/routes.ts'
import { answerChange, answerCreation, answerFound } from '../change-answer.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { answer, body, changeProblems, idParameter, pageOf, readProblems } from '../operation.ts'
import { needs } from '../needs.ts'
import { refused } from '../refused.ts'
import { routeDeletion, makeRoute, ROUTE, routeUpdate } from '../route-changes.ts'
import { ChangedRoute, NewRoute, Route, RoutePatch, viewRoute } from '../schemas/route.ts'
import { deleteRoute } from '../verb-route.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/routes'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create a route',
  ...needs('config:write', jsonBody),
  request: { query: waitQuery, ...body(NewRoute) },
  responses: { 201: answer('Created', ChangedRoute), ...changeProblems('not_found', 'conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List routes, newest first',
  ...needs('config:read'),
  request: { query: z.strictObject({ upstream_id: field.id('upstream').optional(), ...pageFields }) },
  responses: { 200: answer('A page', pageOf(Route)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a route',
  ...needs('config:read'),
  request: { params: idParameter },
  responses: { 200: answer('The route', Route), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change fields of a route. What is not given stays',
  ...needs('config:write', jsonBody, someBody),
  request: { params: idParameter, query: waitQuery, ...body(RoutePatch) },
  responses: { 200: answer('Changed', ChangedRoute), ...changeProblems('not_found', 'conflict') },
})

const remove = deleteRoute('config:write', `${PATH}/{id}`, 'Delete a route', ChangedRoute)

export type RoutesEndpoints = typeof create | typeof list | typeof get | typeof update | typeof remove

export function mountRoutes(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const made = await makeRoute(c.env, c.var.principal, c.req.valid('json'))
    return answerCreation(c, made, viewRoute)
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { upstream_id: upstreamId, ...query } = c.req.valid('query')
    const identity = ['routes', upstreamId]
    const page = await readPage(config.secret, identity, query)
    if (!page.ok) return refused(c, page.error)
    const rows = await store.listRoutes(databases, { upstreamId }, page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewRoute), 200)
  })

  app.openapi(get, async (c) => {
    const row = await store.findRoute(c.env.databases, c.req.valid('param').id)
    return answerFound(c, row, viewRoute)
  })

  app.openapi(update, async (c) => answerChange(c, ROUTE, viewRoute, routeUpdate(c.env, c.req.valid('json'))))
  app.openapi(remove, async (c) => answerChange(c, ROUTE, viewRoute, routeDeletion))
}
