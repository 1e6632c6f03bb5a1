import { describe, expect, test } from 'vitest'
import {
  plainProtocols,
  readCredential,
  readStrayKeys,
  withoutCookie,
  withoutParameter,
  withoutText,
} from '../../../src/gateway/credential.ts'
import { DEFAULT_CREDENTIAL_LOCATIONS, type CredentialLocation } from '../../../src/model/policy.ts'

const KEY = `lk_live_${'a'.repeat(38)}`
const OTHER = `lk_live_${'b'.repeat(38)}`
const EVERYWHERE: readonly CredentialLocation[] = [
  ...DEFAULT_CREDENTIAL_LOCATIONS,
  { in: 'query', name: 'api_key' },
  { in: 'cookie', name: 'key' },
  { in: 'websocket_protocol' },
]

function read(headers: Record<string, string>, query = '', locations = EVERYWHERE) {
  const result = readCredential(new Headers(headers), query, locations, [])
  if (!result.ok) return result.error.code
  return result.value === null
    ? null
    : [result.value.text, ...result.value.foundIn.map((location) => location.in)]
}

describe('one credential', () => {
  test.each<[string, Record<string, string>, string, string]>([
    ['bearer', { authorization: `Bearer ${KEY}` }, '', 'bearer'],
    ['bearer in any case (RFC 9110, section 11.1)', { authorization: `bEARER   ${KEY}` }, '', 'bearer'],
    ['header', { 'X-API-Key': KEY }, '', 'header'],
    ['query', {}, `?a=1&api_key=${KEY}&b`, 'query'],
    ['query with escapes', {}, `?ap%69_key=${KEY.replaceAll('_', '%5f')}`, 'query'],
    ['cookie', { cookie: `a=b; key=${KEY}; c=d` }, '', 'cookie'],
    ['quoted cookie', { cookie: `key="${KEY}"` }, '', 'cookie'],
    [
      'WebSocket protocol',
      { 'sec-websocket-protocol': `chat, latchkey.key.${KEY}` },
      '',
      'websocket_protocol',
    ],
  ])('%s', (_name, headers, query, location) => {
    expect(read(headers, query)).toEqual([KEY, location])
  })

  test('locations that a route does not name are not looked at', () => {
    expect(read({ cookie: `key=${KEY}` }, `?api_key=${KEY}`, DEFAULT_CREDENTIAL_LOCATIONS)).toBeNull()
  })

  test('no credential at all', () => {
    expect(read({})).toBeNull()
    expect(read({ authorization: 'Basic dXNlcjpwYXNz' })).toBeNull()
    expect(read({ authorization: 'Digest username="a", realm="b", nonce="c"' })).toBeNull()
    expect(read({ authorization: 'Bearerlk_live_x' })).toBeNull()
  })

  test('an empty credential is one, and malformed: it is no absence', () => {
    expect(read({ authorization: 'Bearer' })).toEqual(['', 'bearer'])
    expect(read({ authorization: 'Bearer ' })).toEqual(['', 'bearer'])
    expect(read({ 'x-api-key': '' })).toEqual(['', 'header'])
  })

  test('nothing is trimmed or folded inside the key', () => {
    expect(read({ 'x-api-key': KEY.toUpperCase() })).toEqual([KEY.toUpperCase(), 'header'])
    expect(read({ authorization: `Bearer ${KEY} x` })).toEqual([`${KEY} x`, 'bearer'])
  })
})

