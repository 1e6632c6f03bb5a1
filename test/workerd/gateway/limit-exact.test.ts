// Exact limits: nobody is refused who keeps to the pace, and nobody costs a call for each request.
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { TestGateway } from '../../support/gateway-deps.ts'
import {
  calm,
  createLimitedGateway,
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

test('who keeps to the pace of an exact limit is never refused, where another limiter is asked, too', async () => {
  const { secret } = await seedLimitedKey([
    { name: 'own', limit: 1, periodSeconds: 1, enforcement: 'exact' },
    { name: crypto.randomUUID(), limit: 1_000, periodSeconds: 60, per: 'project', enforcement: 'exact' },
  ])
  for (let i = 0; i < 4; i++) {
    expect((await send(gateway, secret)).status).toBe(200)
    await scheduler.wait(20)
    await calm()
    await pass(1_000)
  }
})

test('an abuser of an exact limit costs few calls, also in the moment in which a token comes back', async () => {
  const { secret } = await seedLimitedKey([
    { name: 'own', limit: 10, burst: 1, periodSeconds: 1, enforcement: 'exact' },
  ])
  for (let i = 0; i < 2; i++) await send(gateway, secret)
  gateway.resetCalls()
  for (let i = 0; i < 5; i++) {
    await pass(100)
    expect(await passedOf(64, () => send(gateway, secret))).toBe(1)
  }
  // A few ask at once, and the others hear what became of them.
  expect(gateway.calls.limiterCalls).toBeLessThanOrEqual(5 * 5)
})

test.each([1, 2])('as many pass at once as there is room for, by few calls: %d limiters', async (count) => {
  const { secret } = await seedLimitedKey(
    [
      { name: 'own', limit: 50, periodSeconds: 3_600, enforcement: 'exact' } as const,
      {
        name: crypto.randomUUID(),
        limit: 60,
        periodSeconds: 3_600,
        per: 'project',
        enforcement: 'exact',
      } as const,
    ].slice(0, count),
  )
  const { limiter } = gateway.deps
  gateway.deps.limiter = (name) => ({
    ...limiter(name),
    take: async (call) => (await scheduler.wait(40), limiter(name).take(call)),
  })
  expect(await passedOf(64, () => send(gateway, secret))).toBe(50)
  expect(gateway.calls.limiterCalls).toBeLessThanOrEqual(12 * count)
  expect(await passedOf(64, () => send(createLimitedGateway(), secret))).toBe(0)
})
