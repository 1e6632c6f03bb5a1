// The ladder: relay, hub, D1, the grace, and after it a refusal. Each rung keeps the bound as long as anybody can be
// asked, and each is left again when the one above is back.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { callWith, createTestGateway, serveOn, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey } from '../../support/seed.ts'

const BOUND_MS = 1_000
const GRACE_MS = 30_000
const RELAY_REST_MS = 10_000
const HUB_REST_MS = 1_000

let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
})

beforeEach(async () => {
  key = await seedKey()
  gateway = createTestGateway()
  await call()
  gateway.resetCalls()
})

const call = (using = gateway) => callWith(key.secret, using)

function revokeInD1() {
  return drizzle(env.DB).update(apiKeys).set({ state: 'revoked' }).where(eq(apiKeys.id, key.id))
}

const publish = () => hubOf(env).publish([{ kind: 'key', subject: key.hash }])

function cut(...links: readonly ('relay' | 'hub' | 'd1' | 'kv')[]): void {
  for (const link of links) gateway.faults[link] = 'throws'
}

function mend(...links: readonly ('relay' | 'hub' | 'd1' | 'kv')[]): void {
  for (const link of links) gateway.faults[link] = 'works'
}

async function callAfter(ms: number) {
  gateway.clockMs += ms
  gateway.resetCalls()
  return call()
}

describe('without the relay', () => {
  test('the hub is asked in the same sync, and a revocation is obeyed within the bound', async () => {
    cut('relay')
    await revokeInD1()
    await publish()
    expect((await callAfter(BOUND_MS + 1)).code).toBe('key_revoked')
    expect(gateway.calls).toMatchObject({ relay: 1, hub: 1, d1: 1 })
    expect(gateway.logs).toContainEqual({ event: 'sync_failed', keeper: 'relay', error: 'Error' })
  })

  test('the hub alone is asked while the relay rests, and the relay again after that', async () => {
    cut('relay')
    await callAfter(BOUND_MS + 1)
    await callAfter(RELAY_REST_MS - 1)
    expect(gateway.calls).toMatchObject({ relay: 0, hub: 1, d1: 0 })
    mend('relay')
    // Whoever failed is tried behind the others: this once, both are asked.
    await callAfter(1_001)
    expect(gateway.calls).toMatchObject({ relay: 1, hub: 1 })
    await callAfter(BOUND_MS + 1)
    expect(gateway.calls).toMatchObject({ relay: 1, hub: 0, d1: 0 })
  })

  test('64 requests at once wait for one timeout and make one call of the hub', async () => {
    const clock = createTestGateway()
    clock.deps.now = Date.now
    await callWith(key.secret, clock)
    clock.faults.relay = 'hangs'
    clock.resetCalls()
    const { hub } = clock.deps
    clock.deps.hub = async (known) => (await scheduler.wait(100), hub(known))
    await scheduler.wait(BOUND_MS + 100)
    const startedAt = Date.now()
    const request = () => new Request('https://api.example.com/', { headers: { 'x-api-key': key.secret } })
    const answers = await Promise.all(Array.from({ length: 64 }, () => serveOn(clock, request())))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(clock.calls).toMatchObject({ relay: 1, hub: 1, d1: 0 })
    expect(Date.now() - startedAt).toBeLessThan(2_000)
  })

  test('that hangs, requests are delayed once and not again and again', async () => {
    gateway.faults.relay = 'hangs'
    const elapsed: number[] = []
    // The first waits for the timeout. The fourth comes when the relay has rested, and is tried again.
    for (const pause of [BOUND_MS + 1, BOUND_MS + 1, BOUND_MS + 1, RELAY_REST_MS, BOUND_MS + 1]) {
      gateway.clockMs += pause
      const startedAt = Date.now()
      const request = new Request('https://api.example.com/', { headers: { 'x-api-key': key.secret } })
      expect((await serveOn(gateway, request)).status).toBe(200)
      elapsed.push(Date.now() - startedAt)
    }
    expect(elapsed[0]).toBeGreaterThanOrEqual(990)
    expect(Math.max(...elapsed.slice(1))).toBeLessThan(500)
    expect(gateway.calls).toMatchObject({ relay: 2, hub: 5, d1: 0 })
    await gateway.settle()
  })

  test('that has an older log than the hub, the hub is believed', async () => {
    const { relay } = gateway.deps
    gateway.deps.relay = async (known) => ({ ...(await relay(known)), epoch: 1 })
    await revokeInD1()
    await publish()
    expect((await callAfter(BOUND_MS + 1)).code).toBe('key_revoked')
    expect(gateway.calls).toMatchObject({ relay: 1, hub: 1 })
  })
})

