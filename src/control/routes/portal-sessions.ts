// /_latchkey/v1/portal-sessions makes a one-time link; /_latchkey/session/redeem takes its token; the page between the two
// is the portal's (src/portal/session/link.tsx). The token stands in the link's fragment, which no browser sends: a mail scanner, a chat's
// preview or a prefetching browser can GET the page as often as it likes, and no log, proxy or Referer ever holds the token.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import type { ControlEnv } from '../deps.ts'
import { showTime } from '../fields.ts'
import { jsonBody } from '../json-body.ts'
import { linkUrl } from '../link-url.ts'
import { findCarried, logIn } from '../log-in.ts'
import { needs } from '../needs.ts'
import { answer, body, problemResponses, writeProblems } from '../operation.ts'
import { ownPageOnly } from '../own-page.ts'
import { makePortalLink } from '../portal-link-changes.ts'
import { previewPortalLink } from '../portal-link-preview.ts'
import { redeemPortalLink, resumeRedeemedLink } from '../portal-link-redemption.ts'
import { refused } from '../refused.ts'
import {
  LinkPreview,
  NewPortalSession,
  PortalSession,
  Redeemed,
  Redemption,
} from '../schemas/portal-session.ts'
import { auditContext } from '../audit-context.ts'
import { readToken } from '../session-token.ts'
import { tlsOnly } from '../tls-only.ts'

const create = createRoute({
  method: 'post',
  path: '/_latchkey/v1/portal-sessions',
  summary: 'Make a one-time link that lets a member of an organization into the portal',
  ...needs('sessions:write', jsonBody),
  request: body(NewPortalSession),
  responses: { 201: answer('Made', PortalSession), ...writeProblems('not_found', 'conflict') },
})

const LINK_PROBLEMS = [
  'link_unusable',
  'cross_site_request',
  'tls_required',
  'request_invalid',
  'media_type_unsupported',
  'body_too_large',
  'internal_error',
  'not_configured',
] as const

const redeem = createRoute({
  method: 'post',
  path: '/_latchkey/session/redeem',
  summary: 'Redeem a one-time link: sets the cookie of a session',
  security: [],
  middleware: [tlsOnly, ownPageOnly, jsonBody],
  request: body(Redemption),
  responses: {
    200: answer('Logged in', Redeemed),
    ...problemResponses(LINK_PROBLEMS),
  },
})

const preview = createRoute({
  method: 'post',
  path: '/_latchkey/session/preview',
  summary: 'Say whose session a one-time link begins, without redeeming it',
  security: [],
  middleware: [tlsOnly, ownPageOnly, jsonBody],
  request: body(Redemption),
  responses: { 200: answer('Whose', LinkPreview), ...problemResponses(LINK_PROBLEMS) },
})

export type PortalSessionsEndpoints = typeof create | typeof redeem | typeof preview

export function mountPortalSessions(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const made = await makePortalLink(c.env, c.var.principal, c.req.valid('json'))
    if (!made.ok) return refused(c, made.error)
    const { row, token } = made.value
    const view = {
      id: row.id,
      url: linkUrl(c.req.url, token),
      organization_id: row.organizationId,
      member_id: row.memberId,
      expires_at: showTime(row.expiresAt),
    }
    return c.json(view, 201)
  })

  app.openapi(redeem, async (c) => {
    const name = await readToken(c.req.valid('json').token)
    if (name === null) return refused(c, refuse('link_unusable'))
    const context = auditContext(c.req.raw.headers, c.env.requestId)
    const redeemed = await redeemPortalLink(c.env, name, { context })
    if (redeemed.ok) {
      const { started, returnTo } = redeemed.value
      await logIn(c, started)
      return c.json({ return_to: returnTo, expires_at: showTime(started.row.expiresAt) }, 200)
    }
    const resumed = await resumeRedeemedLink(c.env, name, await findCarried(c))
    if (resumed === null) return refused(c, redeemed.error)
    return c.json({ return_to: resumed.returnTo, expires_at: showTime(resumed.expiresAt) }, 200)
  })

  app.openapi(preview, async (c) => {
    const name = await readToken(c.req.valid('json').token)
    if (name === null) return refused(c, refuse('link_unusable'))
    const seen = await previewPortalLink(c.env, name, await findCarried(c))
    return seen.ok ? c.json(seen.value, 200) : refused(c, seen.error)
  })
}
