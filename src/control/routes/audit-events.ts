// /_latchkey/v1/audit-events: who changed what. Read, exported and verified here; written with each change, and by nobody else.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import { PLATFORM_CHAIN } from '../../store/audit-chain.ts'
import { countAuditEvents, findAuditEvent, listAuditEvents } from '../../store/audit-list.ts'
import { verifyChain } from '../../store/audit-verify.ts'
import { EMPTY_PAGE } from '../../store/page.ts'
import { narrow } from '../../store/reach.ts'
import { exportEvents } from '../audit-export.ts'
import { EXPORT_FORMATS, LINE_FORMATS } from '../audit-formats.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { needs, needsAnswer } from '../needs.ts'
import { answer, body, idParameter, pageOf, questionProblems, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import {
  AuditEvent,
  auditFilterFields,
  ChainReportView,
  ChainVerification,
  filterOf,
  viewEvent,
  viewReport,
} from '../schemas/audit-event.ts'

const PATH = '/_latchkey/v1/audit-events'

/** In one call: a few milliseconds of hashing for each hundred. */
const MAX_VERIFIED = 2_000

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List audit events, newest first',
  ...needs('audit:read'),
  request: { query: z.strictObject({ ...auditFilterFields, ...pageFields }) },
  responses: { 200: answer('A page', pageOf(AuditEvent)), ...readProblems() },
})

const download = createRoute({
  method: 'get',
  path: `${PATH}/export`,
  summary: 'Export audit events, newest first: all that there are now',
  ...needs('audit:read'),
  request: {
    query: z.strictObject({ format: z.enum(EXPORT_FORMATS).default('ndjson'), ...auditFilterFields }),
  },
  responses: {
    200: {
      description: 'One line for each event. `X-Total-Count` says how many follow',
      content: {
        'application/x-ndjson': { schema: z.string() },
        'text/csv': { schema: z.string() },
      },
    },
    ...readProblems('not_found'),
  },
})

const verify = createRoute({
  method: 'post',
  path: `${PATH}/verify`,
  summary: `Verify a chain, up to ${MAX_VERIFIED} events in one call`,
  ...needsAnswer('audit:read', jsonBody, someBody),
  request: body(ChainVerification),
  responses: { 200: answer('What was found', ChainReportView), ...questionProblems('not_found') },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get an audit event',
  ...needs('audit:read'),
  request: { params: idParameter },
  responses: { 200: answer('The event', AuditEvent), ...readProblems('not_found') },
})

export type AuditEventsEndpoints = typeof list | typeof download | typeof verify | typeof get

export function mountAuditEvents(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { cursor, limit, ...query } = c.req.valid('query')
    const identity = ['audit-events', c.var.principal.reach, query]
    const page = await readPage(config.secret, identity, { cursor, limit })
    if (!page.ok) return refused(c, page.error)
    const reach = narrow(c.var.principal.reach, query.organization_id)
    const rows =
      reach === null ? EMPTY_PAGE : await listAuditEvents(databases, reach, filterOf(query), page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewEvent), 200)
  })

  // Before `{id}`, whose path would take these for ids.
  app.openapi(download, async (c) => {
    const { format, ...query } = c.req.valid('query')
    const reach = narrow(c.var.principal.reach, query.organization_id)
    if (reach === null) return refused(c, refuse('not_found'))
    // What is written while the export runs stands before its first event, and is not missed behind it.
    const now = c.env.now()
    const filter = { ...filterOf(query), to: Math.min(query.to ?? now + 1, now + 1) }
    const total = await countAuditEvents(c.env.databases, reach, filter)
    return c.body(exportEvents(c.env, reach, filter, LINE_FORMATS[format]), 200, {
      'Content-Type': LINE_FORMATS[format].mediaType,
      'Content-Disposition': `attachment; filename="audit-events.${format}"`,
      'X-Total-Count': String(total),
    })
  })

  app.openapi(verify, async (c) => {
    const { organization_id: asked, after = null } = c.req.valid('json')
    const { reach } = c.var.principal
    const chain = asked ?? (reach === 'platform' ? PLATFORM_CHAIN : reach.organizationId)
    if (narrow(reach, chain) === null) return refused(c, refuse('not_found'))
    const report = await verifyChain(c.env.databases, chain, after, MAX_VERIFIED)
    return c.json(viewReport(chain, report), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findAuditEvent(c.env.databases, c.var.principal.reach, c.req.valid('param').id)
    return row === null ? refused(c, refuse('not_found')) : c.json(viewEvent(row), 200)
  })
}