describe('more than one credential', () => {
  test('two different keys are ambiguous', () => {
    expect(read({ authorization: `Bearer ${KEY}`, 'x-api-key': OTHER })).toBe('key_ambiguous')
    expect(read({ 'x-api-key': KEY }, `?api_key=${OTHER}`)).toBe('key_ambiguous')
  })

  test('a repeated credential is ambiguous, even of one key', () => {
    expect(read({ authorization: `Bearer ${KEY}, Bearer ${KEY}` })).toBe('key_ambiguous')
    expect(read({ authorization: `Basic x, Bearer ${KEY}` })).toBe('key_ambiguous')
    expect(read({ 'x-api-key': `${KEY}, ${KEY}` })).toBe('key_ambiguous')
    expect(read({}, `?api_key=${KEY}&api_key=${KEY}`)).toBe('key_ambiguous')
    expect(read({ cookie: `key=${KEY}; key=${OTHER}` })).toBe('key_ambiguous')
    expect(read({ 'sec-websocket-protocol': `latchkey.key.${KEY}, latchkey.key.${OTHER}` })).toBe(
      'key_ambiguous',
    )
  })

  test('one key in two places is one key, removed from both', () => {
    expect(read({ authorization: `Bearer ${KEY}`, 'x-api-key': KEY })).toEqual([KEY, 'bearer', 'header'])
  })

  test('a bearer token of the origin’s own is left alone when the key came elsewhere', () => {
    expect(read({ authorization: 'Bearer eyJhbGciOi.eyJzdWIi.sig', 'x-api-key': KEY })).toEqual([
      KEY,
      'header',
    ])
    expect(read({ authorization: 'Bearer a, Bearer b', 'x-api-key': KEY })).toEqual([KEY, 'header'])
  })

  test.each([
    `Bearer ${KEY}, Bearer ${KEY}`,
    `Bearer ${KEY},`,
    `Bearer ${OTHER},`,
    `Basic eA==, Bearer ${KEY}`,
    `Bearer x, ${KEY}`,
  ])('a key inside a list of Authorization values is seen: %s', (authorization) => {
    expect(read({ authorization, 'x-api-key': KEY })).toBe('key_ambiguous')
    expect(read({ authorization })).toBe('key_ambiguous')
    const stray = readStrayKeys(new Headers({ authorization }), '', DEFAULT_CREDENTIAL_LOCATIONS, [])
    expect(stray?.foundIn).toEqual([{ in: 'bearer' }])
  })

  test('alone, the foreign token is taken for the credential, and will be malformed', () => {
    expect(read({ authorization: 'Bearer eyJhbGciOi' })).toEqual(['eyJhbGciOi', 'bearer'])
  })
})

describe('open routes', () => {
  test('a key is found wherever it stands, so that the origin never collects it; other tokens stay', () => {
    const stray = (headers: Record<string, string>) =>
      readStrayKeys(new Headers(headers), '', EVERYWHERE, [])?.foundIn.map((location) => location.in) ?? null
    expect(stray({ authorization: `Bearer ${KEY}`, 'x-api-key': OTHER })).toEqual(['bearer', 'header'])
    expect(stray({ authorization: 'Bearer eyJhbGciOi' })).toBeNull()
    expect(stray({})).toBeNull()
  })
})

describe('removal leaves everything else as it was', () => {
  test.each([
    [`?api_key=${KEY}`, ''],
    [`?a=%2F&api_key=${KEY}&b=+&c`, '?a=%2F&b=+&c'],
    [`?ap%69_key=x&api_keys=y`, '?api_keys=y'],
    ['?a=1&&b', '?a=1&&b'],
  ])('query %s becomes %j', (query, rest) => {
    expect(withoutParameter(query, 'api_key')).toBe(rest)
  })

  test('every parameter that holds the key, under whatever name', () => {
    expect(withoutText(`?a=1&token=${KEY}&b=${OTHER}`, KEY)).toBe(`?a=1&b=${OTHER}`)
    expect(withoutText('?a=%zz', KEY)).toBe('?a=%zz')
  })

  test('cookies', () => {
    expect(withoutCookie(`a="b c"; key=${KEY}; d=e=f`, 'key')).toBe('a="b c"; d=e=f')
    expect(withoutCookie(`key=${KEY}`, 'key')).toBe('')
  })

  test('WebSocket protocols', () => {
    expect(plainProtocols(new Headers({ 'sec-websocket-protocol': `a, latchkey.key.${KEY},b` }))).toEqual([
      'a',
      'b',
    ])
  })
})
