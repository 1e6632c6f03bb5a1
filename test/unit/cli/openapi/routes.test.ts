// Which routes an OpenAPI document becomes, and what no route can say.
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../src/cli/json.ts'
import { documentOf, documentWith, objectionsTo, routesOf } from './document.ts'

describe('an operation', () => {
  it('is a route of its own, called by its operationId, else by method and path', () => {
    const item = { get: { operationId: 'listPets' }, post: {}, 'x-note': {}, parameters: [] }
    expect(routesOf(documentOf({ paths: { '/pets': item, 'x-more': 1 } }))).toEqual([
      { name: 'listPets', upstream: 'pets', path: '/pets', methods: ['GET'] },
      { name: 'POST /pets', upstream: 'pets', path: '/pets', methods: ['POST'] },
    ])
  })

  it('has the prefix and the hosts that are asked for', () => {
    const terms = { prefix: 'shop.', hosts: ['api.example.com'] }
    expect(routesOf(documentWith({ operationId: 'list' }), terms)).toMatchObject([
      { name: 'shop.list', hosts: ['api.example.com'] },
    ])
  })

  it.each(['3.0.0', '3.0.4', '3.1.1'])('is read in OpenAPI %s', (openapi) => {
    expect(routesOf(documentWith({}, { openapi }))).toHaveLength(1)
  })
})

