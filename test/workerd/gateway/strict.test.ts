// A strict route obeys every change that was in force when the request began: one sync per request, and no grace.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { routes } from '../../../src/model/schema/routing.ts'
import { keyCopyName } from '../../../src/store/edge.ts'
import { callWith, createTestGateway, serveOn, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey, seedRoute } from '../../support/seed.ts'

const BOUND_MS = 1_000
const NO_STORAGE = { kvGet: 0, kvPut: 0, d1: 0 }

let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/strict/*', strict: true })
})

beforeEach(async () => {
  key = await seedKey()
  gateway = createTestGateway()
  await call()
  gateway.resetCalls()
  gateway.clockMs += 1
})

const call = (using = gateway) => callWith(key.secret, using, '/strict/pay')

function revokeInD1() {
  return drizzle(env.DB).update(apiKeys).set({ state: 'revoked' }).where(eq(apiKeys.id, key.id))
}

const publish = () => hubOf(env).publish([{ kind: 'key', subject: key.hash }])

test('a request costs one sync and no storage, however fresh or stale the feed is', async () => {
  for (const pause of [1, BOUND_MS / 2, BOUND_MS + 1, 60_000]) {
    gateway.clockMs += pause
    gateway.resetCalls()
    expect((await call()).status).toBe(200)
    expect(gateway.calls).toMatchObject({ ...NO_STORAGE, relay: 1, hub: 0, origin: 1 })
  }
})

test('requests that begin together share a sync; the ones that begin later do not rest on it', async () => {
  const { relay } = gateway.deps
  gateway.deps.relay = async (known) => (await scheduler.wait(30), relay(known))
  const ask = () => {
    const headers = { authorization: `Bearer ${key.secret}` }
    return serveOn(gateway, new Request('https://api.example.com/strict/pay', { headers }))
  }
  const early = Array.from({ length: 32 }, ask)
  await scheduler.wait(10)
  gateway.clockMs += 1
  const answers = await Promise.all([...early, ...Array.from({ length: 32 }, ask)])
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  expect(gateway.calls).toMatchObject({ ...NO_STORAGE, relay: 2, origin: 64 })
})

test('another route of the same gateway may be behind by the bound, at the same moment', async () => {
  gateway.faults.kv = 'frozen'
  await revokeInD1()
  await publish()
  expect((await callWith(key.secret, gateway, '/orders')).status).toBe(200)
  expect((await call()).code).toBe('key_revoked')
})

test('a revocation that was acknowledged before the request began is obeyed, though memory and KV are stale', async () => {
  gateway.faults.kv = 'frozen'
  const stale = await env.KV.get(keyCopyName(key.hash))
  await revokeInD1()
  await publish()
  expect((await call()).code).toBe('key_revoked')
  expect(gateway.calls).toMatchObject({ relay: 1, d1: 1, origin: 0 })
  expect(await env.KV.get(keyCopyName(key.hash))).toBe(stale)
})

test('a route that has become strict is strict from the first request that knows of it', async () => {
  await seedRoute({ path: '/later/*' })
  await hubOf(env).publish([{ kind: 'config', subject: 'config' }])
  gateway.clockMs += BOUND_MS + 1
  expect((await callWith(key.secret, gateway, '/later/1')).status).toBe(200)
  await drizzle(env.DB).update(routes).set({ strict: true }).where(eq(routes.path, '/later/*'))
  await hubOf(env).publish([{ kind: 'config', subject: 'config' }])
  gateway.clockMs += BOUND_MS + 1
  await callWith(key.secret, gateway, '/later/1')
  await revokeInD1()
  await publish()
  gateway.clockMs += 1
  expect((await callWith(key.secret, gateway, '/later/1')).code).toBe('key_revoked')
})

test('what the sync right before the request goes out brings is decided on again', async () => {
  const uncached = await seedKey()
  const { readKey } = gateway.deps
  let isFirst = true
  gateway.deps.readKey = async (hash, stamp) => {
    const read = await readKey(hash, stamp)
    if (!isFirst) return read
    isFirst = false
    // D1 is slow, within the bound, and the key is revoked before it has answered.
    await drizzle(env.DB).update(apiKeys).set({ state: 'revoked' }).where(eq(apiKeys.hash, hash))
    await hubOf(env).publish([{ kind: 'key', subject: hash }])
    gateway.clockMs += BOUND_MS / 4
    return read
  }
  expect((await callWith(uncached.secret, gateway, '/strict/pay')).code).toBe('key_revoked')
  expect(gateway.calls).toMatchObject({ relay: 2, d1: 2, origin: 0 })
})

test('a key that expires during the sync is refused', async () => {
  const expiresAt = gateway.clockMs + 50
  const expiring = await seedKey({ expiresAt })
  const { relay } = gateway.deps
  gateway.deps.relay = async (known) => {
    gateway.clockMs = expiresAt
    return relay(known)
  }
  expect((await callWith(expiring.secret, gateway, '/strict/pay')).code).toBe('key_expired')
  expect(gateway.calls.relay).toBeGreaterThan(0)
})

test('without the relay the hub is asked', async () => {
  gateway.faults.relay = 'throws'
  gateway.faults.kv = 'frozen'
  await revokeInD1()
  await publish()
  expect((await call()).code).toBe('key_revoked')
  expect(gateway.calls).toMatchObject({ relay: 1, hub: 1, d1: 1 })
})

test('without relay and hub D1 is asked at every request, and obeyed at once', async () => {
  gateway.faults.relay = 'throws'
  gateway.faults.hub = 'throws'
  for (let i = 0; i < 3; i++) {
    gateway.clockMs += 1
    gateway.resetCalls()
    expect((await call()).status).toBe(200)
    expect(gateway.calls).toMatchObject({ d1: 2, kvGet: 0, kvPut: 0 })
  }
  await revokeInD1()
  gateway.clockMs += 1
  expect((await call()).code).toBe('key_revoked')
})

test('without anybody it refuses at once, while other routes have their grace', async () => {
  for (const link of ['relay', 'hub', 'd1'] as const) gateway.faults[link] = 'throws'
  const refused = await call()
  expect([refused.status, refused.code]).toEqual([503, 'verification_unavailable'])
  expect(refused.headers.get('retry-after')).toBe('2')
  expect(gateway.calls.origin).toBe(0)
  gateway.clockMs += BOUND_MS + 1
  expect((await callWith(key.secret, gateway, '/orders')).status).toBe(200)
  expect(gateway.logs.at(-1)).toMatchObject({ degraded: true })
  expect((await call()).status).toBe(503)
})
