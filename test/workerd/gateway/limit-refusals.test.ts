// How long a refusal stands, and for whom: no longer than it is true, and for nobody else.
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { TakeCall } from '../../../src/limits/rpc.ts'
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
import { seedGateway, seedRoute } from '../../support/seed.ts'

const HOUR = { periodSeconds: 3_600 } as const

let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/heavy', cost: 5 })
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

test.each(['lifetime', 'month'] as const)(
  'an isolate that is refused while another one holds a lease of a quota asks again when that is over: %s',
  async (period) => {
    const { secret } = await seedLimitedKey([], [{ name: 'all', limit: 100, period }])
    const other = createLimitedGateway()
    await passedOf(20, () => ask(secret))
    await pass(600)
    await passedOf(5, () => ask(secret))
    while ((await ask(secret, '/orders', other)).status === 200);
    // What the first one did not need comes back.
    await pass(16_000)
    expect((await ask(secret, '/orders', other)).status).toBe(200)
  },
)

test('a costly request is told how long it takes itself, and not a cheaper one', async () => {
  const limit = { name: 'api', limit: 10, periodSeconds: 100, enforcement: 'exact' } as const
  const { secret } = await seedLimitedKey([limit])
  for (let i = 0; i < 10; i++) await ask(secret)
  expect((await ask(secret)).headers.get('retry-after')).toBe('10')
  const { headers } = await ask(secret, '/heavy')
  expect(headers.get('retry-after')).toBe('50')
  gateway.resetCalls()
  for (let i = 0; i < 20; i++) for (const path of ['/orders', '/heavy']) await ask(secret, path)
  expect(gateway.calls.limiterCalls).toBe(0)
  await pass(50_000)
  expect((await ask(secret, '/heavy')).status).toBe(200)
})

test('a limit of 0 blocks what costs nothing, too, and nobody is asked', async () => {
  const { secret } = await seedLimitedKey([{ name: 'api', limit: 0, ...HOUR }])
  for (const path of ['/free', '/orders']) {
    const { status, problem, headers } = await ask(secret, path)
    expect([status, problem?.limit, headers.has('retry-after')]).toEqual([429, 'api', false])
  }
  expect(gateway.calls.limiterCalls).toBe(0)
})

test('requests that one limit refuses make the isolate lease no more of the others', async () => {
  const shared = { name: crypto.randomUUID(), limit: 10_000, ...HOUR, per: 'organization' } as const
  const { secret } = await seedLimitedKey([{ name: 'own', limit: 10, periodSeconds: 10 }, shared])
  const calls: TakeCall[] = []
  const { limiter } = gateway.deps
  gateway.deps.limiter = (name) => ({
    ...limiter(name),
    take: (call) => (calls.push(call), limiter(name).take(call)),
  })
  for (let tick = 0; tick < 180; tick++) {
    for (let i = 0; i < 10; i++) await ask(secret)
    await pass(100)
  }
  await calm()
  const wanted = calls
    .flatMap(({ requests }) => requests.flat())
    .filter(({ rule }) => rule.name === shared.name)
  // A hundred in a second are sent, and one of them passes: that is what a lease of 15 s is for.
  expect(Math.max(...wanted.map(({ surplus }) => surplus))).toBeLessThan(100)
})
