// What limits promise and do not keep yet: each test here fails, and says so when it no longer does.
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
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
import { seedGateway } from '../../support/seed.ts'

let gateway: TestGateway

beforeAll(() => seedGateway())

beforeEach(() => {
  stopClockHere()
  gateway = createLimitedGateway()
})

afterEach(() => {
  vi.useRealTimers()
})

test.fails(
  'who keeps to the pace of an exact limit is never refused, where another limiter is asked, too',
  async () => {
    const { secret } = await seedLimitedKey([
      { name: 'own', limit: 1, periodSeconds: 1, enforcement: 'exact' },
      { name: crypto.randomUUID(), limit: 1_000, periodSeconds: 60, per: 'project', enforcement: 'exact' },
    ])
    for (let i = 0; i < 4; i++) {
      expect((await send(gateway, secret)).status).toBe(200)
      await calm()
      await pass(1_000)
    }
  },
)

test.fails(
  'an abuser of an exact limit costs few calls, also in the moment in which a token comes back',
  async () => {
    const { secret } = await seedLimitedKey([
      { name: 'own', limit: 10, burst: 1, periodSeconds: 1, enforcement: 'exact' },
    ])
    for (let i = 0; i < 2; i++) await send(gateway, secret)
    gateway.resetCalls()
    for (let i = 0; i < 5; i++) {
      await pass(100)
      await passedOf(64, () => send(gateway, secret))
    }
    expect(gateway.calls.limiterCalls).toBeLessThan(64)
  },
)

test.fails('a lost answer takes little of a quota for good', async () => {
  const { secret } = await seedLimitedKey([], [{ name: 'all', limit: 10_000, period: 'lifetime' }])
  const { limiter } = gateway.deps
  const askFor = async (ticks: number) => {
    for (let i = 0; i < ticks; i++) {
      await passedOf(10, () => send(gateway, secret))
      await pass(100)
    }
  }
  let lost = 0
  gateway.deps.limiter = (name) => ({
    ...limiter(name),
    async take(call) {
      const answer = await limiter(name).take(call)
      if (call.asks.some(({ surplus }) => surplus > 500) && lost++ < 1)
        throw new Error('injected: the answer is lost')
      return answer
    },
  })
  await askFor(40)
  await pass(40_000)
  const { headers } = await send(createLimitedGateway(), secret)
  // 400 passed.
  expect(Number(members(headers, 'ratelimit').all?.r)).toBeGreaterThan(9_500)
})
