// The cookies of the control plane, which may stand on the gateway's own host, are nobody else's.
import { beforeAll, expect, test } from 'vitest'
import { createTestGateway, serveOn } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey } from '../../support/seed.ts'

let secret: string

beforeAll(async () => {
  await seedGateway()
  ;({ secret } = await seedKey())
})

test.each([
  ['a=b; __Host-latchkey_session=platform.S; __Host-latchkey_login=L; c=d', 'a=b; c=d'],
  ['latchkey_session=platform.S; a=b; latchkey_login=L', 'a=b'],
  ['a=b; __Host-latchkey_login_Zm9v-_A=L', 'a=b'],
  ['__Host-latchkey_session=platform.S', null],
  ['my_latchkey_session=mine', 'my_latchkey_session=mine'],
])('a session is not passed on to the origin: %s', async (cookie, passedOn) => {
  const gateway = createTestGateway()
  const request = new Request('https://api.example.com/orders', { headers: { 'x-api-key': secret, cookie } })
  expect((await serveOn(gateway, request)).status).toBe(200)
  expect(gateway.toOrigin[0]?.headers.get('cookie')).toBe(passedOn)
})

test.each([
  '__Host-latchkey_session=platform.S; Path=/; Secure',
  ' __Host-latchkey_session = platform.S',
  '=__Host-latchkey_session=platform.S',
  'latchkey_session=platform.S; Path=/',
  '__Host-latchkey_login_Zm9v-_A=L; Max-Age=0',
])('an origin sets no session: %s', async (line) => {
  expect(await cookiesSetBy(['a=b; Path=/; Expires=Thu, 01 Jan 2032 00:00:00 GMT', line, 'c=d'])).toEqual([
    'a=b; Path=/; Expires=Thu, 01 Jan 2032 00:00:00 GMT',
    'c=d',
  ])
})

test('cookies of the origin that only resemble ours are its own', async () => {
  const own = ['my_latchkey_session=mine', 'latchkey_sessions=mine; Secure', 'a=latchkey_session=mine']
  expect(await cookiesSetBy(own)).toEqual(own)
})

/** What a browser gets of an origin's `Set-Cookie` lines. */
async function cookiesSetBy(lines: readonly string[]): Promise<readonly string[]> {
  const headers = new Headers()
  for (const line of lines) headers.append('set-cookie', line)
  const gateway = createTestGateway()
  gateway.deps.fetch = async () => new Response('ok', { headers })
  const request = new Request('https://api.example.com/orders', { headers: { 'x-api-key': secret } })
  return (await serveOn(gateway, request)).headers.getSetCookie()
}
