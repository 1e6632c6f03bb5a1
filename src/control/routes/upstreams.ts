// /_latchkey/v1/upstreams: the origins behind the gateway. A URL that points inside is refused (src/policy/upstream-url.ts).
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { newId } from '../../ids.ts'
import { CONFIG_STATES } from '../../model/vocabulary.ts'
import { isLoopback, parseUpstreamUrl } from '../../policy/upstream-url.ts'
import type { RouteFacts } from '../../model/snapshot.ts'
import { refuse, type Refusal } from '../../problem.ts'
import { err, type Result } from '../../result.ts'
import { createUpstream, findUpstream, listUpstreams, type UpstreamRow } from '../../store/upstreams.ts'
import { spread } from '../change.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlDeps, ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body, idParameter, OPERATOR, pageOf, readProblems, writeProblems } from '../operation.ts'
import { refused, refuseTaken, refuseValue } from '../refused.ts'

const PATH = '/_latchkey/v1/upstreams'
const MAX_TIMEOUT_MS = 300_000
const MAX_RETRIES = 3

const NewUpstream = z
  .strictObject({
    name: field.name,
    url: z.string().max(2048).optional(),
    service: z
      .string()
      .regex(/^[A-Za-z_]\w{0,63}$/, 'Is not the name of a binding.')
      .optional()
      .openapi({ description: 'Name of a service binding of this Worker.' }),
    timeout_ms: field.count(1, MAX_TIMEOUT_MS).optional(),
    retries: field.count(0, MAX_RETRIES).optional(),
  })
  .refine(
    ({ url, service }) => (url === undefined) !== (service === undefined),
    'Takes either url or service.',
  )
  .openapi('NewUpstream')

const Upstream = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(CONFIG_STATES),
    url: z.string().nullable(),
    service: z.string().nullable(),
    timeout_ms: z.int(),
    retries: z.int(),
    ...field.trackedView,
  })
  .openapi('Upstream')

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create an upstream',
  ...OPERATOR,
  middleware: [jsonBody],
  request: body(NewUpstream),
  responses: { 201: answer('Created', Upstream), ...writeProblems('conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List upstreams, newest first',
  ...OPERATOR,
  request: { query: z.strictObject(pageFields) },
  responses: { 200: answer('A page', pageOf(Upstream)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get an upstream',
  ...OPERATOR,
  request: { params: idParameter },
  responses: { 200: answer('The upstream', Upstream), ...readProblems('not_found') },
})

export function mountUpstreams(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const given = c.req.valid('json')
    const url = given.url === undefined ? null : await judgeUrl(given.url, c.req.url, c.env)
    if (url !== null && !url.ok) return refused(c, url.error)
    const at = c.env.now()
    const created = await createUpstream(c.env.databases, {
      id: newId('upstream'),
      name: given.name,
      url: url === null ? null : url.value,
      service: given.service ?? null,
      timeoutMs: given.timeout_ms,
      retries: given.retries,
      createdAt: at,
      updatedAt: at,
    })
    if (!created.ok) return refused(c, refuseTaken(created.error.field))
    await spread(c.env, { kind: 'config' })
    return c.json(view(created.value), 201)
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const page = await readPage(config.secret, ['upstreams'], c.req.valid('query'))
    if (!page.ok) return refused(c, page.error)
    const rows = await listUpstreams(databases, page.value)
    return c.json(await pageBody(config.secret, ['upstreams'], rows, view), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findUpstream(c.env.databases, c.req.valid('param').id)
    return row === null ? refused(c, refuse('not_found')) : c.json(view(row), 200)
  })
}

async function judgeUrl(url: string, calledUrl: string, deps: ControlDeps): Promise<Result<string, Refusal>> {
  const config = await deps.findConfig()
  if (!config.ok) return config
  const { localDevelopment, controlHost } = deps.config
  const ownHosts = findOwnHosts(calledUrl, controlHost, config.value.routes)
  const parsed = parseUpstreamUrl(url, {
    localDevelopment,
    // On a developer's machine gateway and origin share the loopback host and differ in the port alone.
    ownHosts: localDevelopment ? ownHosts.filter((host) => !isLoopback(host)) : ownHosts,
  })
  return parsed.ok ? parsed : err(refuseValue('/url', `The URL ${parsed.error}`))
}

// Wildcard hosts match no name here: the origin often stands beside the gateway under one domain, and a true loop is
// caught by `Via`.
function findOwnHosts(
  calledUrl: string,
  controlHost: string | null,
  routes: readonly RouteFacts[],
): readonly string[] {
  const control = controlHost === null ? [] : [new URL(`https://${controlHost}`).hostname]
  return [new URL(calledUrl).hostname, ...control, ...routes.flatMap(({ hosts }) => hosts)]
}

function view(row: UpstreamRow): z.infer<typeof Upstream> {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    url: row.url,
    service: row.service,
    timeout_ms: row.timeoutMs,
    retries: row.retries,
    ...field.showTracked(row),
  }
}
