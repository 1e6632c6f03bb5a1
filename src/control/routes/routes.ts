// /_latchkey/v1/routes: which requests go to which upstream, and under which conditions.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { newId } from '../../ids.ts'
import { refuse, type Refusal } from '../../problem.ts'
import * as store from '../../store/routes.ts'
import { findUpstream } from '../../store/upstreams.ts'
import { spread } from '../change.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body, idParameter, OPERATOR, pageOf, readProblems, writeProblems } from '../operation.ts'
import { refused, refuseReference, refuseValue } from '../refused.ts'
import { NewRoute, Route, routeConditions, viewRoute } from '../schemas/route.ts'

const PATH = '/_latchkey/v1/routes'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create a route',
  ...OPERATOR,
  middleware: [jsonBody],
  request: body(NewRoute),
  responses: { 201: answer('Created', Route), ...writeProblems('not_found') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List routes, newest first',
  ...OPERATOR,
  request: { query: z.strictObject({ upstream_id: field.id('upstream').optional(), ...pageFields }) },
  responses: { 200: answer('A page', pageOf(Route)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a route',
  ...OPERATOR,
  request: { params: idParameter },
  responses: { 200: answer('The route', Route), ...readProblems('not_found') },
})

export function mountRoutes(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const given = c.req.valid('json')
    const broken = brokenRule(given)
    if (broken !== null) return refused(c, broken)
    if ((await findUpstream(c.env.databases, given.upstream_id)) === null)
      return refused(c, refuseReference('/upstream_id'))
    const at = c.env.now()
    const row = { ...routeConditions(given), id: newId('route'), createdAt: at, updatedAt: at }
    const created = await store.createRoute(c.env.databases, row)
    await spread(c.env, { kind: 'config' })
    return c.json(viewRoute(created), 201)
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
    return row === null ? refused(c, refuse('not_found')) : c.json(viewRoute(row), 200)
  })
}

/** The rules between fields. Each says what would go wrong if it were stored. */
function brokenRule({
  auth,
  scopes = [],
  environment,
  path_mode,
  cors,
}: z.infer<typeof NewRoute>): Refusal | null {
  const keyless = auth === 'optional' || auth === 'none'
  if (scopes.length > 0 && path_mode === 'raw')
    return refuseValue('/scopes', 'A raw path can be read in several ways: scopes cannot guard it.')
  // Otherwise whoever lacks the scope would only have to leave the key away.
  if (scopes.length > 0 && keyless)
    return refuseValue('/scopes', 'A route that lets requests without a key pass cannot ask for scopes.')
  if (environment && keyless)
    return refuseValue(
      '/environment',
      'A route that lets requests without a key pass cannot ask for an environment.',
    )
  // Fetch standard, section 3.3.5: a browser ignores `*` with credentials; reflecting every origin would open the API.
  if (cors?.credentials === true && cors.origins.includes('*'))
    return refuseValue('/cors/origins', 'With credentials, every origin must be named.')
  return null
}
