// Whose budget it is: keys, projects and organizations, several isolates on one of them, and requests that come at once. The gate
// is always the same: never one too many.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { eq } from 'drizzle-orm'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import type { TestGateway } from '../../support/gateway-deps.ts'
import {
  addPlan,
  calm,
  createLimitedGateway,
  members,
  pass,
  passedOf,
  seedLimitedKey,
  send,
  stopClockHere,
} from '../../support/limited-gateway.ts'
import { seedGateway, seedKey, seedRoute, seedTenants } from '../../support/seed.ts'

const HOUR = { periodSeconds: 3_600 } as const
const ENFORCEMENTS = ['exact', 'leased'] as const

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/second', limits: ['second'] })
})

beforeEach(stopClockHere)

afterEach(() => {
  vi.useRealTimers()
})

const isolates = (count: number) => Array.from({ length: count }, createLimitedGateway)

async function passedInTurn(
  count: number,
  gateways: readonly TestGateway[],
  secrets: readonly string[],
): Promise<number> {
  let passed = 0
  for (let i = 0; i < count; i++) {
    const { status } = await send(at(gateways, i), at(secrets, i))
    if (status === 200) passed++
  }
  await calm()
  return passed
}

function at<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('an empty list')
  return found
}

describe.each(ENFORCEMENTS)('a budget that is %s', (enforcement) => {
  const limited = (limit: number, changes = {}) =>
    [{ name: 'api', limit, ...HOUR, enforcement, ...changes }] as const

  test('is of the lineage: the keys of a rotation share it, and refill nothing', async () => {
    const old = await seedLimitedKey(limited(20))
    const next = await seedKey({ planId: old.planId, lineage: old.id })
    const gateways = isolates(2)
    expect(await passedInTurn(12, gateways, [old.secret])).toBe(12)
    expect(await passedInTurn(30, gateways, [next.secret])).toBe(8)
    expect(await passedInTurn(5, isolates(1), [old.secret, next.secret])).toBe(0)
  })

  test('of a project is shared by its keys, and by nobody else', async () => {
    const one = await seedLimitedKey(limited(20, { name: `shared-${enforcement}`, per: 'project' }))
    const tenants = await seedTenants()
    const other = await seedKey({
      planId: one.planId,
      organizationId: tenants.organization,
      projectId: tenants.project,
    })
    const sibling = await seedKey({ planId: one.planId })
    const gateways = isolates(2)
    expect(await passedInTurn(40, gateways, [one.secret, sibling.secret])).toBe(20)
    expect(await passedInTurn(40, gateways, [other.secret])).toBe(20)
  })

  test('is shared by isolates: together they pass what the limit says, and not one more', async () => {
    const { secret } = await seedLimitedKey(limited(100))
    const gateways = isolates(4)
    let passed = 0
    for (let round = 0; round < 6; round++) {
      passed += await passedOf(48, (i) => send(at(gateways, i), secret))
      await pass(100)
    }
    // What isolates still hold comes back, and is given to whoever asks.
    await pass(3_000)
    for (let round = 0; round < 12; round++) {
      passed += await passedOf(8, (i) => send(at(gateways, i), secret))
      await pass(3_000)
    }
    expect(passed).toBeLessThanOrEqual(101)
    expect(passed).toBeGreaterThanOrEqual(95)
  })

  test.each([1, 4])('admits one of 64 at a barrier when one is left: %d isolates', async (count) => {
    const { secret } = await seedLimitedKey(limited(10))
    const gateways = isolates(count)
    await passedInTurn(9, isolates(1), [secret])
    await pass(3_000)
    for (const gateway of gateways) await warm(gateway)
    expect(await passedOf(64, (i) => send(at(gateways, i), secret))).toBe(1)
  })

  test.each([1, 4])(
    'admits exactly the limit of 64 at a barrier that nobody expected: %d isolates',
    async (count) => {
      const { secret } = await seedLimitedKey(limited(10))
      const gateways = isolates(count)
      const first = await passedOf(64, (i) => send(at(gateways, i), secret))
      expect(first).toBeLessThanOrEqual(10)
      await pass(3_000)
      expect(first + (await passedInTurn(20, gateways, [secret]))).toBe(10)
    },
  )

  test('of key, project and organization at once: the smallest decides, the others lose nothing by it', async () => {
    const names = [crypto.randomUUID(), crypto.randomUUID()]
    const { secret } = await seedLimitedKey([
      { name: 'k', limit: 5, ...HOUR, enforcement },
      { name: `p-${names[0]}`, limit: 50, ...HOUR, enforcement, per: 'project' },
      { name: `o-${names[1]}`, limit: 60, ...HOUR, enforcement, per: 'organization' },
    ])
    const gateways = isolates(2)
    expect(await passedOf(64, (i) => send(at(gateways, i), secret))).toBeLessThanOrEqual(5)
    await pass(3_000)
    await passedInTurn(10, gateways, [secret])
    await pass(16_000)
    const refused = await send(at(isolates(1), 0), secret)
    expect(refused.problem).toMatchObject({ code: 'rate_limited', limit: 'k' })
    const { [`p-${names[0]}`]: project, [`o-${names[1]}`]: organization } = members(
      refused.headers,
      'ratelimit',
    )
    expect([project?.r, organization?.r]).toEqual([45, 55])
  })

  test('of several limiters at a barrier, each with one left, admits one', async () => {
    const name = crypto.randomUUID()
    const { secret } = await seedLimitedKey([
      { name: 'k', limit: 1, ...HOUR, enforcement },
      { name, limit: 1, ...HOUR, enforcement, per: 'project' },
    ])
    const gateways = isolates(4)
    const first = await passedOf(64, (i) => send(at(gateways, i), secret))
    expect(first).toBeLessThanOrEqual(1)
    // Two requests that each hold what the other needs are both refused; then one of them passes.
    await pass(3_000)
    expect(first + (await passedInTurn(3, gateways, [secret]))).toBe(1)
  })
})

