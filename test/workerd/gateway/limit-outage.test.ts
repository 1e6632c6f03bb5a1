// Limiters that cannot be reached, are slow, or whose answers are lost; and requests that come to an end while they wait for one.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { eq } from 'drizzle-orm'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import type { TestGateway } from '../../support/gateway-deps.ts'
import {
  calm,
  createLimitedGateway,
  members,
  pass,
  passedOf,
  seedLimitedKey,
  send,
  stopClockHere,
} from '../../support/limited-gateway.ts'
import { seedGateway, seedKey, seedRoute } from '../../support/seed.ts'

const HOUR = { periodSeconds: 3_600 } as const
const TIMEOUT_MS = 1_000
const FAULTS = ['throws', 'hangs'] as const

let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/strict', strict: true })
  await seedRoute({ path: '/free', cost: 0 })
})

beforeEach(() => {
  stopClockHere()
  gateway = createLimitedGateway()
})

afterEach(() => {
  vi.useRealTimers()
})

const ask = (secret: string, path?: string, using = gateway) => send(using, secret, path)

/** Of a limit, as an isolate sees it that has nothing of it. */
async function leftIn(secret: string, name = 'api'): Promise<number> {
  const fresh = createLimitedGateway()
  const { headers } = await ask(secret, '/orders', fresh)
  return Number(members(headers, 'ratelimit')[name]?.r)
}

describe.each(FAULTS)('a limiter that %s', (fault) => {
  beforeEach(() => {
    gateway.faults.limiter = fault
  })

  test('lets pass, where the limit says allow, up to the limit itself in each isolate', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 5, ...HOUR, onOutage: 'allow' }])
    expect(await passedOf(16, () => ask(secret))).toBe(5)
    const refused = await ask(secret)
    expect(refused.problem).toMatchObject({ code: 'rate_limited', limit: 'api' })
    await pass(1_000 * Number(refused.headers.get('retry-after')))
    expect((await ask(secret)).status).toBe(200)
  })

  test('lets nothing pass where it says deny: 503 and never 401', async () => {
    const { secret } = await seedLimitedKey([
      { name: 'api', limit: 5, ...HOUR, onOutage: 'allow' },
      { name: 'money', limit: 5, ...HOUR, onOutage: 'deny' },
    ])
    for (let i = 0; i < 10; i++) {
      const { status, problem, headers } = await ask(secret)
      expect([status, problem?.code, headers.get('retry-after')]).toEqual([
        503,
        'verification_unavailable',
        '2',
      ])
      expect(headers.has('www-authenticate')).toBe(false)
    }
    expect(gateway.calls.origin).toBe(0)
    gateway.faults.limiter = 'works'
    await pass(1_001)
    expect(await leftIn(secret)).toBe(4)
  })

  test('counts of a quota on from what was left when it was last heard of', async () => {
    gateway.faults.limiter = 'works'
    const { secret } = await seedLimitedKey(
      [],
      [{ name: 'all', limit: 10, period: 'lifetime', onOutage: 'allow', enforcement: 'exact' }],
    )
    for (let i = 0; i < 7; i++) await ask(secret)
    gateway.faults.limiter = fault
    expect(await passedOf(16, () => ask(secret))).toBe(3)
    expect((await ask(secret)).problem).toMatchObject({ code: 'quota_exceeded', quota: 'all' })
  })

  test('lets no more pass in a second outage than was left of a quota before it', async () => {
    const quota = {
      name: 'all',
      limit: 50,
      period: 'lifetime',
      onOutage: 'allow',
      enforcement: 'exact',
    } as const
    const { secret } = await seedLimitedKey([], [quota])
    expect((await ask(secret)).status).toBe(200)
    gateway.faults.limiter = 'works'
    await pass(1_001)
    for (let i = 0; i < 47; i++) await ask(secret)
    gateway.faults.limiter = fault
    await pass(1_001)
    expect(await passedOf(16, () => ask(secret))).toBe(3)
  })

  test('begins a window of a quota anew that begins while it is away', async () => {
    gateway.faults.limiter = 'works'
    const quota = { name: 'all', limit: 5, period: 'hour', onOutage: 'allow', enforcement: 'exact' } as const
    const { secret } = await seedLimitedKey([], [quota])
    for (let i = 0; i < 6; i++) await ask(secret)
    gateway.faults.limiter = fault
    await pass(3_600_001)
    expect(await passedOf(16, () => ask(secret))).toBe(5)
  })

  test('is waited for no longer than its timeout, left alone for a second, and asked again after it', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 100, ...HOUR, onOutage: 'allow' }])
    const startedAt = performance.now()
    expect(await passedOf(32, () => ask(secret))).toBe(32)
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS + 500)
    expect(gateway.calls.limiterCalls).toBe(1)
    for (let i = 0; i < 10; i++) expect((await ask(secret)).status).toBe(200)
    expect(gateway.calls.limiterCalls).toBe(1)
    gateway.faults.limiter = 'works'
    await pass(1_001)
    // Behind the answers of those that passed without it.
    expect(gateway.calls.limiterCalls).toBe(2)
    expect((await ask(secret)).status).toBe(200)
    expect(gateway.calls.limiterCalls).toBe(3)
    expect(gateway.logs).toContainEqual(expect.objectContaining({ event: 'limiter_unreachable' }))
  })

  test('holds up nobody any more: it is tried behind answers, and the longer it fails the more seldom', async () => {
    const { secret } = await seedLimitedKey([
      { name: 'api', limit: 1_000, ...HOUR, enforcement: 'exact', onOutage: 'allow' },
    ])
    await ask(secret)
    for (const [restMs, calls] of [
      [1_001, 2],
      [4_000, 2],
      [1_001, 3],
    ] as const) {
      await pass(restMs)
      const startedAt = performance.now()
      expect(await passedOf(16, () => ask(secret))).toBe(16)
      expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS)
      expect(gateway.calls.limiterCalls).toBe(calls)
    }
  })

  test('is not noticed while a lease lasts, not even where the limit says deny', async () => {
    gateway.faults.limiter = 'works'
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 6_000, ...HOUR, onOutage: 'deny' }])
    for (let i = 0; i < 20; i++) {
      await ask(secret)
      await pass(50)
    }
    await ask(secret)
    await calm()
    gateway.faults.limiter = fault
    await pass(1_500)
    for (let i = 0; i < 10; i++) expect((await ask(secret)).status).toBe(200)
    await calm()
    expect((await ask(secret)).status).toBe(200)
    await pass(15_000)
    expect((await ask(secret)).status).toBe(503)
  })

  test('costs requests nothing that are on no limit, and those that cost 0', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 5, ...HOUR, onOutage: 'deny' }])
    const unlimited = await seedKey()
    expect((await ask(unlimited.secret)).status).toBe(200)
    expect((await ask(secret, '/free')).status).toBe(200)
    expect(gateway.calls.limiterCalls).toBe(0)
  })
})

