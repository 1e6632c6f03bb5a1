// OpenAPI documents for tests: the least that is one, with what a test says.
import type { JsonObject } from '../../../../src/cli/json.ts'
import { translate, type Terms } from '../../../../src/cli/openapi/routes.ts'

export const TERMS: Terms = {
  upstream: 'pets',
  base: null,
  hosts: [],
  prefix: '',
  schemes: null,
  scopeNames: new Map(),
}

const SCHEMES = {
  header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  custom: { type: 'apiKey', in: 'header', name: 'X-Pet-Key' },
  query: { type: 'apiKey', in: 'query', name: 'key' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'key' },
  authorization: { type: 'apiKey', in: 'header', name: 'Authorization' },
  bearer: { type: 'http', scheme: 'Bearer' },
  basic: { type: 'http', scheme: 'basic' },
  oauth: { type: 'oauth2', flows: {} },
  oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://id.example.com' },
  tls: { type: 'mutualTLS' },
  other: { $ref: '#/components/securitySchemes/custom' },
  round: { $ref: '#/components/securitySchemes/round' },
}

export function documentOf(more: JsonObject): JsonObject {
  return { openapi: '3.1.0', components: { securitySchemes: SCHEMES }, ...more }
}

/** Of a document with one operation, `GET /pets`. */
export function documentWith(operation: JsonObject, more: JsonObject = {}): JsonObject {
  return documentOf({ paths: { '/pets': { get: operation } }, ...more })
}

export function routesOf(document: JsonObject, terms: Partial<Terms> = {}) {
  return translate(document, { ...TERMS, ...terms }).translated.map(({ route }) => route)
}

/** Each as `kind pointer detail`. */
export function objectionsTo(document: JsonObject, terms: Partial<Terms> = {}): readonly string[] {
  const { objections } = translate(document, { ...TERMS, ...terms })
  return objections.map(({ kind, pointer, detail }) => `${kind} ${pointer} ${detail}`)
}