describe('a path', () => {
  it.each([
    ['/pets/{id}', '/pets/:id'],
    ['/pets/{pet-id}/toys/{2nd}', '/pets/:pet_id/toys/:_2nd'],
    ['/', '/'],
    ['/pets/', '/pets/'],
    ["/a.b_c~d!$&'()+,=@", "/a.b_c~d!$&'()+,=@"],
  ])('%s is %s', (template, path) => {
    expect(routesOf(documentOf({ paths: { [template]: { get: {} } } }))).toMatchObject([{ path }])
  })

  it.each([
    ['/pets/{id}.json', 'a part of a segment'],
    ['/pets/{a}-{b}', 'a part of a segment'],
    ['/pets/{a/b}', 'a part of a segment'],
    ['/pets/{}', 'a part of a segment'],
    ['/pets/{id}:cancel', 'a part of a segment'],
    ['/pets/:id', 'means itself'],
    ['/pets/*', 'means itself'],
    ['/pets/a*', 'means itself'],
    ['/pets/%41', 'neither literal'],
    ['/pets//a', 'neither literal'],
    ['/pets/..', 'neither literal'],
    ['/pets?x=1', 'neither literal'],
    ['/_latchkey/v1', 'reserved'],
    [`/${'a'.repeat(600)}`, 'longer than'],
    ['pets', 'does not begin with /'],
  ])('%s is no pattern of the gateway', (template, why) => {
    const document = documentOf({ paths: { [template]: { get: {} } } })
    expect(routesOf(document)).toEqual([])
    expect(objectionsTo(document)).toEqual([expect.stringMatching(/^unfit \/paths\//)])
    expect(objectionsTo(document)[0]).toContain(why)
  })
})

describe('the servers', () => {
  const at = (...urls: readonly string[]) => ({ servers: urls.map((url) => ({ url })) })

  it.each([
    ['https://api.example.com', '/pets'],
    ['https://api.example.com/', '/pets'],
    ['https://api.example.com/v1/', '/v1/pets'],
    ['/v2', '/v2/pets'],
    ['//api.example.com/v3', '/v3/pets'],
    ['https://{region}.example.com:8443/v4', '/v4/pets'],
    ['{scheme}://example.com/v5', '/v5/pets'],
  ])('%s puts the path at %s', (url, path) => {
    expect(routesOf(documentWith({}, at(url)))).toMatchObject([{ path }])
  })

  it('fill a variable that can be one thing alone', () => {
    const server = { url: 'https://x.example/{base}', variables: { base: { default: 'v1/' } } }
    expect(routesOf(documentWith({}, { servers: [server] }))).toMatchObject([{ path: '/v1/pets' }])
  })

  it.each([
    ['a variable of several values', [{ url: '/{v}', variables: { v: { default: 'a', enum: ['a', 'b'] } } }]],
    ['a variable in a variable', [{ url: '/{v}', variables: { v: { default: '{x}' } } }]],
    ['a variable that is not there', [{ url: '/{v}' }]],
    ['several paths', at('/v1', '/v2').servers],
    ['a path relative to the document', at('v1').servers],
    ['no URL', [{ url: 1 }]],
    ['no list', {}],
  ])('with %s are refused, but for --base', (_, servers) => {
    const document = documentWith({}, { servers })
    expect(objectionsTo(document)).toEqual([expect.stringMatching(/^wrong \/servers/)])
    expect(routesOf(document, { base: '/v9' })).toMatchObject([{ path: '/v9/pets' }])
  })

  it('of the operation come before those of its path, and those before the document', () => {
    const item = { servers: [{ url: '/item' }], get: { servers: [{ url: '/own' }] }, put: {} }
    const document = documentOf({ ...at('/whole'), paths: { '/pets': item, '/toys': { get: {} } } })
    expect(routesOf(document).map(({ path }) => path)).toEqual(['/own/pets', '/item/pets', '/whole/toys'])
  })

  it('of an operation that is at another place are not those of the upstream', () => {
    const operation = at('https://files.example.com')
    expect(objectionsTo(documentWith(operation, at('https://api.example.com')))).toEqual([
      expect.stringContaining('unfit /paths/~1pets/get Is at other servers'),
    ])
  })
})

describe('a reference', () => {
  const withItem = (item: JsonObject, more: JsonObject = {}) =>
    documentOf({ paths: { '/pets': item, '/own': { get: {} } }, ...more })

  it('to a path item of the document is followed, whatever its name', () => {
    const components = { pathItems: { 'a/b ~': { get: { operationId: 'x' } } } }
    const document = withItem({ $ref: '#/components/pathItems/a~1b%20~0' }, { components })
    expect(routesOf(document)).toMatchObject([{ name: 'x', path: '/pets' }, { path: '/own' }])
  })

  it.each([
    ['https://evil.example/pets.yaml', 'nothing is fetched'],
    ['pets.yaml#/pets', 'nothing is fetched'],
    ['file:///etc/passwd', 'nothing is fetched'],
    ['#', 'nothing is fetched'],
    ['#/%zz', 'nothing is fetched'],
    [7, 'nothing is fetched'],
    ['#/components/pathItems/none', 'There is nothing'],
    ['#/constructor', 'There is nothing'],
    ['#/paths/~1pets', 'without end'],
  ])('%s is refused', ($ref, why) => {
    expect(objectionsTo(withItem({ $ref }))).toEqual([expect.stringMatching(/^wrong \/paths\/~1pets/)])
    expect(objectionsTo(withItem({ $ref }))[0]).toContain(why)
  })

  it('says nothing beside itself that could count or not', () => {
    const document = withItem({ $ref: '#/paths/~1own', get: {}, summary: 'x' })
    expect(objectionsTo(document)[0]).toMatch(/^wrong \/paths\/~1pets\/get Stands beside/)
  })
})

describe('what is wrong in a document', () => {
  const same = { operationId: 'same' }
  it.each([
    [
      'an unknown version',
      { openapi: '3.2.0' },
      '/openapi Only OpenAPI 3.0 and 3.1 are read: this says "3.2.0"',
    ],
    ['a version that is a number', { openapi: 3.1 }, '/openapi Only'],
    [
      'Swagger',
      { openapi: undefined, swagger: '2.0' },
      '/openapi Only OpenAPI 3.0 and 3.1 are read: this is Swagger',
    ],
    ['no version', { openapi: undefined }, '/openapi Only'],
    ['no paths', { paths: undefined }, '/paths There are no paths'],
    ['paths that are a list', { paths: [] }, '/paths There are no paths'],
    ['a path item that is null', { paths: { '/a': null } }, '/paths/~1a Is no path item'],
    ['an operation that is text', { paths: { '/a': { get: 'x' } } }, '/paths/~1a/get Is no operation'],
    ['a method in capitals', { paths: { '/a': { GET: {} } } }, '/paths/~1a/GET Is no method'],
    [
      'an operationId that is no text',
      { paths: { '/a': { get: { operationId: 1 } } } },
      '/operationId Is no name',
    ],
    [
      'a name twice',
      { paths: { '/a': { get: same, put: same } } },
      'Is called "same", as #/paths/~1a/get is',
    ],
    [
      'a path twice',
      { paths: { '/a/{x}': { get: {} }, '/a/{y}': { get: {} } } },
      '/paths/~1a~1{y}/get Takes the same requests as #/paths/~1a~1{x}/get',
    ],
    [
      'a HEAD that needs less than its GET',
      { paths: { '/a': { get: { security: [{ oauth: ['a:b'] }] }, head: { security: [] } } } },
      '/paths/~1a/head Needs something else than #/paths/~1a/get',
    ],
  ])('%s is refused with its place', (_, more, said) => {
    const objections = objectionsTo(documentOf(more))
    expect(objections.filter((objection) => objection.includes(said))).toHaveLength(1)
    expect(objections.every((objection) => objection.startsWith('wrong '))).toBe(true)
  })

  it('is told of everything at once, and of each thing once', () => {
    const paths = { '/a': { get: {}, put: {}, GET: {} }, '/b': null }
    expect(objectionsTo(documentOf({ paths, security: 'x' }))).toHaveLength(3)
  })

  it('is never a method that the gateway does not forward', () => {
    expect(objectionsTo(documentOf({ paths: { '/a': { trace: {} } } }))).toEqual([
      'unfit /paths/~1a/trace TRACE is never forwarded.',
    ])
  })
})
