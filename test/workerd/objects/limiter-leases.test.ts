// What isolates hold of a limit, in the real runtime: set aside, settled, given back, ended, each token counted exactly once.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LimiterStub, Standing } from '../../../src/limits/rpc.ts'
import { LEASE_MARGIN_MS } from '../../../src/policy/lease.ts'
import { counterOf, type Rule } from '../../../src/policy/rule.ts'
import { passTime, stopClock } from '../../support/feed-objects.ts'
import {
  askFor,
  bucket,
  countRows,
  leftIn,
  log,
  newLimiter,
  quota,
  rowsWritten,
  standingOf,
  take,
  type Said,
} from '../../support/limiters.ts'

const HOUR_MS = 3_600_000
const NOON = Date.UTC(2026, 5, 1, 12)

/** Leases of these last fifteen seconds while much is left, and what is charged stays charged for long. */
const SLOW: readonly (readonly [string, Rule])[] = [
  ['a bucket', bucket({ limit: 100, periodMs: 10 * HOUR_MS })],
  ['a sliding log', log({ limit: 100, periodMs: 10 * HOUR_MS })],
  ['a quota', quota({ limit: 100 })],
]
const TTL_MS = 15_000

beforeEach(() => {
  stopClock()
  vi.setSystemTime(NOON + 600_000)
})

afterEach(() => {
  vi.useRealTimers()
})

/** A lease of `holder`: what it costs is set aside with the rest. */
async function lease(
  limiter: LimiterStub,
  rule: Rule,
  surplus: number,
  holder = 'isolate-1',
): Promise<Standing> {
  const { standings } = await take(limiter, [askFor(rule, { as: 'hold', surplus })], { holder })
  const [standing] = standings
  if (standing === undefined) throw new Error('no standing')
  return standing
}

async function settle(
  limiter: LimiterStub,
  rule: Rule,
  settlement: Omit<Said, 'counter'>,
  holder = 'isolate-1',
): Promise<void> {
  const settlements = [{ counter: counterOf(rule), ...settlement }]
  await take(limiter, [], { holder, settlements })
}

