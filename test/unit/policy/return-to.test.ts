import { expect, it } from 'vitest'
import { parseReturnTo } from '../../../src/policy/return-to.ts'

it.each([
  ['/_latchkey/portal/', '/_latchkey/portal/'],
  ['/_latchkey/portal/keys?state=active#top', '/_latchkey/portal/keys?state=active#top'],
  ['/_latchkey/portal/a b', '/_latchkey/portal/a%20b'],
  ['/_latchkey/portal/?next=https://evil.example', '/_latchkey/portal/?next=https://evil.example'],
  ['/_latchkey/x/../portal/', '/_latchkey/portal/'],
])('a path of ours is returned as a browser reads it: %s', (given, path) => {
  expect(parseReturnTo(given)).toBe(path)
})

it.each([
  '',
  'portal',
  'https://evil.example/_latchkey/',
  'javascript:alert(1)',
  '//evil.example/_latchkey/',
  '///evil.example/_latchkey/',
  '/\\evil.example/_latchkey/',
  '\\\\evil.example/_latchkey/',
  '/\t/evil.example/_latchkey/',
  '/\n/evil.example/_latchkey/',
  ' //evil.example/_latchkey/',
  '/.//evil.example/_latchkey/',
  '/_latchkey/..//evil.example/',
  '/_latchkey/%2e%2e//evil.example/',
  '/@evil.example/_latchkey/',
  '/_latchkey',
  '/_latchkeyed/',
  '/orders/redirect?to=https://evil.example',
  '/_latchkey/..',
  `/_latchkey/${'x'.repeat(1024)}`,
])('anything else is refused: %j', (given) => {
  expect(parseReturnTo(given)).toBeNull()
})

it.each([
  '/_latchkey/login',
  '/_latchkey/login?return_to=/_latchkey/login',
  '/_latchkey/x/../login#a',
  '/_latchkey/%6Cogin',
  '/_latchkey/%6',
  '/_latchkey/callback?code=x',
  '/_latchkey/logout',
  '/_latchkey/session/redeem',
  '/_latchkey/session/preview',
  '/_latchkey/portal/session',
])('what a login consists of is nothing that it leads to: %j', (given) => {
  expect(parseReturnTo(given)).toBeNull()
})

it.each(['/_latchkey/portal/sessions', '/_latchkey/v1/me', '/_latchkey/portal/login'])(
  'what only begins or ends like it is: %j',
  (given) => {
    expect(parseReturnTo(given)).toBe(given)
  },
)

it('what is returned is a path of this host to every browser: one slash, no backslash, no control character', () => {
  for (const tail of [
    '\\evil.example',
    '\t//evil.example',
    '//evil.example',
    '\r\nset-cookie: a=b',
    '\u2028',
  ])
    expect(parseReturnTo(`/_latchkey/${tail}`) ?? '/_latchkey/').toMatch(/^\/_latchkey\/[!-[\]-~]*$/)
})
