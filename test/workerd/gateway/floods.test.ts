// What many requests at once, and strangers without a key, may cost.
import { beforeAll, describe, expect, test } from 'vitest'
import { createTestGateway, serveOn, type TestGateway } from '../../support/gateway-deps.ts'
import { mintSecret, seedGateway, seedKey, seedRoute } from '../../support/seed.ts'
import { lend } from '../../support/tokens.ts'

let secret = ''
beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/strict', strict: true })
  secret = (await seedKey()).secret
})

const request = (path: string, key: string | null) =>
  new Request(`https://api.example.com${path}`, { headers: key === null ? {} : { 'x-api-key': key } })

async function flood(gateway: TestGateway, count: number, path: string, key: string | null) {
  const answers = await Promise.all(Array.from({ length: count }, () => serveOn(gateway, request(path, key))))
  await gateway.settle()
  return answers.map(({ status }) => status)
}

async function warm(): Promise<TestGateway> {
  const gateway = createTestGateway()
  expect((await serveOn(gateway, request('/x', secret))).status).toBe(200)
  await gateway.settle()
  gateway.resetCalls()
  gateway.deps.now = () => (gateway.clockMs += 1) // each look at the clock is a little later
  return gateway
}

describe('a strict route', () => {
  test('costs a stranger without a key no call to a relay', async () => {
    const gateway = await warm()
    for (let i = 0; i < 100; i++) await serveOn(gateway, request('/strict', null))
    await gateway.settle()
    expect(gateway.calls.relay).toBeLessThan(5)
  })
  test('costs a stranger with an invented key no call to a relay', async () => {
    const gateway = await warm()
    for (let i = 0; i < 100; i++) await serveOn(gateway, request('/strict', 'lk_live_invented'))
    await gateway.settle()
    expect(gateway.calls.relay).toBeLessThan(5)
  })
  test('costs a stranger whose keys look right no call to a relay, once the address has failed too often', async () => {
    const gateway = await warm()
    const parent = await seedKey()
    const send = (key: string) =>
      serveOn(
        gateway,
        new Request('https://api.example.com/strict', {
          headers: { 'x-api-key': key, 'cf-connecting-ip': '203.0.113.9' },
        }),
      )
    expect((await send(await mintSecret())).status).toBe(401)
    gateway.faults.failures = 'refuses'
    gateway.resetCalls()
    for (let i = 0; i < 20; i++) expect((await send(await mintSecret())).status).toBe(429)
    await gateway.settle()
    expect(gateway.calls).toMatchObject({ hub: 0, kvGet: 0, d1: 0 })
    expect(gateway.calls.relay).toBeLessThan(5)
    // Who shares the address, and whose key is known here or is a token of this deployment, is not held up.
    expect((await send(secret)).status).toBe(200)
    expect((await send(await lend(parent))).status).toBe(200)
  })
  test('and the hub none, while a relay is away', async () => {
    const gateway = await warm()
    gateway.faults.relay = 'throws'
    for (let i = 0; i < 100; i++) await serveOn(gateway, request('/strict', null))
    await gateway.settle()
    expect(gateway.calls.hub).toBeLessThan(5)
  })
})

describe('without the feed', () => {
  test('64 requests at once read D1 once for the configuration and once for the key', async () => {
    const gateway = createTestGateway()
    expect((await serveOn(gateway, request('/x', secret))).status).toBe(200)
    await gateway.settle()
    Object.assign(gateway.faults, { relay: 'throws', hub: 'throws' })
    gateway.clockMs += 1_001
    await flood(gateway, 1, '/x', secret)
    gateway.clockMs += 1_001
    gateway.resetCalls()
    const { readConfig, readKey } = gateway.deps
    gateway.deps.readConfig = async (stamp) => (await scheduler.wait(50), readConfig(stamp))
    gateway.deps.readKey = async (hash, stamp) => (await scheduler.wait(50), readKey(hash, stamp))
    await flood(gateway, 64, '/x', secret)
    expect(gateway.calls.d1).toBeLessThanOrEqual(2)
  })
  test('64 strangers without a key read D1 once', async () => {
    const gateway = createTestGateway()
    expect((await serveOn(gateway, request('/x', secret))).status).toBe(200)
    await gateway.settle()
    Object.assign(gateway.faults, { relay: 'throws', hub: 'throws' })
    gateway.clockMs += 1_001
    await flood(gateway, 1, '/x', null)
    gateway.clockMs += 1_001
    gateway.resetCalls()
    const { readConfig } = gateway.deps
    gateway.deps.readConfig = async (stamp) => (await scheduler.wait(50), readConfig(stamp))
    await flood(gateway, 64, '/x', null)
    expect(gateway.calls.d1).toBeLessThanOrEqual(1)
  })
})
