// /_latchkey/login, /_latchkey/callback and /_latchkey/logout: how a person comes in, and goes. The first two answer a
// browser that navigates, so they answer with a redirect or a page.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { isId } from '../../ids.ts'
import type { LoginMethod } from '../../model/vocabulary.ts'
import { HOME, parseReturnTo } from '../../policy/return-to.ts'
import { refuse } from '../../problem.ts'
import { auditContext } from '../audit-context.ts'
import type { ControlEnv } from '../deps.ts'
import { PAGE_POLICY } from '../errors-page.ts'
import { findHolder } from '../identity.ts'
import type { Identity } from '../identity-lookup.ts'
import { logIn, logOut } from '../log-in.ts'
import { keepLogin, takeLogin } from '../login-cookie.ts'
import { LOGIN_PATH, loginPage, statusOf, type LoginRefusal } from '../login-page.ts'
import { problemResponses } from '../operation.ts'
import { ownPageOnly } from '../own-page.ts'
import { refused } from '../refused.ts'
import { startSession } from '../session-changes.ts'
import { tlsOnly } from '../tls-only.ts'

const CALLBACK_PATH = '/_latchkey/callback'
const ASSERTION_HEADER = 'cf-access-jwt-assertion'

type LoginContext = Context<ControlEnv>

/** Hono answers a HEAD by doing the GET: one would use up the code, or begin a session that nobody gets. */
const getOnly = createMiddleware<ControlEnv>(async (c, next) =>
  c.req.raw.method === 'GET' ? next() : refused(c, refuse('method_not_allowed', { allow: ['GET'] })),
)

/** Where a login leads, and as whose member. */
interface Destination {
  readonly returnTo: string
  readonly organizationId: string | null
}

const logout = createRoute({
  method: 'post',
  path: '/_latchkey/logout',
  summary: 'End the session that the cookie names, and clear the cookie',
  security: [],
  middleware: [tlsOnly, ownPageOnly],
  responses: {
    204: { description: 'Logged out, whether somebody was logged in or not' },
    ...problemResponses([
      'cross_site_request',
      'tls_required',
      'conflict',
      'internal_error',
      'not_configured',
    ]),
  },
})

export type LoginEndpoints = typeof logout

export function mountLogin(app: OpenAPIHono<ControlEnv>): void {
  app.get(LOGIN_PATH, tlsOnly, getOnly, async (c) => {
    const { oidc, access } = c.env.config.login
    const destination = readDestination(c)
    if (destination === null) return refusePage(c, 'return_refused')
    const assertion = c.req.header(ASSERTION_HEADER)
    if (access !== null && assertion !== undefined) {
      const { readAssertion } = await import('../access-assertion.ts')
      const identity = await readAssertion(c.env, access, assertion)
      return identity.ok ? admit(c, identity.value, 'access', destination) : refusePage(c, identity.error)
    }
    return oidc === null ? refusePage(c, 'login_not_configured') : begin(c, destination)
  })

  app.get(CALLBACK_PATH, tlsOnly, getOnly, finish)

  app.openapi(logout, async (c) => {
    const ended = await logOut(c)
    return ended.ok ? c.body(null, 204) : refused(c, ended.error)
  })
}

async function begin(c: LoginContext, destination: Destination): Promise<Response> {
  const { oidc } = c.env.config.login
  if (oidc === null) return refusePage(c, 'login_not_configured')
  const { beginOidc } = await import('../oidc.ts')
  const begun = await beginOidc(c.env, oidc, `${new URL(c.req.url).origin}${CALLBACK_PATH}`)
  if (!begun.ok) return refusePage(c, begun.error)
  const { url, secrets } = begun.value
  await keepLogin(c, { ...secrets, ...destination, issuer: oidc.issuer })
  return c.redirect(url, 303)
}

async function finish(c: LoginContext): Promise<Response> {
  const { oidc } = c.env.config.login
  if (oidc === null) return refusePage(c, 'login_not_configured')
  const state = await takeLogin(c, c.req.query('state'), oidc.issuer)
  if (state === null) return refusePage(c, 'login_expired')
  const { finishOidc } = await import('../oidc.ts')
  const identity = await finishOidc(c.env, oidc, new URL(c.req.url), state)
  return identity.ok ? admit(c, identity.value, 'oidc', state) : refusePage(c, identity.error)
}

async function admit(
  c: LoginContext,
  identity: Identity,
  method: LoginMethod,
  { returnTo, organizationId }: Destination,
): Promise<Response> {
  const context = auditContext(c.req.raw.headers, c.env.requestId)
  const holder = await findHolder(c.env, identity, organizationId, { context })
  if (!holder.ok) return refuseHolder(c, holder.error)
  const started = await startSession(c.env, holder.value, method, { context })
  if (!started.ok) return refused(c, started.error)
  await logIn(c, started.value)
  return c.redirect(returnTo, 303)
}

function refuseHolder(c: LoginContext, refusal: Parameters<typeof refused>[1]): Response | Promise<Response> {
  return refusal.code === 'not_found' ? refusePage(c, 'not_invited') : refused(c, refusal)
}

function readDestination(c: LoginContext): Destination | null {
  const returnTo = parseReturnTo(c.req.query('return_to') ?? HOME)
  const organizationId = c.req.query('organization_id') ?? null
  if (returnTo === null || (organizationId !== null && !isId('organization', organizationId))) return null
  return { returnTo, organizationId }
}

function refusePage(c: LoginContext, refusal: LoginRefusal): Response | Promise<Response> {
  c.env.log({ event: 'login_refused', request_id: c.env.requestId, reason: refusal })
  return c.html(loginPage(refusal, c.env.requestId), statusOf(refusal), {
    'Content-Security-Policy': PAGE_POLICY,
    'Referrer-Policy': 'no-referrer',
  })
}
