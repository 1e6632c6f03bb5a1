// What an operation needs of a key: as its security requirements say, and where they leave a choice, nothing is chosen.
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../src/cli/json.ts'
import { documentWith, objectionsTo, routesOf } from './document.ts'

const needing = (security: Json) => documentWith({ security })

describe('what is said', () => {
  const custom = [{ in: 'header', name: 'x-pet-key' }]
  it.each<[string, Json, object]>([
    ['nothing at all', [], { auth: 'none', scopes: [] }],
    ['a requirement that asks for nothing', [{}], { auth: 'none', scopes: [] }],
    ['a key', [{ header: [] }], { auth: 'required', scopes: [] }],
    ['scopes', [{ oauth: ['a:b', 'c:d', 'a:b'] }], { auth: 'required', scopes: ['a:b', 'c:d'] }],
    ['roles of another scheme', [{ bearer: ['admin'] }], { auth: 'required', scopes: ['admin'] }],
    ['an identity provider', [{ oidc: ['a:b'] }], { auth: 'required', scopes: ['a:b'] }],
    ['a key or nothing', [{ header: [] }, {}], { auth: 'optional', scopes: [] }],
    ['two places of the gateway', [{ header: [] }, { bearer: [] }], { auth: 'required', scopes: [] }],
    ['a place of its own', [{ custom: [] }], { auth: 'required', scopes: [], credential_locations: custom }],
    ['a scheme that refers', [{ other: [] }], { auth: 'required', scopes: [], credential_locations: custom }],
    [
      'a query and a cookie',
      [{ query: [] }, { cookie: [] }, { query: [] }],
      {
        auth: 'required',
        scopes: [],
        credential_locations: [
          { in: 'query', name: 'key' },
          { in: 'cookie', name: 'key' },
        ],
      },
    ],
    [
      'the same scopes in another order',
      [{ bearer: ['a:b', 'c:d'] }, { custom: ['c:d', 'a:b'] }],
      { auth: 'required', scopes: ['a:b', 'c:d'], credential_locations: [{ in: 'bearer' }, ...custom] },
    ],
  ])('%s', (_, security, conditions) => {
    const document = needing(security)
    expect(objectionsTo(document)).toEqual([])
    expect(routesOf(document)).toEqual([
      { name: 'GET /pets', upstream: 'pets', path: '/pets', methods: ['GET'], ...conditions },
    ])
  })

  it('of the document holds where the operation says nothing, and not where it does', () => {
    const whole = { security: [{ oauth: ['a:b'] }] }
    expect(routesOf(documentWith({}, whole))).toMatchObject([{ scopes: ['a:b'] }])
    expect(routesOf(documentWith({ security: [] }, whole))).toMatchObject([{ auth: 'none' }])
  })

  it('by nobody is not said: such a route needs a key, and keeps what it was given', () => {
    expect(routesOf(documentWith({}))[0]).not.toHaveProperty('auth')
    expect(routesOf(documentWith({}))[0]).not.toHaveProperty('scopes')
  })
})

describe('what no route can say', () => {
  it.each<[string, Json, string]>([
    ['alternatives of different scopes', [{ oauth: ['a:b'] }, { header: [] }], 'different scopes'],
    ['scopes or nothing', [{ oauth: ['a:b'] }, {}], 'leave the key away'],
    ['two credentials at once', [{ oauth: [], header: [] }], 'several credentials'],
    ['a password', [{ basic: [] }], 'other schemes of HTTP'],
    ['a certificate', [{ tls: [] }], 'certificate'],
    ['a header with or without Bearer', [{ authorization: [] }], 'Whether Bearer'],
    ['a scope in capitals', [{ oauth: ['read:Pets'] }], '"read:Pets" is no scope'],
    ['a scope that is a URL', [{ oauth: ['https://x.example/auth'] }], 'is no scope'],
    ['too many scopes', [{ oauth: Array.from({ length: 33 }, (__, n) => `s:${n}`) }], '32 scopes'],
  ])('%s', (_, security, why) => {
    expect(routesOf(needing(security))).toEqual([])
    expect(objectionsTo(needing(security))).toEqual([expect.stringMatching(/^unfit \//)])
    expect(objectionsTo(needing(security))[0]).toContain(why)
  })

  it.each<[string, Json]>([
    ['a scheme that is not there', [{ none: [] }]],
    ['a scheme that is in every object', [{ constructor: [] }]],
    ['a scheme that leads to itself', [{ round: [] }]],
    ['scopes that are no list', [{ oauth: 'a:b' }]],
    ['scopes that are no texts', [{ oauth: [1] }]],
    ['requirements that are no list', { oauth: [] }],
    ['a requirement that is none', ['oauth']],
  ])('%s is wrong in the document', (_, security) => {
    expect(objectionsTo(needing(security))).toEqual([expect.stringMatching(/^wrong \//)])
  })
})

describe('what the command line says beside', () => {
  it('a scheme chooses among alternatives, and leaves the others to the origin', () => {
    const schemes = new Set(['header'])
    const both = needing([{ oauth: ['a:b'] }, { header: [] }])
    expect(routesOf(both, { schemes })).toMatchObject([{ auth: 'required', scopes: [] }])
    expect(routesOf(needing([{ header: [], oauth: ['A'] }]), { schemes })).toMatchObject([{ scopes: [] }])
    expect(objectionsTo(needing([{ oauth: [] }]), { schemes })).toEqual([
      'unfit /paths/~1pets/get/security None of its alternatives is one of --scheme.',
    ])
  })

  it('a scope has the name that it is given here', () => {
    const scopeNames = new Map([['read:Pets', 'pets:read']])
    expect(routesOf(needing([{ oauth: ['read:Pets', 'pets:read'] }]), { scopeNames })).toMatchObject([
      { scopes: ['pets:read'] },
    ])
  })
})
