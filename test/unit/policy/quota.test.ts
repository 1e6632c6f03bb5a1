import * as fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test, vi } from 'vitest'
import {
  advanceQuota,
  chargeQuota,
  openQuota,
  quotaFreeAt,
  quotaLeft,
  quotaWindow,
  type QuotaState,
} from '../../../src/policy/quota.ts'
import type { QuotaRule } from '../../../src/policy/rule.ts'
import { at, DAY_MS, HOUR_MS, quotaRule } from '../../support/quota-rule.ts'

const MAX = Number.MAX_SAFE_INTEGER
const NOON = at('2026-11-23T12:00Z')
const MIDNIGHT = at('2026-11-24T00:00Z')

/** What the state says `ms` later. */
function leftAfter(state: QuotaState, rule: QuotaRule, ms: number): number {
  return quotaLeft(advanceQuota(state, rule, state.atMs + ms), rule)
}

function spent(rule: QuotaRule, amount = rule.limit): QuotaState {
  return chargeQuota(openQuota(rule, NOON), amount)
}

describe('a quota', () => {
  test('is whole again at the end of its window, and not a millisecond before', () => {
    const rule = quotaRule()
    expect(leftAfter(spent(rule), rule, MIDNIGHT - NOON - 1)).toBe(0)
    expect(leftAfter(spent(rule), rule, MIDNIGHT - NOON)).toBe(10)
    expect(advanceQuota(spent(rule), rule, MIDNIGHT)).toMatchObject(quotaWindow(rule, MIDNIGHT))
  })

  test('is not renewed by a clock that steps back, however it comes again', () => {
    const rule = quotaRule()
    const late = chargeQuota(openQuota(rule, MIDNIGHT), 10)
    expect(advanceQuota(late, rule, NOON)).toBe(late)
    expect(leftAfter(advanceQuota(late, rule, NOON), rule, 0)).toBe(0)
  })

  test('counts what was charged beyond the limit, and has nothing left', () => {
    const rule = quotaRule()
    expect(quotaLeft(spent(rule, 25), rule)).toBe(0)
    expect(quotaLeft(spent(rule, 25), { ...rule, limit: 30 })).toBe(5)
  })

  test('that is stored as text is the same quota', () => {
    for (const period of ['day', 'lifetime'] as const) {
      const state = spent(quotaRule({ period, limit: MAX }))
      expect(JSON.parse(JSON.stringify(state))).toEqual(state)
    }
  })

  test('counts to 2^53 - 1 and no further', () => {
    const rule = quotaRule({ limit: MAX, period: 'lifetime' })
    const twice = chargeQuota(spent(rule), MAX)
    expect([twice.used, quotaLeft(twice, rule)]).toEqual([MAX, 0])
  })

  test('of a lifetime is spent for good, and credits for it are not credited', () => {
    const rule = quotaRule({ period: 'lifetime', refill: 5 })
    expect(leftAfter(spent(rule), rule, 9_000 * DAY_MS)).toBe(0)
    expect(quotaFreeAt(spent(rule), rule, 1, 0)).toBeNull()
  })

  test('reckons no window while it is within one', () => {
    const rule = quotaRule({ timeZone: 'Europe/Berlin' })
    let state = spent(rule)
    const reckoned = vi.spyOn(Temporal.Instant, 'fromEpochMilliseconds')
    for (let i = 0; i < 1_000; i++) state = chargeQuota(advanceQuota(state, { ...rule }, NOON + i), 1)
    quotaFreeAt(state, rule, 1, 0)
    expect(reckoned).not.toHaveBeenCalled()
    advanceQuota(state, rule, MIDNIGHT)
    expect(reckoned).toHaveBeenCalled()
    reckoned.mockRestore()
  })
})

