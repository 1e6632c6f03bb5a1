// Answers that are lost or late, subjects that memory has forgotten, limiters that fail while leases last: nothing is spent twice, nothing
// is free that somebody still spends, and nobody storms a limiter that is down.
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { TakeCall } from '../../../src/limits/rpc.ts'
import { passTime } from '../../support/feed-objects.ts'
import type { TestGateway } from '../../support/gateway-deps.ts'
import {
  calm,
  createLimitedGateway,
  members,
  pass,
  seedLimitedKey,
  send,
  stopClockHere,
} from '../../support/limited-gateway.ts'
import { seedGateway, seedKey } from '../../support/seed.ts'

const HOUR_MS = 3_600_000
const HOUR = { periodSeconds: 3_600 } as const

let gateway: TestGateway

beforeAll(() => seedGateway())

beforeEach(() => {
  stopClockHere()
  gateway = createLimitedGateway()
})

afterEach(() => {
  vi.useRealTimers()
})

/** Lets the test do something with each call before it is answered. */
function intercept(onAnswer: (name: string, call: TakeCall) => Promise<void> | void): void {
  const { limiter } = gateway.deps
  gateway.deps.limiter = (name) => ({
    ...limiter(name),
    async take(call) {
      const answers = await limiter(name).take(call)
      await onAnswer(name, call)
      return answers
    },
  })
}

async function settled(): Promise<void> {
  await scheduler.wait(50)
  await calm()
}

test('a subject that memory forgot, and another key brings back, goes by other names', async () => {
  const limit = { name: crypto.randomUUID(), limit: 400, periodSeconds: 86_400 * 30, per: 'project' } as const
  const one = await seedLimitedKey([{ ...limit, onOutage: 'deny' }])
  const other = await seedKey({ planId: one.planId })
  const seen = new Set<string>()
  const loss = { isDue: false, times: 0 }
  intercept((name) => {
    seen.add(name)
    if (!loss.isDue) return
    Object.assign(loss, { isDue: false, times: loss.times + 1 })
    throw new Error('injected: the answer is lost')
  })
  let passed = 0
  const ask = async (secret: string, using = gateway) => {
    const { status } = await send(using, secret)
    if (status === 200) passed++
    await calm()
    return status
  }
  const askFor = async (secret: string) => {
    for (let i = 0; i < 40; i++) {
      await ask(secret)
      await pass(20)
    }
  }
  await askFor(one.secret)
  // So many others came by that memory holds no more.
  for (const name of seen) gateway.deps.memory.subjects.delete(name)
  await askFor(other.secret)
  loss.isDue = true
  for (let i = 0; loss.times === 0 && i < 300; i++) await ask(one.secret)
  await pass(1_001)
  await askFor(one.secret)
  const third = createLimitedGateway()
  for (let i = 0; i < 300 && (await ask(one.secret, third)) === 200; i++);
  for (let i = 0; i < 100; i++) await ask(other.secret)
  expect(passed).toBeLessThanOrEqual(400)
})

test('an answer that comes after that of a later lease does not make it say its totals anew', async () => {
  vi.setSystemTime((Math.floor(Date.now() / HOUR_MS) + 2) * HOUR_MS - 300)
  const { secret } = await seedLimitedKey(
    [{ name: crypto.randomUUID(), limit: 1_000, ...HOUR, per: 'project', enforcement: 'exact' }],
    [{ name: 'all', limit: 100, period: 'hour', enforcement: 'exact', timeZone: 'utc' }],
  )
  const answer = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<void>()
  const own = { calls: 0, isDown: false }
  intercept(async (name) => {
    if (!name.startsWith('key:')) return
    if (own.isDown) throw new Error('injected: the answer is lost')
    if (own.calls++ > 0) return
    taken.resolve()
    await answer.promise
  })
  let passed = 0
  const ask = async (times: number) => {
    for (let i = 0; i < times; i++) if ((await send(gateway, secret)).status === 200) passed++
    await settled()
  }
  const late = send(gateway, secret)
  await taken.promise
  // In the next window.
  passTime(310)
  await ask(5)
  answer.resolve()
  if ((await late).status === 200) passed++
  await ask(4)
  own.isDown = true
  await ask(1)
  own.isDown = false
  await pass(5_000)
  const { headers } = await send(createLimitedGateway(), secret)
  expect(passed).toBeGreaterThanOrEqual(10)
  expect(Number(members(headers, 'ratelimit').all?.r)).toBeLessThanOrEqual(100 - 10 - 1)
})

test('a limiter that fails is not asked by each request that spends of a lease', async () => {
  const { secret } = await seedLimitedKey([{ name: 'api', limit: 6_000, ...HOUR, onOutage: 'deny' }])
  for (let i = 0; i < 40; i++) {
    await send(gateway, secret)
    await pass(50)
  }
  await calm()
  gateway.faults.limiter = 'throws'
  await pass(8_000)
  gateway.resetCalls()
  for (let i = 0; i < 15; i++) {
    await send(gateway, secret)
    await calm()
  }
  expect(gateway.calls.limiterCalls).toBeLessThanOrEqual(2)
})

test('a limiter that fails is not told by each request that another one lets pass', async () => {
  const exact = { limit: 1_000, ...HOUR, enforcement: 'exact', onOutage: 'allow' } as const
  const { secret } = await seedLimitedKey([
    { ...exact, name: 'own' },
    { ...exact, name: crypto.randomUUID(), per: 'project' },
  ])
  await send(gateway, secret)
  const own = { calls: 0 }
  intercept((name) => {
    if (!name.startsWith('key:')) return
    own.calls++
    throw new Error('injected: the answer is lost')
  })
  for (let i = 0; i < 40; i++) {
    expect((await send(gateway, secret)).status).toBe(200)
    await scheduler.wait(10)
    await calm()
    await pass(10)
  }
  expect(own.calls).toBeLessThanOrEqual(3)
})

test('a refusal that comes after a call of the same time has failed says how long it lasts', async () => {
  const { secret } = await seedLimitedKey([{ name: 'api', limit: 1, ...HOUR, enforcement: 'exact' }])
  await send(createLimitedGateway(), secret)
  const { limiter } = gateway.deps
  let calls = 0
  gateway.deps.limiter = (name) => ({
    ...limiter(name),
    async take(call) {
      const isFirst = calls++ === 0
      await scheduler.wait(isFirst ? 10 : 30)
      if (isFirst) throw new Error('injected')
      return limiter(name).take(call)
    },
  })
  const replies = await Promise.all([send(gateway, secret), send(gateway, secret)])
  const refused = replies.find(({ status }) => status === 429)
  expect(refused?.problem).toMatchObject({ limit: 'api' })
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(3_000)
})
