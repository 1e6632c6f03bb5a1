// /_latchkey/session/token: whoever runs the gateway on their own machine logs in by the token that was printed. A deployed gateway
// has no such endpoint: its ADMIN_TOKEN is for emergencies, and belongs into no form.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { equalSecrets } from '../../keys/equal-secrets.ts'
import { HOME } from '../../policy/return-to.ts'
import { refuse, type Refusal } from '../../problem.ts'
import { auditContext } from '../audit-context.ts'
import type { ControlEnv } from '../deps.ts'
import { showTime } from '../fields.ts'
import { jsonBody } from '../json-body.ts'
import { findLocalOperator } from '../local-operator.ts'
import { logIn } from '../log-in.ts'
import { answer, body, problemResponses } from '../operation.ts'
import { ownPageOnly } from '../own-page.ts'
import { refused } from '../refused.ts'
import { Redeemed, TokenLogin } from '../schemas/portal-session.ts'
import { startSession } from '../session-changes.ts'

/** The limiter's own period. */
const PERIOD_SECONDS = 60

/** Before anything else is looked at: elsewhere there is nothing at this path. */
const localOnly = createMiddleware<ControlEnv>(async (c, next) =>
  c.env.config.localDevelopment ? next() : refused(c, refuse('route_not_found')),
)

const login = createRoute({
  method: 'post',
  path: '/_latchkey/session/token',
  summary: 'Log in by the ADMIN_TOKEN: in local development only',
  security: [],
  middleware: [localOnly, ownPageOnly, jsonBody],
  request: body(TokenLogin),
  responses: {
    200: answer('Logged in, as the operator "Local operator"', Redeemed),
    ...problemResponses([
      'unauthorized',
      'route_not_found',
      'rate_limited',
      'conflict',
      'cross_site_request',
      'request_invalid',
      'media_type_unsupported',
      'body_too_large',
      'internal_error',
      'not_configured',
    ]),
  },
})

export type TokenLoginEndpoints = typeof login

export function mountTokenLogin(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(login, async (c) => {
    const { token, return_to: returnTo = HOME } = c.req.valid('json')
    const hasty = await refusesHaste(c)
    if (hasty !== null) return refused(c, hasty)
    if (!(await equalSecrets(token, c.env.config.adminToken))) return refused(c, refuse('unauthorized'))
    const context = auditContext(c.req.raw.headers, c.env.requestId)
    const operator = await findLocalOperator(c.env, { context })
    if (!operator.ok) return refused(c, operator.error)
    const started = await startSession(c.env, { kind: 'operator', row: operator.value }, 'token', { context })
    if (!started.ok) return refused(c, started.error)
    await logIn(c, started.value)
    return c.json({ return_to: returnTo, expires_at: showTime(started.value.row.expiresAt) }, 200)
  })
}

// Before the token is compared: whoever guesses must not be told in time. Where the limiter fails, nobody is locked out: the token has
// 32 characters or more.
async function refusesHaste({ req, env }: Context<ControlEnv>): Promise<Refusal | null> {
  if (env.tokenLogins === null) return null
  const { address = '' } = auditContext(req.raw.headers, env.requestId)
  const key = `login ${address}`
  const { success } = await env.tokenLogins.limit({ key }).catch(() => ({ success: true }))
  if (success) return null
  return refuse('rate_limited', {
    detail: 'Too many logins from this address.',
    evidence: { limit: 'failed-authentication' },
    retryAfterSeconds: PERIOD_SECONDS,
  })
}
