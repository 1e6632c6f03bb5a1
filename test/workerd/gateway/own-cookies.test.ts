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
  ['__Host-latchkey_session=platform.S', null],
  ['my_latchkey_session=mine', 'my_latchkey_session=mine'],
])('a session is not passed on to the origin: %s', async (cookie, passedOn) => {
  const gateway = createTestGateway()
  const request = new Request('https://api.example.com/orders', { headers: { 'x-api-key': secret, cookie } })
  expect((await serveOn(gateway, request)).status).toBe(200)
  expect(gateway.toOrigin[0]?.headers.get('cookie')).toBe(passedOn)
})
