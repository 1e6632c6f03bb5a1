// /_latchkey/v1/me and /_latchkey/v1/sessions: who the caller is, and where it is logged in. Only ever about the caller.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { listSessions } from '../../store/sessions.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import { describeCaller } from '../me.ts'
import { needsCaller } from '../needs.ts'
import { answer, bodilessProblems, idParameter, pageOf, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { EndedSessions, Me, OwnSession, Session, viewSession } from '../schemas/session.ts'
import { sessionsOf } from '../session-changes.ts'
import { endSession, endSessions } from '../session-endings.ts'

const PATH = '/_latchkey/v1/sessions'

const me = createRoute({
  method: 'get',
  path: '/_latchkey/v1/me',
  summary: 'Who the caller is, and what it may do',
  ...needsCaller(),
  responses: { 200: answer('The caller', Me), ...readProblems() },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: "List the caller's own sessions, newest first",
  ...needsCaller(),
  request: { query: z.strictObject(pageFields) },
  responses: { 200: answer('A page', pageOf(OwnSession)), ...readProblems() },
})

const endOne = createRoute({
  method: 'delete',
  path: `${PATH}/{id}`,
  summary: "End one of the caller's own sessions",
  ...needsCaller(),
  request: { params: idParameter },
  responses: {
    200: answer('Ended', Session),
    ...bodilessProblems('not_found', 'conflict', 'cross_site_request'),
  },
})

const endAll = createRoute({
  method: 'delete',
  path: PATH,
  summary: "End all of the caller's own sessions: log out everywhere",
  ...needsCaller(),
  responses: { 200: answer('Ended', EndedSessions), ...bodilessProblems('conflict', 'cross_site_request') },
})

export type SessionsEndpoints = typeof me | typeof list | typeof endOne | typeof endAll

export function mountSessions(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(me, async (c) => c.json(await describeCaller(c.env, c.var.principal, c.var.session), 200))

  app.openapi(list, async (c) => {
    const { databases, config, now } = c.env
    const holder = sessionsOf(c.var.principal)
    const identity = ['sessions', holder.chain, holder.id]
    const page = await readPage(config.secret, identity, c.req.valid('query'))
    if (!page.ok) return refused(c, page.error)
    const found = await listSessions(databases, holder, now(), page.value)
    const current = c.var.session?.id
    const view = (row: (typeof found.items)[number]) => ({ ...viewSession(row), current: row.id === current })
    return c.json(await pageBody(config.secret, identity, found, view), 200)
  })

  app.openapi(endOne, async (c) => {
    const ended = await endSession(c.env, c.var.principal, c.req.valid('param').id)
    return ended.ok ? c.json(viewSession(ended.value), 200) : refused(c, ended.error)
  })

  app.openapi(endAll, async (c) => {
    const ended = await endSessions(c.env, c.var.principal)
    return ended.ok ? c.json({ ended: ended.value }, 200) : refused(c, ended.error)
  })
}
