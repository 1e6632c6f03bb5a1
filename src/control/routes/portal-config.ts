// /_latchkey/portal-config: what the portal shows before anybody has logged in. Whoever asks is not known, so it says how the
// portal looks and which ways in there are, and nothing else of the deployment.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { etag } from 'hono/etag'
import { DEFAULT_PORTAL, DEFAULT_PORTAL_NAME, type StoredPortal } from '../../model/portal.ts'
import { readPortal } from '../../store/settings.ts'
import { withTimeout } from '../../timeout.ts'
import type { ControlDeps, ControlEnv } from '../deps.ts'
import { logFailure } from '../failure.ts'
import { readHostCookie } from '../host-cookie.ts'
import { answer } from '../operation.ts'
import { PortalConfig } from '../schemas/portal-settings.ts'

const PATIENCE_MS = 2_000

const get = createRoute({
  method: 'get',
  path: '/_latchkey/portal-config',
  summary: 'How the portal looks, and the ways in',
  security: [],
  middleware: [etag()],
  responses: { 200: answer('What there is; the defaults where the database does not answer', PortalConfig) },
})

export type PortalConfigEndpoints = typeof get

export function mountPortalConfig(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => {
    const { login, localDevelopment } = c.env.config
    const { name, logo, accent } = await findPortal(c.env)
    const ways = { oidc: login.oidc !== null, access: login.access !== null, token: localDevelopment }
    const hasSession = readHostCookie(c, 'latchkey_session') !== null
    const body = { name: name ?? DEFAULT_PORTAL_NAME, logo, accent, login: ways, has_session: hasSession }
    return c.json(body, 200, { 'Cache-Control': 'no-cache' })
  })
}

// A portal without its colors can still say what is wrong.
async function findPortal(deps: ControlDeps): Promise<StoredPortal> {
  try {
    return await withTimeout(readPortal(deps.databases), PATIENCE_MS)
  } catch (error) {
    logFailure(deps, 'portal_unbranded', error)
    return DEFAULT_PORTAL
  }
}
