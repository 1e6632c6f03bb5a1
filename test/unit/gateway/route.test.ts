import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRoutes } from '../../../src/gateway/route.ts'
import type { RouteFacts } from '../../../src/model/snapshot.ts'
import { parseRoutePattern } from '../../../src/policy/route-pattern.ts'
import { compareSpecificity } from '../../../src/policy/specificity.ts'
import { routeFacts } from '../../support/facts.ts'

function table(...routes: readonly (Partial<RouteFacts> & { readonly id: string })[]) {
  const compiled = compileRoutes(routes.map((route) => routeFacts(route)))
  return (host: string, method: string, path: string) => {
    const match = compiled.match(host, method, path)
    return match.kind === 'route' ? match.route.id : match.kind === 'method' ? match.allow.join(' ') : null
  }
}

describe('which route owns a path', () => {
  test('the most specific pattern, whatever the order of creation', () => {
    const match = table(
      { id: 'rest', path: '/*' },
      { id: 'orders', path: '/orders/*' },
      { id: 'order', path: '/orders/:id' },
      { id: 'new', path: '/orders/new' },
      { id: 'items', path: '/orders/:id/items' },
    )
    expect(match('h', 'GET', '/orders/new')).toBe('new')
    expect(match('h', 'GET', '/orders/17')).toBe('order')
    expect(match('h', 'GET', '/orders/17/items')).toBe('items')
    expect(match('h', 'GET', '/orders/17/other')).toBe('orders')
    expect(match('h', 'GET', '/orders')).toBe('orders')
    expect(match('h', 'GET', '/orders/')).toBe('orders')
    expect(match('h', 'GET', '/ordersx')).toBe('rest')
    expect(match('h', 'GET', '/')).toBe('rest')
  })

  test('a method that the owner lacks is a 405, never a way to a broader route', () => {
    const match = table(
      { id: 'open', path: '/*' },
      { id: 'admin', path: '/admin/*', methods: ['GET', 'PUT'] },
    )
    expect(match('h', 'POST', '/admin/x')).toBe('GET HEAD PUT')
    expect(match('h', 'GET', '/admin/x')).toBe('admin')
    expect(match('h', 'POST', '/x')).toBe('open')
  })

  test('routes of one pattern share a path by method; parameter names do not tell patterns apart', () => {
    const match = table(
      { id: 'read', path: '/orders/:id', methods: ['GET'] },
      { id: 'write', path: '/orders/:order', methods: ['POST'] },
    )
    expect(match('h', 'GET', '/orders/1')).toBe('read')
    expect(match('h', 'HEAD', '/orders/1')).toBe('read')
    expect(match('h', 'POST', '/orders/1')).toBe('write')
    expect(match('h', 'DELETE', '/orders/1')).toBe('GET HEAD POST')
  })

  test('an exact host before a wildcard before every host', () => {
    const match = table(
      { id: 'any', path: '/*' },
      { id: 'wild', path: '/*', hosts: ['*.example.com'] },
      { id: 'wilder', path: '/*', hosts: ['*.eu.example.com'] },
      { id: 'exact', path: '/v1/*', hosts: ['api.example.com', 'www.example.com'] },
    )
    expect(match('api.example.com', 'GET', '/v1/x')).toBe('exact')
    expect(match('www.example.com', 'GET', '/v1/x')).toBe('exact')
    expect(match('api.example.com', 'GET', '/v2')).toBe('wild')
    expect(match('a.eu.example.com', 'GET', '/v1/x')).toBe('wilder')
    expect(match('example.com', 'GET', '/v1/x')).toBe('any')
    expect(match('notexample.com', 'GET', '/')).toBe('any')
  })

  test('no route of any host: nothing', () => {
    const match = table({ id: 'one', path: '/one', hosts: ['a.test'] })
    expect(match('b.test', 'GET', '/one')).toBeNull()
    expect(match('a.test', 'GET', '/two')).toBeNull()
    expect(table()('a.test', 'GET', '/')).toBeNull()
  })

  test('priority is the operator’s word', () => {
    const match = table({ id: 'special', path: '/orders/new' }, { id: 'frozen', path: '/*', priority: 10 })
    expect(match('h', 'GET', '/orders/new')).toBe('frozen')
  })

  test('characters that mean something to a regular expression mean themselves', () => {
    const match = table(
      { id: 'dot', path: '/a.b' },
      { id: 'plus', path: '/a+b' },
      { id: 'group', path: '/(a)' },
      { id: 'dollar', path: '/$x/*' },
    )
    expect(match('h', 'GET', '/a.b')).toBe('dot')
    expect(match('h', 'GET', '/axb')).toBeNull()
    expect(match('h', 'GET', '/a+b')).toBe('plus')
    expect(match('h', 'GET', '/aab')).toBeNull()
    expect(match('h', 'GET', '/(a)')).toBe('group')
    expect(match('h', 'GET', '/$x/1')).toBe('dollar')
  })
})

describe('against a naive matcher', () => {
  const segment = fc.constantFrom('a', 'b', 'ab', 'a.b', ':x', ':y')
  const pattern = fc
    .tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom('', '/*'))
    .map(([segments, end]) =>
      segments.length === 0 && end === '' ? '/' : `/${segments.join('/')}`.replace(/\/$/, '') + end,
    )
  const path = fc
    .array(fc.constantFrom('a', 'b', 'ab', 'a.b', 'c'), { maxLength: 4 })
    .map((parts) => `/${parts.join('/')}`)

  function matches(pattern: string, path: string): boolean {
    const source = pattern
      .split('/')
      .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('/')
      .replace(/\/\\\*$/, '(?:/.*)?')
    return new RegExp(`^${source}$`).test(path)
  }

  test('the compiled table chooses the most specific of all patterns that match', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(pattern, { maxLength: 8, comparator: (a, b) => compareSpecificity(a, b) === 0 }),
        path,
        (patterns, path) => {
          const routes = patterns.map((pattern, i) => routeFacts({ id: `route_${i}`, path: pattern }))
          const expected =
            patterns.filter((pattern) => matches(pattern, path)).sort(compareSpecificity)[0] ?? null
          const match = compileRoutes(routes).match('h', 'GET', path)
          expect(match.kind === 'route' ? match.route.path : null).toBe(expected)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('patterns', () => {
  test.each([
    '/',
    '/*',
    '/orders',
    '/orders/',
    '/orders/*',
    '/orders/:id',
    '/a.b/~c/@d',
    '/orders/:id/items/*',
  ])('%s is one', (text) => {
    expect(parseRoutePattern(text)).toEqual({ ok: true, value: text })
  })

  test.each([
    '',
    'orders',
    '/a//b',
    '/*/a',
    '/a*',
    '/:',
    '/:1',
    '/:id{[0-9]+}',
    '/a?',
    '/..',
    '/./a',
    '/a%2fb',
    '/ä',
    '/_latchkey/v1',
    `/${'a'.repeat(600)}`,
  ])('%j is not', (text) => expect(parseRoutePattern(text).ok).toBe(false))

  test('specificity is a total order up to parameter names', () => {
    expect(compareSpecificity('/orders', '/orders/*')).toBeLessThan(0)
    expect(compareSpecificity('/orders/:id', '/orders/*')).toBeLessThan(0)
    expect(compareSpecificity('/orders/new', '/orders/:id')).toBeLessThan(0)
    expect(compareSpecificity('/orders/:id', '/orders/:order')).toBe(0)
  })
})