describe('without relay and hub', () => {
  beforeEach(() => cut('relay', 'hub'))

  test('D1 decides: one read of the key and of the configuration within the bound, and KV is left alone', async () => {
    expect((await callAfter(BOUND_MS + 1)).status).toBe(200)
    expect(gateway.calls).toMatchObject({ relay: 1, hub: 1, d1: 2, kvGet: 0, kvPut: 0 })
    expect((await callAfter(BOUND_MS)).status).toBe(200)
    expect(gateway.calls.d1).toBe(0)
    expect((await callAfter(1)).status).toBe(200)
    expect(gateway.calls).toMatchObject({ d1: 2, kvGet: 0, kvPut: 0 })
  })

  test('a revocation in D1 is obeyed within the bound, though nobody could publish it', async () => {
    await callAfter(BOUND_MS + 1)
    await revokeInD1()
    expect((await callAfter(BOUND_MS)).status).toBe(200)
    expect((await callAfter(1)).code).toBe('key_revoked')
  })

  test('nobody is asked in vain: the hub once a second, the relay once in ten', async () => {
    await callAfter(BOUND_MS + 1)
    gateway.resetCalls()
    for (let ms = 0; ms < 20_000; ms += 100) {
      gateway.clockMs += 100
      await call()
    }
    expect(gateway.calls.relay).toBeLessThanOrEqual(2)
    expect(gateway.calls.hub).toBeLessThanOrEqual(20)
  })

  test('no request waits for the next try, however long it takes', async () => {
    await callAfter(BOUND_MS + 1)
    gateway.faults.hub = 'hangs'
    gateway.clockMs += HUB_REST_MS + 1
    const startedAt = Date.now()
    const request = new Request('https://api.example.com/', { headers: { 'x-api-key': key.secret } })
    expect((await serveOn(gateway, request)).status).toBe(200)
    expect(Date.now() - startedAt).toBeLessThan(500)
    await gateway.settle()
  })

  test('an isolate that has just begun asks D1, and reads again once the feed is there', async () => {
    const begun = createTestGateway()
    Object.assign(begun.faults, { relay: 'throws', hub: 'throws' })
    expect((await call(begun)).status).toBe(200)
    expect(begun.calls).toMatchObject({ d1: 2, kvGet: 0, kvPut: 0 })
    begun.faults.hub = 'works'
    begun.clockMs += HUB_REST_MS + 1
    // Stamped without a log, its copies say nothing of what has changed since.
    for (let i = 0; i < 2; i++) expect((await call(begun)).status).toBe(200)
    expect(begun.calls.kvGet).toBe(2)
    expect(begun.deps.memory.config?.snapshot.epoch).toBeGreaterThan(0)
  })

  test('the hub that is back is heard behind the next request, and D1 is left alone again', async () => {
    await callAfter(BOUND_MS + 1)
    mend('hub')
    await callAfter(HUB_REST_MS + 1)
    await callAfter(BOUND_MS / 2)
    expect(gateway.calls.d1).toBe(0)
    await revokeInD1()
    await publish()
    expect((await callAfter(BOUND_MS + 1)).code).toBe('key_revoked')
    expect(gateway.calls).toMatchObject({ hub: 1, d1: 1 })
  })
})