describe.each(SLOW)('a lease of %s', (_, rule) => {
  test('sets aside what it grants: nobody else is given it, and it is said for how long', async () => {
    const limiter = newLimiter()
    const granted = await lease(limiter, rule, 39)
    expect(granted).toMatchObject({
      granted: 40,
      remaining: 60,
      ttlMs: TTL_MS,
      retryMs: 0,
    })
    expect(granted.lease).toBeGreaterThan(0)
    expect((await take(limiter, [askFor(rule, { cost: 61 })], { holder: 'isolate-2' })).ok).toBe(false)
    expect((await take(limiter, [askFor(rule, { cost: 60 })], { holder: 'isolate-2' })).ok).toBe(true)
  })

  test('is settled: what was spent is charged, what was returned is there again at once', async () => {
    const limiter = newLimiter()
    const { lease: id } = await lease(limiter, rule, 39)
    await settle(limiter, rule, { lease: id, spent: 10 })
    expect(await leftIn(limiter, rule)).toBe(60)
    await settle(limiter, rule, { lease: id, spent: 15, returned: 20 })
    expect(await leftIn(limiter, rule)).toBe(80)
    passTime(TTL_MS + LEASE_MARGIN_MS)
    // Five that nobody spoke of were charged.
    expect(await leftIn(limiter, rule)).toBe(80)
  })

  test('is settled by totals: what is said again, or late, changes nothing', async () => {
    const limiter = newLimiter()
    const { lease: id } = await lease(limiter, rule, 39)
    for (const [spent, returned] of [
      [10, 5],
      [10, 5],
      [15, 5],
      [10, 0],
    ] as const)
      await settle(limiter, rule, { lease: id, spent, returned })
    expect(await leftIn(limiter, rule)).toBe(65)
  })

  test('has a last word: all that was not spent is free, also what its holder never heard of', async () => {
    const limiter = newLimiter()
    const { lease: id } = await lease(limiter, rule, 19)
    await lease(limiter, rule, 39)
    for (let i = 0; i < 2; i++) await settle(limiter, rule, { lease: id, spent: 10, isLast: true })
    expect(await leftIn(limiter, rule)).toBe(90)
    passTime(TTL_MS + LEASE_MARGIN_MS)
    expect(await leftIn(limiter, rule)).toBe(90)
  })

  test('whose answer was lost is free once its holder says that it knows of none', async () => {
    const limiter = newLimiter()
    await lease(limiter, rule, 39)
    await settle(limiter, rule, { lease: 0, isLast: true })
    expect(await leftIn(limiter, rule)).toBe(100)
    // Of other holders it says nothing.
    await lease(limiter, rule, 19, 'isolate-2')
    await settle(limiter, rule, { lease: 0, isLast: true })
    expect(await leftIn(limiter, rule)).toBe(80)
  })

  test('is renewed for as long as a new one when no more is wanted of it', async () => {
    const limiter = newLimiter()
    await lease(limiter, rule, 39)
    passTime(TTL_MS / 2)
    const { standings } = await take(limiter, [askFor(rule, { cost: 0, as: 'hold' })])
    expect(standings[0]).toMatchObject({ granted: 0, ttlMs: TTL_MS, remaining: 60 })
  })

  test('of a holder that dies is charged as a whole, once, when it ends', async () => {
    const limiter = newLimiter()
    await lease(limiter, rule, 39)
    for (let i = 0; i < 10; i++) {
      passTime(TTL_MS)
      expect(await leftIn(limiter, rule)).toBe(60)
    }
    expect((await take(limiter, [askFor(rule, { cost: 61 })])).ok).toBe(false)
    expect((await take(limiter, [askFor(rule, { cost: 60 })])).ok).toBe(true)
  })

  test('that has ended is settled no more, neither spent twice nor given back', async () => {
    const limiter = newLimiter()
    const { lease: id } = await lease(limiter, rule, 39)
    passTime(TTL_MS + LEASE_MARGIN_MS)
    for (let i = 0; i < 3; i++) {
      await settle(limiter, rule, { lease: id, spent: 20, returned: 20 })
      expect(await leftIn(limiter, rule)).toBe(60)
    }
  })

  test('is settled by its holder and under its name alone', async () => {
    const limiter = newLimiter()
    const { lease: id } = await lease(limiter, rule, 39)
    await settle(limiter, rule, { lease: id, returned: 40 }, 'isolate-2')
    await settle(limiter, rule, { lease: id + 1, returned: 40 })
    await settle(limiter, { ...rule, name: 'other' }, { lease: id, returned: 40 })
    expect(await leftIn(limiter, rule)).toBe(60)
  })

  test('of before is not mistaken for the one that the same isolate holds now', async () => {
    const limiter = newLimiter()
    const before = await lease(limiter, rule, 9)
    passTime(TTL_MS + LEASE_MARGIN_MS)
    const now = await lease(limiter, rule, 9)
    expect(now.lease).not.toBe(before.lease)
    await settle(limiter, rule, { lease: before.lease, returned: 10 })
    expect(await leftIn(limiter, rule)).toBe(80)
  })

  test('is renewed in place, and ends as a whole', async () => {
    const limiter = newLimiter()
    const first = await lease(limiter, rule, 9)
    passTime(TTL_MS / 2)
    const second = await lease(limiter, rule, 9)
    expect(second).toMatchObject({ lease: first.lease, granted: 10, remaining: 80 })
    passTime(TTL_MS / 2 + LEASE_MARGIN_MS)
    await settle(limiter, rule, { lease: first.lease, returned: 20 })
    expect(await leftIn(limiter, rule)).toBe(100)
  })

  test('refuses nobody for longer than it lasts when it is given back', async () => {
    const limiter = newLimiter()
    const { lease: id } = await lease(limiter, rule, 99)
    await settle(limiter, rule, { lease: id, returned: 100 })
    expect((await take(limiter, [askFor(rule, { cost: 100 })], { holder: 'isolate-2' })).ok).toBe(true)
  })

  test('never gives an isolate the share of the others', async () => {
    const limiter = newLimiter()
    const grants = await Promise.all(
      Array.from({ length: 50 }, (__, i) => lease(limiter, rule, 1_000_000, `isolate-${i}`)),
    )
    const granted = grants.reduce((sum, standing) => sum + standing.granted, 0)
    expect(granted).toBeLessThanOrEqual(100)
    expect(await leftIn(limiter, rule)).toBe(100 - granted)
  })
})

