// Every request is counted once, under what is known of it, and leaves the isolate within a second, behind the answers.
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limiterOf } from '../../../src/bindings.ts'
import { limiterName } from '../../../src/limits/rpc.ts'
import type { UsageCount } from '../../../src/limits/usage.ts'
import { callWith, createTestGateway, serveOn, type TestGateway } from '../../support/gateway-deps.ts'
import { mintSecret, seedGateway, seedKey, seedRoute } from '../../support/seed.ts'

let ids: Awaited<ReturnType<typeof seedGateway>>
let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway

beforeAll(async () => {
  ids = await seedGateway({ scopes: [] })
  await seedRoute({ path: '/open', auth: 'none' })
  await seedRoute({ path: '/scoped', scopes: ['orders:read'] })
})

beforeEach(async () => {
  key = await seedKey()
  gateway = createTestGateway()
})

const call = (path = '/orders', secret = key.secret) => callWith(secret, gateway, path)

const countsOf = ({ handedOver }: TestGateway, organization = ids.organization): readonly UsageCount[] =>
  handedOver.filter(({ organizationId }) => organizationId === organization).flatMap(({ counts }) => counts)

const requestsOf = (using: TestGateway) =>
  using.handedOver.flatMap(({ counts }) => counts).reduce((sum, { count }) => sum + count, 0)

const summary = (counts: readonly UsageCount[]) =>
  counts.map(({ outcome, statusClass, count }) => `${outcome} ${statusClass}xx: ${count}`)

/** Holds hand-overs back until they are let go, and says how long they meant to wait. */
function holdHandOvers(using: TestGateway) {
  const pauses: number[] = []
  const held: (() => void)[] = []
  const { sleep } = using.deps
  using.deps.sleep = (ms) => {
    if (ms < 100) return sleep(ms)
    pauses.push(ms)
    return new Promise((resolve) => held.push(resolve))
  }
  return {
    pauses,
    async letGo() {
      // A count that is being loaded is about to wait, too.
      await expect.poll(() => held.length).toBeGreaterThan(0)
      for (const resolve of held.splice(0)) resolve()
    },
  }
}

const request = (path = '/orders', secret: string | null = key.secret) =>
  new Request(`https://api.example.com${path}`, { headers: secret === null ? {} : { 'x-api-key': secret } })

describe('a request is counted', () => {
  test('as passed, with its key, project, route, minute and latencies', async () => {
    const { fetch } = gateway.deps
    gateway.deps.fetch = async (...args) => {
      gateway.clockMs += 30
      return fetch(...args)
    }
    await call()
    const [count] = countsOf(gateway)
    expect(count).toMatchObject({
      keyId: key.id,
      projectId: ids.project,
      routeId: expect.stringMatching(/^route_/),
      statusClass: 2,
      outcome: 'passed',
      count: 1,
      minuteMs: gateway.clockMs - (gateway.clockMs % 60_000),
      lastAtMs: gateway.clockMs,
    })
    // 0 ms in the gateway, and 30 until the origin's headers: at most 1, and at most 50.
    expect([count?.gatewayMs.indexOf(1), count?.originMs.indexOf(1)]).toEqual([0, 5])
  })

  test('as an error of the origin, from 500 on', async () => {
    gateway.deps.fetch = async () => new Response('', { status: 503 })
    await call()
    gateway.deps.fetch = async () => new Response('', { status: 404 })
    await call()
    expect(summary(countsOf(gateway))).toEqual(['origin_error 5xx: 1', 'passed 4xx: 1'])
  })

  test('as refused, with the code, and against its own key', async () => {
    const revoked = await seedKey({ state: 'revoked' })
    await call('/scoped')
    await call('/orders', revoked.secret)
    expect(summary(countsOf(gateway))).toEqual(['scope_missing 4xx: 1', 'key_revoked 4xx: 1'])
    expect(countsOf(gateway).map(({ keyId }) => keyId)).toEqual([key.id, revoked.id])
    expect(countsOf(gateway)[0]?.originMs.every((n) => n === 0)).toBe(true)
  })

  test('for the platform, where no key is known: nobody can count against another’s key', async () => {
    const forged = `${key.secret.slice(0, -1)}${key.secret.endsWith('0') ? '1' : '0'}`
    await call('/orders', await mintSecret())
    await call('/orders', forged)
    await call('/open')
    await serveOn(gateway, request('/orders', null))
    await serveOn(gateway, request('//x'))
    await gateway.settle()
    expect(countsOf(gateway)).toEqual([])
    const counts = countsOf(gateway, 'platform')
    expect(summary(counts).sort()).toEqual([
      'key_malformed 4xx: 1',
      'key_missing 4xx: 1',
      'key_unknown 4xx: 1',
      'passed 2xx: 1',
      'request_invalid 4xx: 1',
    ])
    expect(new Set(counts.map(({ keyId }) => keyId))).toEqual(new Set(['']))
  })
})