describe('without anybody', () => {
  beforeEach(() => cut('relay', 'hub', 'd1'))

  test('cached state is served for the grace, to the millisecond, and then refused as unavailable', async () => {
    expect((await callAfter(BOUND_MS + GRACE_MS)).status).toBe(200)
    const refused = await callAfter(1)
    expect([refused.status, refused.code]).toEqual([503, 'verification_unavailable'])
    expect(refused.headers.get('retry-after')).toBe('2')
  })

  test('the grace begins with the bound: up to it nothing is degraded', async () => {
    await callAfter(BOUND_MS)
    expect(gateway.logs.at(-1)).toMatchObject({ event: 'request', degraded: false })
    await callAfter(1)
    expect(gateway.logs.at(-1)).toMatchObject({ event: 'request', degraded: true })
  })

  test('it shows in logs and counts, and in no answer', async () => {
    mend('relay', 'hub', 'd1')
    const sound = await callAfter(BOUND_MS + 1)
    cut('relay', 'hub', 'd1')
    gateway.clockMs += BOUND_MS + 1
    const { text, headers } = await call()
    expect(text).toBe(sound.text)
    expect([...headers.keys()]).toEqual([...sound.headers.keys()])
    await call()
    await call()
    await callAfter(1_000)
    const counted = gateway.logs.filter(({ event }) => event === 'degraded')
    expect(counted).toEqual([
      { event: 'degraded', requests: 1 },
      { event: 'degraded', requests: 3 },
    ])
  })

  test('a key that this isolate has not seen is a 503, never a 401', async () => {
    gateway.clockMs += BOUND_MS + 1
    const refused = await callWith((await seedKey()).secret, gateway)
    expect([refused.status, refused.code]).toEqual([503, 'verification_unavailable'])
    expect(refused.headers.get('www-authenticate')).toBeNull()
  })

  test('a key that is known to be revoked stays refused', async () => {
    mend('relay', 'hub', 'd1')
    await revokeInD1()
    await publish()
    expect((await callAfter(BOUND_MS + 1)).code).toBe('key_revoked')
    cut('relay', 'hub', 'd1')
    expect((await callAfter(BOUND_MS + GRACE_MS)).code).toBe('key_revoked')
  })

  test('a key expires all the same', async () => {
    mend('relay', 'hub', 'd1')
    const expiring = await seedKey({ expiresAt: gateway.clockMs + 5_000 })
    expect((await callWith(expiring.secret, gateway)).status).toBe(200)
    cut('relay', 'hub', 'd1')
    gateway.clockMs += 4_999
    expect((await callWith(expiring.secret, gateway)).status).toBe(200)
    gateway.clockMs += 1
    expect((await callWith(expiring.secret, gateway)).code).toBe('key_expired')
  })

  test('what was read from D1 after the feed was lost counts from then', async () => {
    mend('d1')
    expect((await callAfter(20_000)).status).toBe(200)
    cut('d1')
    expect((await callAfter(BOUND_MS + GRACE_MS)).status).toBe(200)
    expect((await callAfter(1)).code).toBe('verification_unavailable')
  })

  test('D1 that is back ends the grace at once', async () => {
    await callAfter(BOUND_MS + 1)
    await revokeInD1()
    mend('d1')
    expect((await callAfter(1)).code).toBe('key_revoked')
    expect(gateway.logs.at(-1)).toMatchObject({ degraded: false })
  })

  test('the feed that is back ends a refusal', async () => {
    expect((await callAfter(BOUND_MS + GRACE_MS + 1)).status).toBe(503)
    mend('relay', 'hub')
    await callAfter(RELAY_REST_MS + 1)
    expect((await callAfter(1)).status).toBe(200)
    expect(gateway.logs.at(-1)).toMatchObject({ degraded: false })
  })
})
