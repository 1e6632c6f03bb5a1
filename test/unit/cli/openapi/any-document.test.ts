// Whatever a document says: a request is judged by the operation that it is for, and nothing that is no route comes out.
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Json } from '../../../../src/cli/json.ts'
import { translate } from '../../../../src/cli/openapi/routes.ts'
import { compileRoutes } from '../../../../src/gateway/route.ts'
import { parseRoutePattern } from '../../../../src/policy/route-pattern.ts'
import { isScope } from '../../../../src/policy/scope.ts'
import { routeFacts } from '../../../support/facts.ts'
import { documentOf, routesOf, TERMS } from './document.ts'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'patch']
const segment = fc.constantFrom('a', 'b', 'c.d', '{x}', '{y-z}')
const template = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}`)
/** Two that differ in the names of their parameters alone are one. */
const templates = fc.uniqueArray(template, {
  minLength: 1,
  maxLength: 12,
  selector: (one) => one.replace(/\{[^}]*\}/g, '{}'),
})
const items = templates.chain((paths) =>
  fc.tuple(...paths.map((path) => fc.tuple(fc.constant(path), fc.subarray(METHODS, { minLength: 1 })))),
)

it('each request goes to the route of its operation, and needs its scopes', () => {
  fc.assert(
    fc.property(items, fc.constantFrom('', '/v1', '/a'), (given, base) => {
      const paths = given.map(([path, methods], n) => [
        path,
        Object.fromEntries(methods.map((method) => [method, { security: [{ oauth: [`${method}:n${n}`] }] }])),
      ])
      const routes = routesOf(
        documentOf({ paths: Object.fromEntries(paths) as Json, servers: [{ url: base || '/' }] }),
      )
      const compiled = compileRoutes(
        routes.map((route, n) =>
          routeFacts({ ...route, hosts: [], id: `route_${n}`, auth: 'required', scopes: route.scopes ?? [] }),
        ),
      )
      for (const [n, [path, methods]] of given.entries())
        for (const method of methods) {
          const match = compiled.match('h', method.toUpperCase(), base + path.replace(/\{[^}]*\}/g, 'zz'))
          expect(match).toMatchObject({ kind: 'route', route: { scopes: [`${method}:n${n}`] } })
        }
    }),
  )
})

const operation = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      operationId: fc.oneof(fc.constantFrom('a', 'b'), fc.jsonValue()),
      security: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.dictionary(
            fc.constantFrom('oauth', 'custom', 'none'),
            fc.oneof(fc.jsonValue(), fc.array(fc.string())),
          ),
        ),
      ),
      servers: fc.oneof(fc.jsonValue(), fc.array(fc.record({ url: fc.oneof(fc.webUrl(), fc.string()) }))),
    },
    { requiredKeys: [] },
  ),
)
const anyItem = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom(...METHODS, 'head', '$ref', 'GET'), operation),
)
const anyPaths = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.oneof(template, fc.string(), fc.webPath()), anyItem),
)

it('nothing that is no route comes out of any document, and no two of one name', () => {
  fc.assert(
    fc.property(anyPaths, fc.jsonValue(), (paths, security) => {
      const document = documentOf({ paths, security })
      const { translated, objections } = translate(document, TERMS)
      for (const { route } of translated) {
        expect(parseRoutePattern(route.path).ok).toBe(true)
        expect((route.scopes ?? []).every(isScope)).toBe(true)
        expect(route.auth === 'required' || route.scopes === undefined || route.scopes.length === 0).toBe(
          true,
        )
      }
      const names = new Set(translated.map(({ route }) => route.name))
      if (objections.every(({ kind }) => kind === 'unfit')) expect(names.size).toBe(translated.length)
    }),
    { numRuns: 500 },
  )
})