describe('counts are handed over', () => {
  test('within a second, once for all requests of it, and no request waits', async () => {
    const hold = holdHandOvers(gateway)
    for (let i = 0; i < 50; i++) expect((await serveOn(gateway, request())).status).toBe(200)
    await hold.letGo()
    await gateway.settle()
    expect([hold.pauses.length, gateway.handOvers]).toEqual([1, 1])
    expect(Math.max(...hold.pauses)).toBeLessThan(1_000)
    expect(summary(countsOf(gateway))).toEqual(['passed 2xx: 50'])
    // What comes afterwards is handed over by itself.
    await serveOn(gateway, request())
    await hold.letGo()
    await gateway.settle()
    expect(requestsOf(gateway)).toBe(51)
  })

  test('in numbered batches of one holder, whatever their organization', async () => {
    await call()
    await call('/open')
    await call()
    expect(gateway.handedOver.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(new Set(gateway.handedOver.map(({ holder }) => holder)).size).toBe(1)
    const other = createTestGateway()
    await callWith(key.secret, other)
    expect(other.handedOver[0]).toMatchObject({ seq: 1 })
    expect(other.handedOver[0]?.holder).not.toBe(gateway.handedOver[0]?.holder)
  })

  test('while a limiter hangs: requests pass and are counted on', async () => {
    await call()
    gateway.faults.limiter = 'hangs'
    for (let i = 0; i < 10; i++) expect((await serveOn(gateway, request())).status).toBe(200)
    await expect.poll(() => gateway.handOvers).toBe(2)
    expect((await serveOn(gateway, request())).status).toBe(200)
  })
})

describe('a limiter that fails', () => {
  test('gets the same batch again under its number, and what came meanwhile in the next', async () => {
    const sent: [number, number][] = []
    const { limiter } = gateway.deps
    gateway.deps.limiter = (name) => ({
      ...limiter(name),
      record: (batch) => {
        sent.push([batch.seq, batch.counts.reduce((sum, { count }) => sum + count, 0)])
        return limiter(name).record(batch)
      },
    })
    gateway.faults.limiter = 'throws'
    await call()
    await call()
    // Each hand-over tries three times.
    expect(sent).toEqual(Array.from({ length: 6 }, () => [1, 1]))
    expect(gateway.logs).toContainEqual({
      event: 'usage_not_handed_over',
      organization_id: ids.organization,
      error: 'Error',
    })
    gateway.faults.limiter = 'works'
    sent.length = 0
    await call()
    expect(sent).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(requestsOf(gateway)).toBe(3)
  })

  test('for so long that memory is full leaves sums, says so, and counts every request', async () => {
    gateway.faults.limiter = 'throws'
    await call()
    gateway.deps.memory.usage.size = 4_000
    await call()
    await call()
    expect(gateway.logs.filter(({ event }) => event === 'usage_summed')).toHaveLength(1)
    gateway.faults.limiter = 'works'
    await call()
    expect(requestsOf(gateway)).toBe(4)
    expect(countsOf(gateway).find(({ keyId }) => keyId === '')).toMatchObject({ routeId: '', count: 3 })
  })

  test('for longer than it remembers batches loses the batch and says how much', async () => {
    gateway.faults.limiter = 'throws'
    await call()
    gateway.faults.limiter = 'works'
    gateway.clockMs += 43_200_001
    await call()
    expect(requestsOf(gateway)).toBe(1)
    expect(gateway.logs).toContainEqual({
      event: 'usage_lost',
      organization_id: ids.organization,
      requests: 1,
    })
  })
})

test('an isolate that is killed loses what it had not handed over, and nothing of another isolate', async () => {
  const killed = gateway
  await call()
  const hold = holdHandOvers(killed)
  for (let i = 0; i < 7; i++) await serveOn(killed, request())
  await expect.poll(() => hold.pauses.length).toBe(1)
  // Never let go.
  const other = createTestGateway()
  await callWith(key.secret, other)
  expect([requestsOf(killed), requestsOf(other)]).toEqual([1, 1])
})

test('a hand-over that was cut off is begun anew by a later request', async () => {
  await call()
  const hold = holdHandOvers(gateway)
  await serveOn(gateway, request())
  await expect.poll(() => hold.pauses.length).toBe(1)
  gateway.clockMs += 25_000
  await serveOn(gateway, request())
  await expect.poll(() => hold.pauses.length).toBe(2)
  await hold.letGo()
  await expect.poll(() => requestsOf(gateway)).toBe(3)
})

test('the limiter of the organization keeps what it was handed', async () => {
  gateway.deps.limiter = (name) => limiterOf(env, name)
  await call()
  await call()
  const stub = limiterOf(env, limiterName('usage', ids.organization))
  const held = await runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec<{ seq: number; counts: string }>('SELECT seq, counts FROM usage_holders').one(),
  )
  expect(held.seq).toBe(2)
  expect(JSON.parse(`[${held.counts}]`)).toMatchObject([
    { keyId: key.id, count: 1 },
    { keyId: key.id, count: 1 },
  ])
})
