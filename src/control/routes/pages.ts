// What people read: the index, the OpenAPI document, the reference that is made of it, the page of errors.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { etag } from 'hono/etag'
import { apiDocument } from '../api-document.ts'
import type { ControlEnv } from '../deps.ts'
import { DOCS_PATH, docsPage, OPENAPI_PATH } from '../docs-page.ts'
import { DOCS_STYLESHEET, DOCS_STYLESHEET_PATH } from '../docs-stylesheet.ts'
import { ERRORS_PATH, errorsPage, PAGE_POLICY, STYLESHEET, STYLESHEET_PATH } from '../errors-page.ts'

const CACHED = 'public, max-age=300'

const PAGE_HEADERS = {
  'Cache-Control': CACHED,
  'Content-Security-Policy': PAGE_POLICY,
  'Referrer-Policy': 'no-referrer',
}
const STYLESHEET_HEADERS = { 'Cache-Control': CACHED, 'Content-Type': 'text/css; charset=utf-8' }

const INDEX = {
  name: 'Latchkey',
  api: '/_latchkey/v1',
  openapi: OPENAPI_PATH,
  docs: DOCS_PATH,
  errors: ERRORS_PATH,
  jwks: '/_latchkey/jwks.json',
  health: '/_latchkey/healthz',
  readiness: '/_latchkey/readyz',
}

export function mountPages(app: OpenAPIHono<ControlEnv>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
    description: 'The key of an operator, or the ADMIN_TOKEN of the deployment.',
  })

  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-latchkey_session',
    description: 'Set by a login. What is not a GET must come from a page of this origin.',
  })

  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, about itself. `X-API-Key` is taken as well.',
  })

  app.get('/_latchkey', (c) => c.json(INDEX))
  app.get('/_latchkey/', (c) => c.json(INDEX))

  // Half a megabyte that changes with a deployment: whoever has it is told that it is still so.
  for (const path of [OPENAPI_PATH, ERRORS_PATH, DOCS_PATH]) app.use(path, etag())
  app.get(OPENAPI_PATH, (c) => c.json(apiDocument(app), 200, { 'Cache-Control': CACHED }))

  app.get(ERRORS_PATH, (c) => c.html(errorsPage(), 200, PAGE_HEADERS))
  app.get(DOCS_PATH, async (c) => c.html(await docsPage(apiDocument(app)), 200, PAGE_HEADERS))
  app.get(STYLESHEET_PATH, (c) => c.body(STYLESHEET, 200, STYLESHEET_HEADERS))
  app.get(DOCS_STYLESHEET_PATH, (c) => c.body(DOCS_STYLESHEET, 200, STYLESHEET_HEADERS))
}
