// The control plane: everything under /_latchkey. One table of endpoints from which validation, types and the OpenAPI
// document come. The gateway loads this file only when such a request arrives.
import { OpenAPIHono } from '@hono/zod-openapi'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { refuse } from '../problem.ts'
import { apiDocument } from './api-document.ts'
import { requireOperator } from './auth.ts'
import type { ControlDeps, ControlEnv } from './deps.ts'
import type { ApiDocument } from './examples.ts'
import { answerFailure } from './failure.ts'
import { refused } from './refused.ts'
import { requireHolder } from './self-auth.ts'
import { mountChecks } from './routes/checks.ts'
import { mountCompliance } from './routes/compliance.ts'
import { mountAuditEvents } from './routes/audit-events.ts'
import { mountDeclared } from './routes/declared.ts'
import { mountExplain } from './routes/explain.ts'
import { mountFeed } from './routes/feed.ts'
import { mountHealth } from './routes/health.ts'
import { mountImportedKeys } from './routes/imported-keys.ts'
import { mountJwks } from './routes/jwks.ts'
import { mountKeyBulk } from './routes/key-bulk.ts'
import { mountKeyImport } from './routes/key-import.ts'
import { mountKeyAddresses } from './routes/key-addresses.ts'
import { mountKeyLimits } from './routes/key-limits.ts'
import { mountKeyOptions } from './routes/key-options.ts'
import { mountKeyList } from './routes/key-list.ts'
import { mountKeyRotation } from './routes/key-rotation.ts'
import { mountKeySecrets } from './routes/key-secrets.ts'
import { mountKeyVerification } from './routes/key-verification.ts'
import { mountKeys } from './routes/keys.ts'
import { mountLogin } from './routes/login.ts'
import { mountMembers } from './routes/members.ts'
import { mountOperators } from './routes/operators.ts'
import { mountOrganizations } from './routes/organizations.ts'
import { mountOverview } from './routes/overview.ts'
import { mountPages } from './routes/pages.ts'
import { mountPlans } from './routes/plans.ts'
import { mountProjects } from './routes/projects.ts'
import { mountPortalConfig } from './routes/portal-config.ts'
import { mountPortalSessions } from './routes/portal-sessions.ts'
import { mountRefusals } from './routes/refusals.ts'
import { mountReplacements } from './routes/replacements.ts'
import { mountRoutes } from './routes/routes.ts'
import { mountSelf } from './routes/self.ts'
import { mountSessions } from './routes/sessions.ts'
import { mountSettings } from './routes/settings.ts'
import { mountTeams } from './routes/teams.ts'
import { mountTokenLogin } from './routes/token-login.ts'
import { mountToken } from './routes/token.ts'
import { mountUpstreamTest } from './routes/upstream-test.ts'
import { mountUpstreams } from './routes/upstreams.ts'
import { mountUsage } from './routes/usage.ts'
import { refuseInvalid } from './validation.ts'

/** A year, for this host alone: what else stands below the domain is its owner's to say, hence no `includeSubDomains`. */
const TRANSPORT_SECURITY = 'max-age=31536000'

const app = buildApp()

/** Answers a request for /_latchkey or below. Never throws. */
export async function handleControl(request: Request, deps: ControlDeps): Promise<Response> {
  const response = await app.fetch(request, deps)
  const headers = new Headers(response.headers)
  headers.set('x-request-id', deps.requestId)
  headers.set('x-content-type-options', 'nosniff')
  // Over http a browser does not believe it (RFC 6797, section 8.1), and local development has no https to be sent to.
  if (request.url.startsWith('https:')) headers.set('strict-transport-security', TRANSPORT_SECURITY)
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  return new Response(response.body, { status: response.status, headers })
}

/** What the endpoints promise, as OpenAPI. */
export function controlDocument(): ApiDocument {
  return apiDocument(app)
}

function buildApp(): OpenAPIHono<ControlEnv> {
  const built = new OpenAPIHono<ControlEnv>({ defaultHook: refuseInvalid })
  built.onError(answerFailure)
  built.notFound((c) => refused(c, refuse('route_not_found')))
  built.use(
    methodNotAllowed({
      app: built,
      onMethodNotAllowed: (c, allow) => refused(c, refuse('method_not_allowed', { allow })),
    }),
  )
  // By path and not by endpoint: an endpoint that is added later is closed before anyone thinks of it.
  built.use('/_latchkey/v1/*', requireOperator)
  for (const path of ['/_latchkey/self/*', '/_latchkey/token']) built.use(path, requireHolder)
  for (const mount of [
    mountHealth,
    mountJwks,
    mountPages,
    mountOrganizations,
    mountTeams,
    mountMembers,
    mountProjects,
    mountKeys,
    mountKeyList,
    mountKeyAddresses,
    mountKeyLimits,
    mountKeyOptions,
    mountKeyBulk,
    mountKeyImport,
    mountCompliance,
    mountImportedKeys,
    mountKeyRotation,
    mountKeySecrets,
    mountKeyVerification,
    mountPlans,
    mountUpstreams,
    mountUpstreamTest,
    mountRoutes,
    mountExplain,
    mountReplacements,
    mountDeclared,
    mountSettings,
    mountAuditEvents,
    mountUsage,
    mountOverview,
    mountRefusals,
    mountOperators,
    mountFeed,
    mountChecks,
    mountLogin,
    mountSessions,
    mountPortalConfig,
    mountPortalSessions,
    mountTokenLogin,
    mountSelf,
    mountToken,
  ])
    mount(built)
  return built
}