describe('a quota whose rule changed', () => {
  const other: readonly Partial<QuotaRule>[] = [
    { timeZone: 'Asia/Kolkata' },
    { period: 'month' },
    { period: 'hour' },
    { period: 'lifetime' },
    { period: 'month', anchorMs: at('2026-01-31T00:00Z') },
    { period: 'hour', refill: 1 },
  ]

  test.each(other)('%j: what was used in the running window counts in the new one', (changes) => {
    const rule = quotaRule(changes)
    const moved = advanceQuota(spent(quotaRule(), 7), rule, NOON)
    expect(moved).toMatchObject({ ...quotaWindow(rule, NOON), used: 7, atMs: NOON })
    expect(advanceQuota(moved, rule, NOON)).toBe(moved)
  })

  test('leaves the old window behind when that has ended too', () => {
    const rule = quotaRule({ period: 'month' })
    expect(leftAfter(spent(quotaRule()), rule, DAY_MS)).toBe(10)
  })

  test('takes a window that ends out of a lifetime', () => {
    const moved = advanceQuota(spent(quotaRule({ period: 'lifetime' }), 7), quotaRule(), NOON + DAY_MS)
    expect(moved).toMatchObject({ used: 7, endMs: MIDNIGHT + DAY_MS })
  })

  test('gets credits of shorter windows only for the time since it was last seen', () => {
    const monthly = quotaRule({ period: 'month', limit: 1_000, refill: 1 })
    const seen = advanceQuota(spent(monthly), monthly, at('2026-11-30T22:30Z'))
    expect(leftAfter(seen, { ...monthly, period: 'hour' }, 2 * HOUR_MS)).toBe(2)
  })

  test('of another limit has what that leaves', () => {
    expect(leftAfter(spent(quotaRule()), quotaRule({ limit: 15 }), 0)).toBe(5)
    expect(leftAfter(spent(quotaRule()), quotaRule({ limit: 5 }), 0)).toBe(0)
  })
})

describe('credits', () => {
  test('that are unused stay, and each window adds some, up to the limit', () => {
    const rule = quotaRule({ limit: 100, refill: 10 })
    const left = [0, 1, 2, 9, 10, 400].map((days) => leftAfter(spent(rule), rule, days * DAY_MS))
    expect(left).toEqual([0, 10, 20, 90, 100, 100])
  })

  test('that were overdrawn are paid back first', () => {
    const rule = quotaRule({ limit: 100, refill: 10 })
    expect([1, 2, 3].map((days) => leftAfter(spent(rule, 115), rule, days * DAY_MS))).toEqual([0, 5, 15])
  })

  test('of years of hours are reckoned at once', () => {
    const rule = quotaRule({ limit: MAX, refill: 1, period: 'hour', timeZone: 'Australia/Lord_Howe' })
    const reckoned = vi.spyOn(Temporal.Instant, 'fromEpochMilliseconds')
    expect(leftAfter(spent(rule), rule, 50 * 365 * DAY_MS)).toBe(50 * 365 * 24)
    quotaFreeAt(spent(rule), rule, 900_000, 0)
    expect(reckoned.mock.calls.length).toBeLessThan(100)
    reckoned.mockRestore()
  })
})