/** An isolate that has read the configuration before. */
async function warm(gateway: TestGateway): Promise<void> {
  const { secret } = await seedKey()
  await send(gateway, secret)
}

describe('a request that one limit refuses', () => {
  test('costs the leased limits beside it nothing, however often it is tried', async () => {
    const { secret } = await seedLimitedKey([
      { name: 'first', limit: 1, periodSeconds: 1, enforcement: 'exact' },
      { name: 'second', limit: 100, ...HOUR },
    ])
    const gateway = createLimitedGateway()
    await send(gateway, secret)
    for (let i = 0; i < 10; i++) {
      await pass(100)
      expect((await send(gateway, secret)).status).toBe(i === 9 ? 200 : 429)
    }
    await pass(16_000)
    const { headers } = await send(createLimitedGateway(), secret, '/second')
    expect(members(headers, 'ratelimit')).toMatchObject({ second: { r: 97 } })
  })
})

describe('a key that moves to another plan', () => {
  async function move(key: { id: string; hash: string }, planId: string): Promise<void> {
    await drizzle(env.DB).update(apiKeys).set({ planId }).where(eq(apiKeys.id, key.id))
    await hubOf(env).publish([{ kind: 'key', subject: key.hash }])
    await pass(1_001)
  }

  test('is under its limits from then on, with what it has used', async () => {
    const small = await seedLimitedKey([{ name: 'api', limit: 5, ...HOUR }])
    const large = await addPlan([{ name: 'api', limit: 20, ...HOUR }])
    const gateways = isolates(2)
    expect(await passedInTurn(12, gateways, [small.secret])).toBe(5)
    await move(small, large)
    expect(await passedInTurn(40, gateways, [small.secret])).toBe(15)
    await move(small, small.planId)
    expect(await passedInTurn(5, gateways, [small.secret])).toBe(0)
    await move(small, large)
    expect(await passedInTurn(5, gateways, [small.secret])).toBe(0)
  })
})

describe('a budget that is async', () => {
  test('is charged behind the answer: nobody waits, and each isolate overshoots by a lease at the most', async () => {
    const perSecond = 100
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 400, ...HOUR, enforcement: 'async' }])
    const gateways = isolates(2)
    let passed = 0
    for (let tick = 0; tick < 60; tick++) {
      passed += await passedOf(perSecond / 10, (i) => send(at(gateways, i), secret))
      await pass(100)
    }
    const leaseOfEach = (perSecond / gateways.length) * 2
    expect(passed).toBeGreaterThanOrEqual(380)
    expect(passed).toBeLessThanOrEqual(401 + gateways.length * leaseOfEach)
  })
})

describe('the clock of an isolate', () => {
  test('that steps back makes no lease longer: the limiter is asked', async () => {
    const { secret } = await seedLimitedKey([{ name: 'api', limit: 1_000, ...HOUR }])
    const gateway = createLimitedGateway()
    await passedOf(20, () => send(gateway, secret))
    gateway.resetCalls()
    await send(gateway, secret)
    await calm()
    expect(gateway.calls.limiterCalls).toBe(0)
    gateway.deps.now = () => Date.now() - 5_000
    await send(gateway, secret)
    await calm()
    expect(gateway.calls.limiterCalls).toBeGreaterThan(0)
  })
})
