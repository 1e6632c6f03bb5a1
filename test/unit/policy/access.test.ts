import { describe, expect, test } from 'vitest'
import { decideAccess, type CallerFacts } from '../../../src/policy/access.ts'
import type { KeyFacts, RouteFacts } from '../../../src/model/snapshot.ts'
import { keyFacts, routeFacts } from '../../support/facts.ts'

const NOW = Date.UTC(2026, 10, 22)
const NOBODY: CallerFacts = { address: null, country: null, webOrigin: null }

function decide(
  key: Partial<KeyFacts>,
  route: Partial<RouteFacts> = {},
  caller: Partial<CallerFacts> = {},
  now = NOW,
) {
  return decideAccess(keyFacts(key), routeFacts(route), { ...NOBODY, ...caller }, now)
}
const codeOf = (...args: Parameters<typeof decide>) => decide(...args)?.code ?? null

describe('state', () => {
  test.each([
    ['active', null],
    ['pending', 'key_disabled'],
    ['disabled', 'key_disabled'],
    ['revoked', 'key_revoked'],
    ['organization_suspended', 'organization_suspended'],
  ] as const)('%s: %s', (state, code) => expect(codeOf({ state })).toBe(code))
})

test('a key expires at its millisecond', () => {
  expect(codeOf({ expiresAtMs: NOW + 1 })).toBeNull()
  expect(codeOf({ expiresAtMs: NOW })).toBe('key_expired')
  expect(decide({ expiresAtMs: NOW - 1 })?.evidence).toEqual({ expired_at: new Date(NOW - 1).toISOString() })
})

test('an environment that the route names must be the key’s', () => {
  expect(codeOf({ environment: 'test' }, { environment: 'live' })).toBe('environment_mismatch')
  expect(codeOf({ environment: 'live' }, { environment: 'test' })).toBe('environment_mismatch')
  expect(codeOf({ environment: 'test' }, { environment: null })).toBeNull()
})

test('all required scopes must be held, and the refusal names them', () => {
  const refusal = decide({ scopes: ['a:read'] }, { scopes: ['a:read', 'b:write'] })
  expect(refusal).toMatchObject({
    code: 'scope_missing',
    scopes: ['a:read', 'b:write'],
    evidence: { required_scopes: ['a:read', 'b:write'], missing_scopes: ['b:write'] },
  })
})

test('addresses: outside, inside, unknown', () => {
  const network = { addresses: ['203.0.113.0/24'] }
  expect(codeOf({ network }, {}, { address: '203.0.113.9' })).toBeNull()
  expect(codeOf({ network }, {}, { address: '203.0.114.9' })).toBe('address_not_allowed')
  expect(codeOf({ network }, {}, { address: null })).toBe('address_not_allowed')
  expect(codeOf({ network: { addresses: [] } }, {}, { address: '203.0.113.9' })).toBe('address_not_allowed')
})

test('countries: outside, inside, unknown', () => {
  const network = { countries: ['DE', 'AT'] }
  expect(codeOf({ network }, {}, { country: 'AT' })).toBeNull()
  expect(codeOf({ network }, {}, { country: 'FR' })).toBe('country_not_allowed')
  expect(codeOf({ network }, {}, { country: null })).toBe('country_not_allowed')
})

test('a publishable key passes from its web origins only, and without any from nowhere', () => {
  const network = { webOrigins: ['https://app.example.com'] }
  expect(codeOf({ kind: 'publishable', network }, {}, { webOrigin: 'https://app.example.com' })).toBeNull()
  expect(codeOf({ kind: 'publishable', network }, {}, { webOrigin: 'https://evil.example' })).toBe(
    'origin_not_allowed',
  )
  expect(codeOf({ kind: 'publishable', network })).toBe('origin_not_allowed')
  expect(codeOf({ kind: 'publishable' }, {}, { webOrigin: 'https://app.example.com' })).toBe(
    'origin_not_allowed',
  )
})

test('a secret key is bound to web origins only where it names some', () => {
  expect(codeOf({ kind: 'secret' })).toBeNull()
  expect(codeOf({ kind: 'secret', network: { webOrigins: ['https://a.example'] } })).toBe(
    'origin_not_allowed',
  )
})

test('what is wrong with the key comes before what is wrong with its use', () => {
  expect(
    codeOf(
      { state: 'revoked', expiresAtMs: 0, environment: 'test' },
      { environment: 'live', scopes: ['a:b'] },
    ),
  ).toBe('key_revoked')
  expect(codeOf({ expiresAtMs: 0, environment: 'test' }, { environment: 'live' })).toBe('key_expired')
  expect(codeOf({ environment: 'test', network: { addresses: [] } }, { environment: 'live' })).toBe(
    'environment_mismatch',
  )
})