describe('when an amount is there again', () => {
  test('now, at the end of the window, or never', () => {
    const rule = quotaRule()
    expect(quotaFreeAt(spent(rule, 3), rule, 7, 0)).toBe(NOON)
    expect(quotaFreeAt(spent(rule, 3), rule, 8, 0)).toBe(MIDNIGHT)
    expect(quotaFreeAt(spent(rule, 3), rule, 7, 1)).toBe(MIDNIGHT)
    expect(quotaFreeAt(spent(rule, 3), rule, 11, 0)).toBeNull()
  })

  test('nothing is there even when nothing is left; a limit of 0 blocks that too', () => {
    const rule = quotaRule()
    expect(quotaFreeAt(spent(rule, 12), rule, 0, 3)).toBe(NOON)
    const none = quotaRule({ limit: 0 })
    expect([0, 1].map((amount) => quotaFreeAt(spent(none), none, amount, 0))).toEqual([null, null])
  })

  test('credits come with as many windows as they take', () => {
    const rule = quotaRule({ limit: 100, refill: 10, period: 'month', anchorMs: at('2026-01-31T00:00Z') })
    expect(quotaFreeAt(spent(rule), rule, 10, 0)).toBe(at('2026-11-30T00:00Z'))
    expect(quotaFreeAt(spent(rule), rule, 21, 0)).toBe(at('2027-01-31T00:00Z'))
    expect(quotaFreeAt(spent(rule), rule, 21, 10)).toBe(at('2027-02-28T00:00Z'))
  })

  test('credits that take more than a million windows never come, nor do those of which none are added', () => {
    const rule = quotaRule({ limit: MAX, refill: 1, period: 'hour' })
    expect(quotaFreeAt(spent(rule), rule, 1_000_000, 0)).toBe(NOON + 1_000_000 * HOUR_MS)
    expect(quotaFreeAt(spent(rule), rule, 1_000_001, 0)).toBeNull()
    expect(quotaFreeAt(spent(rule), rule, MAX, MAX)).toBeNull()
    expect(quotaFreeAt(spent(quotaRule({ refill: 0 })), quotaRule({ refill: 0 }), 1, 0)).toBeNull()
  })

  test('windows are counted without loss up to 2^53 - 1', () => {
    const large = fc.maxSafeNat()
    fc.assert(
      fc.property(large, large, large, fc.integer({ min: 1, max: MAX }), (used, limit, amount, refill) => {
        fc.pre(limit > 0 && amount > 0 && amount <= limit)
        const rule = quotaRule({ limit, refill })
        const missing = BigInt(used) + BigInt(amount) - BigInt(limit)
        const windows = missing <= 0n ? 0n : (missing + BigInt(refill) - 1n) / BigInt(refill)
        const dueMs = windows === 0n ? NOON : MIDNIGHT + (Number(windows) - 1) * DAY_MS
        expect(quotaFreeAt(spent(rule, used), rule, amount, 0)).toBe(windows > 1_000_000n ? null : dueMs)
      }),
    )
    const odd = quotaRule({ limit: MAX, refill: 9_007_199_254 })
    const amount = 9_007_199_254 * 1_000 + 1
    expect(quotaFreeAt(spent(odd), odd, amount, 0)).toBe(MIDNIGHT + 1_000 * DAY_MS)
  })

  test('it is there then, and not a millisecond before', () => {
    fc.assert(
      fc.property(anyRule, fc.nat(40), fc.integer({ min: 1, max: 12 }), (rule, used, amount) => {
        const state = spent(rule, used)
        const freeAtMs = quotaFreeAt(state, rule, amount, 0)
        if (freeAtMs === null) {
          expect(rule.limit < amount || rule.period === 'lifetime').toBe(true)
          return
        }
        expect(quotaLeft(advanceQuota(state, rule, freeAtMs), rule)).toBeGreaterThanOrEqual(amount)
        if (freeAtMs > NOON) expect(leftAfter(state, rule, freeAtMs - 1 - NOON)).toBeLessThan(amount)
      }),
    )
  })
})

const anyRule = fc
  .record({
    limit: fc.nat(12),
    period: fc.constantFrom('hour', 'day', 'week', 'month', 'lifetime'),
    timeZone: fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'),
    anchorMs: fc.option(fc.integer({ min: NOON - 400 * DAY_MS, max: NOON + 400 * DAY_MS })),
    refill: fc.option(fc.integer({ min: 1, max: 12 })),
  })
  .map(quotaRule)

const trace = fc.array(
  fc.record({ waitMs: fc.integer({ min: -HOUR_MS, max: 9 * HOUR_MS }), cost: fc.nat(6) }),
  { maxLength: 60 },
)

test('never more is admitted than the limit, and what the windows add', () => {
  fc.assert(
    fc.property(anyRule, trace, (rule, steps) => {
      let state = openQuota(rule, NOON)
      let [now, windows, admitted] = [NOON, 0, 0]
      for (const { waitMs, cost } of steps) {
        now += waitMs
        const { startMs } = state
        state = advanceQuota(state, rule, now)
        for (let s = startMs; s < state.startMs; s = quotaWindow(rule, s).endMs ?? NaN) windows++
        if (quotaLeft(state, rule) < cost) continue
        state = chargeQuota(state, cost)
        admitted += cost
      }
      expect(admitted).toBeLessThanOrEqual(rule.limit + windows * (rule.refill ?? rule.limit))
    }),
  )
})

test('any trace of daily charges ends as with ten lines of plain counting', () => {
  fc.assert(
    fc.property(trace, fc.option(fc.integer({ min: 1, max: 12 })), (steps, refill) => {
      const rule = quotaRule({ limit: 12, refill })
      let state = openQuota(rule, NOON)
      let now = NOON
      let [day, missing] = [Math.floor(NOON / DAY_MS), 0]
      for (const { waitMs, cost } of steps) {
        now += waitMs
        for (; day < Math.floor(now / DAY_MS); day++)
          missing = refill === null ? 0 : Math.max(0, missing - refill)
        state = advanceQuota(state, rule, now)
        expect(quotaLeft(state, rule)).toBe(12 - missing)
        if (missing + cost > 12) continue
        state = chargeQuota(state, cost)
        missing += cost
      }
    }),
  )
})