test('a limiter that is slow, within its timeout, is waited for', async () => {
  const { secret } = await seedLimitedKey([{ name: 'api', limit: 3, ...HOUR, onOutage: 'deny' }])
  const { limiter } = gateway.deps
  gateway.deps.limiter = (name) => ({
    ...limiter(name),
    take: async (call) => (await scheduler.wait(400), limiter(name).take(call)),
  })
  expect(await passedOf(16, () => ask(secret))).toBe(3)
  expect(gateway.logs.filter(({ event }) => event === 'limiter_unreachable')).toEqual([])
})

describe('a limiter whose answer is lost', () => {
  /** The first calls for at least so many tokens: they are counted there, and not heard of here. */
  function loseAnswers(count: number, surplus = 0): void {
    const { limiter } = gateway.deps
    let left = count
    gateway.deps.limiter = (name) => ({
      ...limiter(name),
      async take(call) {
        const answer = await limiter(name).take(call)
        if (call.requests.flat().some((asked) => asked.surplus >= surplus) && left-- > 0)
          throw new Error('injected: the answer is lost')
        return answer
      },
    })
  }

  test('passes nothing twice: what it set aside is charged', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 10, ...HOUR, onOutage: 'deny' }])
    loseAnswers(3)
    let passed = 0
    for (let i = 0; i < 40; i++) {
      if ((await ask(secret)).status === 200) passed++
      await pass(500)
    }
    expect(passed).toBeLessThanOrEqual(10)
    expect(passed).toBeGreaterThan(0)
  })

  test('is told once of what had passed on credit', async () => {
    const quota = { name: 'all', limit: 1_000, period: 'lifetime', onOutage: 'deny' } as const
    const { secret } = await seedLimitedKey([], [{ ...quota, enforcement: 'async' }])
    let owed = 0
    const { limiter } = gateway.deps
    gateway.deps.limiter = (name) => ({
      ...limiter(name),
      take: (call) => {
        owed += call.requests.flat().reduce((sum, asked) => sum + asked.owed, 0)
        return limiter(name).take(call)
      },
    })
    loseAnswers(20)
    let passed = 0
    for (let i = 0; i < 25; i++) {
      if ((await ask(secret)).status === 200) passed++
      await calm()
      await pass(5_001)
    }
    expect(owed).toBeLessThanOrEqual(passed)
    expect(passed).toBeGreaterThan(5)
  })

  test('takes nothing of a quota for good: what it brought is given back', async () => {
    const { secret } = await seedLimitedKey([], [{ name: 'all', limit: 10_000, period: 'lifetime' }])
    const askFor = async (ticks: number) => {
      for (let i = 0; i < ticks; i++) {
        await passedOf(10, () => ask(secret))
        await pass(100)
      }
    }
    await askFor(10)
    loseAnswers(1, 500)
    await askFor(30)
    await pass(40_000)
    // 400 passed.
    expect(await leftIn(secret, 'all')).toBe(9_599)
  })

  test('does not keep what it set aside from everybody for as long as this isolate goes on asking', async () => {
    const limit = { name: 'api', limit: 100, periodSeconds: 50, onOutage: 'allow' } as const
    const { secret } = await seedLimitedKey([limit])
    loseAnswers(1, 20)
    await passedOf(30, () => ask(secret))
    // Twice as much comes back as is used: in a minute all of it is there again.
    for (let i = 0; i < 60; i++) {
      await pass(1_000)
      await ask(secret)
    }
    await pass(16_000)
    expect(await leftIn(secret)).toBeGreaterThan(90)
  })
})

