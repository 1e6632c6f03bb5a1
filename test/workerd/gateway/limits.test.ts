// Limits as a consumer meets them: what is charged, what is not, and what a refusal says.
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { NO_CALLS, type TestGateway } from '../../support/gateway-deps.ts'
import {
  calm,
  createLimitedGateway,
  members,
  pass,
  seedLimitedKey,
  send,
  stopClockHere,
} from '../../support/limited-gateway.ts'
import { mintSecret, seedGateway, seedKey, seedRoute } from '../../support/seed.ts'

/** No window of a quota ends within a test. */
const NO_END = { period: 'lifetime' } as const
const MINUTE = { periodSeconds: 60 } as const

let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/heavy', cost: 5 })
  await seedRoute({ path: '/free', cost: 0 })
  await seedRoute({ path: '/named', limits: ['second'] })
  await seedRoute({ path: '/unlimited', limits: [] })
  await seedRoute({ path: '/open', auth: 'none' })
  await seedRoute({ path: '/web', cors: { origins: ['https://app.example.com'] } })
  await seedRoute({ path: '/admin', scopes: ['admin:write'] })
})

beforeEach(() => {
  stopClockHere()
  gateway = createLimitedGateway()
})

afterEach(() => {
  vi.useRealTimers()
})

const ask = (secret: string | null, path?: string, init?: RequestInit) => send(gateway, secret, path, init)

async function statuses(count: number, secret: string, path?: string): Promise<number[]> {
  const found: number[] = []
  for (let i = 0; i < count; i++) found.push((await ask(secret, path)).status)
  return found
}

/** A second in which the isolate learns how much it needs. */
async function warmUp(secret: string): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await statuses(10, secret)
    await pass(100)
  }
  await ask(secret)
  await calm()
}

describe('what a request costs', () => {
  test('a warm request on leased limits waits for nobody, and few of them ask at all', async () => {
    const { secret } = await seedLimitedKey(
      [{ name: 'api', limit: 60_000, ...MINUTE }],
      [{ name: 'all', limit: 1_000_000, ...NO_END }],
    )
    await warmUp(secret)
    const answer = Promise.withResolvers<void>()
    const { limiter } = gateway.deps
    gateway.deps.limiter = (name) => ({
      ...limiter(name),
      take: async (call) => (await answer.promise, limiter(name).take(call)),
    })
    gateway.resetCalls()
    expect(await statuses(50, secret)).toEqual(Array.from({ length: 50 }, () => 200))
    expect(gateway.calls).toMatchObject({ ...NO_CALLS, origin: 50 })
    answer.resolve()
    await calm()
    expect(gateway.calls.limiterCalls).toBeLessThanOrEqual(1)
  })

  test('an exact limit asks once for each request', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 10, ...MINUTE, enforcement: 'exact' }])
    await ask(secret)
    gateway.resetCalls()
    await ask(secret)
    expect(gateway.calls).toMatchObject({ ...NO_CALLS, limiterCalls: 1, origin: 1 })
  })

  test('the route says how much; 0 passes where nothing is left', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 11, ...MINUTE, enforcement: 'exact' }])
    expect(await statuses(3, secret, '/heavy')).toEqual([200, 200, 429])
    expect(await statuses(2, secret)).toEqual([200, 429])
    expect(await statuses(3, secret, '/free')).toEqual([200, 200, 200])
  })

  test('the route names the limits that bind it', async () => {
    const { secret } = await seedLimitedKey([
      { name: 'first', limit: 1, ...MINUTE },
      { name: 'second', limit: 2, ...MINUTE },
    ])
    expect(await statuses(3, secret, '/named')).toEqual([200, 200, 429])
    expect(Object.keys(members((await ask(secret, '/named')).headers, 'ratelimit'))).toEqual(['second'])
    expect(await statuses(3, secret, '/unlimited')).toEqual([200, 200, 200])
    expect((await ask(secret, '/unlimited')).headers.has('ratelimit')).toBe(false)
  })

  test('nothing, for whoever is not let in: no key, a wrong one, a revoked one, one without the scope', async () => {
    const key = await seedLimitedKey([{ name: 'api', limit: 2, ...MINUTE, per: 'organization' }])
    const revoked = await seedKey({ planId: key.planId, state: 'revoked' })
    await ask(key.secret)
    await calm()
    gateway.resetCalls()
    for (let i = 0; i < 5; i++) {
      expect((await ask(null)).status).toBe(401)
      expect((await ask(`${key.secret.slice(0, -1)}!`)).status).toBe(401)
      expect(
        (await ask(await mintSecret(), '/orders', { headers: { 'cf-connecting-ip': '203.0.113.9' } })).status,
      ).toBe(401)
      expect((await ask(revoked.secret)).problem).toMatchObject({ code: 'key_revoked' })
      expect((await ask(key.secret, '/admin')).problem).toMatchObject({ code: 'scope_missing' })
      expect((await ask(null, '/open')).status).toBe(200)
      const preflight = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' }
      expect((await ask(null, '/web', { method: 'OPTIONS', headers: preflight })).status).toBe(204)
    }
    expect(gateway.calls.limiterCalls).toBe(0)
    expect(await statuses(2, key.secret)).toEqual([200, 429])
  })

  test('no field stands on an answer that was not counted', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 2, ...MINUTE }])
    for (const reply of [await ask(null, '/open'), await ask(secret, '/admin'), await ask(null)]) {
      expect(reply.headers.has('ratelimit')).toBe(false)
      expect(reply.headers.has('ratelimit-policy')).toBe(false)
    }
  })
})

