import { beforeAll, expect, test } from 'vitest'
import { createTestGateway, serveOn } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey } from '../../support/seed.ts'

let secret: string

beforeAll(async () => {
  await seedGateway()
  ;({ secret } = await seedKey({ network: { countries: ['DE', 'AT'] } }))
})

async function statusFrom(cf: Record<string, string> | undefined, headers: Record<string, string> = {}) {
  const init = { headers: { 'x-api-key': secret, ...headers }, ...(cf === undefined ? {} : { cf }) }
  return (await serveOn(createTestGateway(), new Request('https://api.example.com/x', init))).status
}

test('the country is the platform’s word, never a header’s', async () => {
  expect(await statusFrom({ country: 'DE' })).toBe(200)
  expect(await statusFrom({ country: 'at' })).toBe(200)
  expect(await statusFrom({ country: 'FR' })).toBe(403)
  expect(await statusFrom({ country: 'FR' }, { 'cf-ipcountry': 'DE' })).toBe(403)
  expect(await statusFrom(undefined, { 'cf-ipcountry': 'DE' })).toBe(403)
})
