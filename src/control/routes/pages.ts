// What people read: the index, the OpenAPI document, the page of errors.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { apiDocument } from '../api-document.ts'
import type { ControlEnv } from '../deps.ts'
import { ERRORS_PATH, errorsPage, PAGE_POLICY, STYLESHEET, STYLESHEET_PATH } from '../errors-page.ts'

const CACHED = 'public, max-age=300'

const INDEX = {
  name: 'Latchkey',
  api: '/_latchkey/v1',
  openapi: '/_latchkey/openapi.json',
  errors: ERRORS_PATH,
  jwks: '/_latchkey/jwks.json',
  health: '/_latchkey/healthz',
  readiness: '/_latchkey/readyz',
}

export function mountPages(app: OpenAPIHono<ControlEnv>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'operator', {
    type: 'http',
    scheme: 'bearer',
    description: 'The ADMIN_TOKEN of the deployment.',
  })

  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-latchkey_session',
    description: 'Set by a login. What is not a GET must come from a page of this origin.',
  })

  app.get('/_latchkey', (c) => c.json(INDEX))
  app.get('/_latchkey/', (c) => c.json(INDEX))

  app.get('/_latchkey/openapi.json', (c) => {
    return c.json(apiDocument(app), 200, { 'Cache-Control': CACHED })
  })

  app.get(ERRORS_PATH, (c) =>
    c.html(errorsPage(), 200, {
      'Cache-Control': CACHED,
      'Content-Security-Policy': PAGE_POLICY,
      'Referrer-Policy': 'no-referrer',
    }),
  )
  app.get(STYLESHEET_PATH, (c) =>
    c.body(STYLESHEET, 200, { 'Cache-Control': CACHED, 'Content-Type': 'text/css; charset=utf-8' }),
  )
}