describe('a refusal', () => {
  const exact = { enforcement: 'exact' } as const

  test.each([
    ['a bucket', { limit: 3, periodSeconds: 30, burst: 1 }],
    ['a sliding log', { limit: 1, periodSeconds: 10, algorithm: 'sliding_log' as const }],
  ])('of %s: who retries exactly after Retry-After passes, a millisecond before not', async (_, limit) => {
    const { secret } = await seedLimitedKey([{ name: 'api', ...limit, ...exact }])
    expect(await statuses(2, secret)).toEqual([200, 429])
    const refused = await ask(secret)
    expect(refused.problem).toMatchObject({ code: 'rate_limited', status: 429, limit: 'api' })
    expect(refused.headers.get('retry-after')).toBe('10')
    await pass(9_999)
    expect((await ask(secret)).headers.get('retry-after')).toBe('1')
    await pass(1)
    expect(await statuses(2, secret)).toEqual([200, 429])
  })

  test('of a leased limit is true too: a lone retry passes', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 5, periodSeconds: 10 }])
    for (let round = 0; round < 5; round++) {
      let reply = await ask(secret)
      while (reply.status === 200) reply = await ask(secret)
      await pass(1_000 * Number(reply.headers.get('retry-after')))
      expect((await ask(secret)).status).toBe(200)
    }
  })

  test('of a quota names it, and when it begins anew', async () => {
    const { secret } = await seedLimitedKey([], [{ name: 'hourly', limit: 1, period: 'hour' }])
    await ask(secret)
    const { problem, headers } = await ask(secret)
    expect(problem).toMatchObject({ code: 'quota_exceeded', status: 429, quota: 'hourly' })
    const resetsAt = Date.parse(String(problem?.resets_at))
    expect(resetsAt % 3_600_000).toBe(0)
    const waitMs = 1_000 * Number(headers.get('retry-after'))
    expect(waitMs).toBeGreaterThanOrEqual(resetsAt - Date.now())
    expect(waitMs).toBeLessThan(resetsAt - Date.now() + 1_000)
    await pass(resetsAt - Date.now())
    expect((await ask(secret)).status).toBe(200)
  })

  test('that never ends says why, and no Retry-After', async () => {
    const small = await seedLimitedKey([{ name: 'small', limit: 100, burst: 4, ...MINUTE }])
    const zero = await seedLimitedKey([{ name: 'none', limit: 0, ...MINUTE }])
    const refused = await ask(zero.secret)
    expect(refused.problem).toMatchObject({
      limit: 'none',
      detail: 'The limit none of 0 in 60 s lets nothing pass.',
    })
    expect(refused.headers.has('retry-after')).toBe(false)
    expect(await statuses(2, small.secret, '/heavy')).toEqual([429, 429])
    expect((await ask(small.secret, '/heavy')).problem?.detail).toContain('lets 4 pass at once')
    expect((await ask(small.secret)).status).toBe(200)
  })

  test('is remembered: a thousand more requests ask nobody, and do not lengthen it', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 2, periodSeconds: 20 }])
    await statuses(2, secret)
    const { headers } = await ask(secret)
    const endsAt = Date.now() + 1_000 * Number(headers.get('retry-after'))
    await calm()
    gateway.resetCalls()
    for (let i = 0; i < 1_000; i++) expect((await ask(secret)).status).toBe(429)
    expect(gateway.calls).toMatchObject({ ...NO_CALLS, origin: 0 })
    await pass(endsAt - Date.now())
    expect((await ask(secret)).status).toBe(200)
  })

  test('of a costly request stands in nobody else’s way', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 6, ...MINUTE, ...exact }])
    expect(await statuses(2, secret, '/heavy')).toEqual([200, 429])
    expect(await statuses(2, secret)).toEqual([200, 429])
  })

  test('by several limiters says how long the last of them takes', async () => {
    const { secret } = await seedLimitedKey([
      { name: 'quick', limit: 1, periodSeconds: 10, ...exact },
      { name: 'slow', limit: 1, ...MINUTE, ...exact, per: 'project' },
      { name: 'middle', limit: 1, periodSeconds: 30, ...exact, per: 'organization' },
    ])
    await ask(secret)
    const { problem, headers } = await ask(secret)
    expect(problem).toMatchObject({ code: 'rate_limited', limit: 'slow' })
    expect(headers.get('retry-after')).toBe('60')
    await pass(60_000)
    expect((await ask(secret)).status).toBe(200)
  })

  test('by one of several leaves the others uncharged', async () => {
    const { secret } = await seedLimitedKey([
      { name: 'tight', limit: 1, ...MINUTE, ...exact },
      { name: 'project', limit: 5, ...MINUTE, ...exact, per: 'project' },
    ])
    const { problem } = (await statuses(1, secret), await ask(secret))
    expect(problem).toMatchObject({ limit: 'tight' })
    await statuses(5, secret)
    await calm()
    const { headers } = await ask(secret, '/free')
    expect(members(headers, 'ratelimit')).toMatchObject({ tight: { r: 0 }, project: { r: 4 } })
  })
})
