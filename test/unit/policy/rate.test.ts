// Rate limits against references of a few lines: the decisions of the limiter, request by request, are exactly theirs.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advanceMeter, chargeMeter, freeAt, leftOf, openMeter } from '../../../src/policy/meter.ts'
import type { RateRule } from '../../../src/policy/rule.ts'

const START = 1_800_000_000_000
const MOST = Number.MAX_SAFE_INTEGER

interface Arrival {
  readonly afterMs: number
  readonly cost: number
}

const arrivals = fc.array(
  fc.record({ afterMs: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 1_500 })), cost: fc.nat({ max: 4 }) }),
  { maxLength: 60, size: 'max' },
)
const sizes = fc.record({
  limit: fc.nat({ max: 12 }),
  burst: fc.integer({ min: 1, max: 12 }),
  periodMs: fc.integer({ min: 1, max: 3_000 }),
})

describe('of any requests in a row, those pass that the reference lets pass', () => {
  test('gcra', () => {
    fc.assert(
      fc.property(sizes, arrivals, (size, trace) => {
        const rule = ruleOf({ kind: 'gcra', ...size })
        expect(decisionsOf(rule, trace)).toEqual(bucketReference(rule, trace))
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })

  test('sliding_log', () => {
    fc.assert(
      fc.property(sizes, arrivals, (size, trace) => {
        const rule = ruleOf({ kind: 'sliding_log', ...size, burst: size.limit })
        expect(decisionsOf(rule, trace)).toEqual(logReference(rule, trace))
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })
})

describe.each(['gcra', 'sliding_log'] as const)('%s at its edges', (kind) => {
  const rule = ruleOf({ kind, limit: 10, burst: 10, periodMs: 1_000 })

  test('lets nothing pass when the limit is 0, and never will', () => {
    const none = openMeter(ruleOf({ kind, limit: 0, burst: 0, periodMs: 1_000 }), START)
    expect([leftOf(none), freeAt(none, 1, [])]).toEqual([0, null])
  })

  test('never has what costs more than the limit', () => {
    expect(freeAt(openMeter(rule, START), 11, [])).toBeNull()
  })

  test('counts ten of 1 as one of 10', () => {
    let tens = openMeter(rule, START)
    for (let i = 0; i < 10; i++) tens = chargeMeter(tens, 1)
    const one = chargeMeter(openMeter(rule, START), 10)
    for (const at of [START, START + 99, START + 100, START + 999, START + 1_000])
      expect(leftOf(advanceMeter(tens, rule, at))).toBe(leftOf(advanceMeter(one, rule, at)))
  })

  test('is not filled by a clock that steps back', () => {
    const used = chargeMeter(openMeter(rule, START), 10)
    const back = advanceMeter(used, rule, START - 5_000)
    expect([leftOf(back), leftOf(advanceMeter(back, rule, START))]).toEqual([0, 0])
  })

  test('has everything again one period later, and not a millisecond before', () => {
    const used = chargeMeter(openMeter(rule, START), 10)
    expect(leftOf(advanceMeter(used, rule, START + 999))).toBeLessThan(10)
    expect(leftOf(advanceMeter(used, rule, START + 1_000))).toBe(10)
    expect(freeAt(used, 10, [])).toBe(START + 1_000)
  })

  test('counts up to 2^53 - 1 without rounding', () => {
    const huge = ruleOf({ kind, limit: MOST, burst: MOST, periodMs: 86_400_000 })
    const used = chargeMeter(openMeter(huge, START), MOST - 1)
    expect([leftOf(used), leftOf(chargeMeter(used, 1))]).toEqual([1, 0])
  })
})

function ruleOf(rule: Omit<RateRule, 'name' | 'plan'>): RateRule {
  return { name: 'limit', plan: '', ...rule }
}

function decisionsOf(rule: RateRule, trace: readonly Arrival[]): readonly boolean[] {
  let meter = openMeter(rule, START)
  let now = START
  return trace.map(({ afterMs, cost }) => {
    now += afterMs
    meter = advanceMeter(meter, rule, now)
    const passes = leftOf(meter) >= cost
    if (passes) meter = chargeMeter(meter, cost)
    return passes
  })
}

// The virtual scheduling form of GCRA, in units of 1 / limit milliseconds: another one than the code's.
function bucketReference(
  { limit, periodMs, burst }: RateRule,
  trace: readonly Arrival[],
): readonly boolean[] {
  let now = 0n
  let arrivalTime = 0n
  return trace.map(({ afterMs, cost }) => {
    now += BigInt(afterMs) * BigInt(limit)
    if (limit === 0) return cost === 0
    const begins = arrivalTime > now ? arrivalTime : now
    const next = begins + BigInt(cost) * BigInt(periodMs)
    if (cost > 0 && next - now > BigInt(burst) * BigInt(periodMs)) return false
    arrivalTime = next
    return true
  })
}

function logReference({ limit, periodMs }: RateRule, trace: readonly Arrival[]): readonly boolean[] {
  let now = 0
  const passed: number[] = []
  return trace.map(({ afterMs, cost }) => {
    now += afterMs
    const used = passed.filter((at) => at > now - periodMs).length
    if (used + cost > limit) return cost === 0
    for (let i = 0; i < cost; i++) passed.push(now)
    return true
  })
}