describe('a lease of a bucket', () => {
  const rule = bucket({ limit: 10, periodMs: 10_000 })

  test('leaks only what was charged: what an isolate may still spend is no refill', async () => {
    const limiter = newLimiter()
    const { lease: id, ttlMs } = await lease(limiter, rule, 4)
    passTime(ttlMs)
    expect(await leftIn(limiter, rule)).toBe(5)
    await settle(limiter, rule, { lease: id, spent: 5 })
    expect(await leftIn(limiter, rule)).toBe(5)
    passTime(1_000)
    expect(await leftIn(limiter, rule)).toBe(6)
  })

  test('says truly when the next token is there, though leases stand before it', async () => {
    const limiter = newLimiter()
    await lease(limiter, rule, 4)
    await take(limiter, [askFor(rule, { cost: 5 })], { holder: 'isolate-2' })
    const { standings } = await take(limiter, [askFor(rule)], { holder: 'isolate-2' })
    const retryMs = standings[0]?.retryMs ?? 0
    passTime(retryMs - 1)
    expect((await take(limiter, [askFor(rule)], { holder: 'isolate-2' })).ok).toBe(false)
    passTime(1)
    expect((await take(limiter, [askFor(rule)], { holder: 'isolate-2' })).ok).toBe(true)
  })

  test('is none where the limit renews itself faster than a lease could last', async () => {
    const limiter = newLimiter()
    const quick = bucket({ limit: 100, burst: 9 })
    const { standings } = await take(limiter, [askFor(quick, { surplus: 9 })])
    expect(standings[0]).toMatchObject({ granted: 0, lease: 0, remaining: 8 })
  })

  test('that holds a cost for other limiters ends too', async () => {
    const limiter = newLimiter()
    const quick = bucket({ limit: 100, burst: 9 })
    const { ttlMs, granted } = await lease(limiter, quick, 9)
    expect([granted, await leftIn(limiter, quick)]).toEqual([1, 8])
    passTime(ttlMs + LEASE_MARGIN_MS + 10)
    expect(await leftIn(limiter, quick)).toBe(9)
  })
})

describe('a lease of a quota', () => {
  test('ends with the window', async () => {
    const limiter = newLimiter()
    vi.setSystemTime(NOON + HOUR_MS - 300)
    expect(await lease(limiter, quota(), 4)).toMatchObject({ ttlMs: 299, resetMs: 300 })
  })

  test('is charged to the window that it is of, whoever reports, and when', async () => {
    const limiter = newLimiter()
    vi.setSystemTime(NOON + HOUR_MS - 300)
    const { lease: id } = await lease(limiter, quota({ limit: 100 }), 39)
    passTime(300)
    expect(await standingOf(limiter, quota({ limit: 100 }))).toMatchObject({
      remaining: 100,
      resetMs: HOUR_MS,
    })
    await settle(limiter, quota(), { lease: id, spent: 40 })
    expect(await leftIn(limiter, quota({ limit: 100 }))).toBe(100)
  })
})

test('isolates that come and go leave no leases behind', async () => {
  const limiter = newLimiter()
  const rule = quota({ limit: 10_000 })
  await Promise.all(Array.from({ length: 200 }, (_, i) => lease(limiter, rule, 9, `isolate-${i}`)))
  passTime(TTL_MS + LEASE_MARGIN_MS)
  expect(await leftIn(limiter, rule)).toBe(8_000)
  const written = await rowsWritten(limiter)
  expect(await leftIn(limiter, rule)).toBe(8_000)
  expect(await rowsWritten(limiter)).toBe(written)
  expect(await countRows(limiter, 'leases')).toBe(0)
})