describe('a request that comes to an end while it waits for its budget', () => {
  /** What happens before the limiter answers. */
  function meanwhile(happens: () => Promise<unknown>): void {
    const { limiter } = gateway.deps
    let isFirst = true
    gateway.deps.limiter = (name) => ({
      ...limiter(name),
      async take(call) {
        const answer = await limiter(name).take(call)
        if (isFirst) await ((isFirst = false), happens())
        return answer
      },
    })
  }

  async function revoke(key: { id: string; hash: string }, tookMs: number): Promise<void> {
    await drizzle(env.DB).update(apiKeys).set({ state: 'revoked' }).where(eq(apiKeys.id, key.id))
    await hubOf(env).publish([{ kind: 'key', subject: key.hash }])
    vi.setSystemTime(Date.now() + tookMs)
  }

  test.each(['exact', 'leased'] as const)(
    'because its key is revoked is not admitted, and what was held for it goes back: %s',
    async (enforcement) => {
      const name = crypto.randomUUID()
      const key = await seedLimitedKey([
        { name: 'key', limit: 10, ...HOUR, enforcement },
        { name, limit: 10, ...HOUR, enforcement, per: 'project' },
      ])
      const other = await seedKey({ planId: key.planId })
      await ask(other.secret)
      meanwhile(() => revoke(key, 1_001))
      expect((await ask(key.secret)).problem).toMatchObject({ code: 'key_revoked' })
      expect(gateway.calls.origin).toBe(1)
      await pass(3_000)
      expect(await leftIn(other.secret, name)).toBe(8)
    },
  )

  test('on a strict route: so does what it took of a lease', async () => {
    const key = await seedLimitedKey([
      { name: 'key', limit: 10, ...HOUR, enforcement: 'exact' },
      { name: 'project', limit: 1_000, ...HOUR, per: 'project' },
    ])
    const other = await seedKey({ planId: key.planId })
    for (let i = 0; i < 5; i++) await ask(other.secret)
    await ask(key.secret, '/strict')
    const standing = async () => members((await ask(other.secret, '/free')).headers, 'ratelimit').project?.r
    const before = await standing()
    gateway.resetCalls()
    meanwhile(() => revoke(key, 100))
    expect((await ask(key.secret, '/strict')).problem).toMatchObject({ code: 'key_revoked' })
    expect(gateway.calls).toMatchObject({ limiterCalls: 1, origin: 0 })
    expect(await standing()).toBe(before)
  })

  test.each(['exact', 'leased'] as const)(
    'because its client went away asks to the end, so that nothing stays held for it: %s',
    async (enforcement) => {
      const key = await seedLimitedKey([
        { name: 'key', limit: 10, ...HOUR, enforcement },
        { name: crypto.randomUUID(), limit: 10, ...HOUR, enforcement, per: 'project' },
      ])
      const outlasting: Promise<unknown>[] = []
      const { waitUntil } = gateway.deps
      gateway.deps.waitUntil = (promise) => {
        outlasting.push(promise)
        waitUntil(promise)
      }
      let isOver = false
      let isAlive = false
      meanwhile(async () => {
        // The platform goes on with an invocation whose client is gone for as long as there is something that it was asked to wait for.
        const under = Promise.all(outlasting).then(() => (isOver = true))
        await Promise.race([under, scheduler.wait(50)])
        isAlive = outlasting.length > 0 && !isOver
      })
      await ask(key.secret)
      expect(isAlive).toBe(true)
    },
  )

  test('because its client went away, with its call under way, holds up the others no longer than the timeout', async () => {
    const key = await seedLimitedKey([{ name: 'api', limit: 10, ...HOUR }])
    await ask(key.secret)
    await pass(3_000)
    const subject = gateway.deps.memory.subjects.get(`key:${key.id}`)
    // The platform ends an invocation whose client is gone: nobody is there to say that the call is over.
    if (subject !== undefined) subject.askingSince = Date.now()
    const replies = Promise.all(Array.from({ length: 8 }, () => ask(key.secret)))
    await scheduler.wait(50)
    await pass(TIMEOUT_MS + 1)
    expect((await replies).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    expect(subject?.askingSince).toBe(0)
  })
})
