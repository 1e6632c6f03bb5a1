// The limiter as it is called, in the real runtime: several named limits in one call, all or nothing, and what limits say at
// their edges.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Rule } from '../../../src/policy/rule.ts'
import { passTime, stopClock } from '../../support/feed-objects.ts'
import {
  askFor,
  bucket,
  EVERY_KIND,
  leftIn,
  log,
  newLimiter,
  quota,
  rowsWritten,
  standingOf,
  take,
} from '../../support/limiters.ts'

const MOST = Number.MAX_SAFE_INTEGER

/** Far from the end of an hour, where the quota begins anew. */
const setClock = () => vi.setSystemTime(Date.UTC(2026, 5, 1, 12, 10))

beforeEach(() => {
  stopClock()
  setClock()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('several limits in one call', () => {
  test('are charged together, and answered in the order of the asks', async () => {
    const limiter = newLimiter()
    const rules = [quota(), bucket(), log()]
    const { ok, standings } = await take(
      limiter,
      rules.map((rule) => askFor(rule, { cost: 3 })),
    )
    expect(ok).toBe(true)
    expect(standings.map(({ name, remaining, retryMs }) => [name, remaining, retryMs])).toEqual([
      ['quota', 7, 0],
      ['bucket', 7, 0],
      ['log', 7, 0],
    ])
  })

  test.each(EVERY_KIND)('are not charged at all when %s among them refuses', async (_, ruleOf) => {
    const limiter = newLimiter()
    const refusing: Rule = { ...ruleOf(2), name: 'tight' }
    const others = [bucket(), log(), quota()]
    await take(limiter, [askFor(refusing, { cost: 2 })])
    const written = await rowsWritten(limiter)
    for (const asks of [
      [...others, refusing],
      [refusing, ...others],
    ].map((rules) => rules.map((rule) => askFor(rule, { surplus: 5 })))) {
      const { ok, standings } = await take(limiter, asks)
      expect(ok).toBe(false)
      const refused = standings.filter(({ retryMs }) => retryMs !== 0)
      expect(refused.map(({ name }) => name)).toEqual(['tight'])
      expect(standings.every(({ granted, lease }) => granted === 0 && lease === 0)).toBe(true)
    }
    expect(await rowsWritten(limiter)).toBe(written)
    for (const rule of others) expect(await leftIn(limiter, rule)).toBe(10)
  })

  test('all of them that refuse say so', async () => {
    const limiter = newLimiter()
    const asks = [askFor(bucket({ limit: 0 })), askFor(log()), askFor(quota({ limit: 0 }))]
    const { standings } = await take(limiter, asks)
    expect(standings.map(({ retryMs }) => retryMs)).toEqual([null, 0, null])
  })
})

describe('64 at once, one left', () => {
  const HOLDERS = { 'of one isolate': 1, 'of 64 isolates': 64 }

  describe.each(Object.entries(HOLDERS))('%s', (_, holders) => {
    test.each(EVERY_KIND)('one passes, by %s', async (__, ruleOf) => {
      for (const as of ['spend', 'hold'] as const) {
        const limiter = newLimiter()
        await take(limiter, [askFor(ruleOf(10), { cost: 9 })])
        const answers = await Promise.all(
          Array.from({ length: 64 }, (___, i) =>
            take(limiter, [askFor(ruleOf(10), { as, surplus: 10 })], { holder: `isolate-${i % holders}` }),
          ),
        )
        expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
        expect(await leftIn(limiter, ruleOf(10))).toBe(0)
      }
    })
  })

  test('one passes when only the last of three limits has one left', async () => {
    const limiter = newLimiter()
    await take(limiter, [askFor(quota(), { cost: 9 })])
    const asks = [askFor(bucket({ limit: 1_000 })), askFor(log({ limit: 1_000 })), askFor(quota())]
    const answers = await Promise.all(Array.from({ length: 64 }, () => take(limiter, asks)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await leftIn(limiter, bucket({ limit: 1_000 }))).toBe(999)
    expect(await leftIn(limiter, log({ limit: 1_000 }))).toBe(999)
  })
})

describe('a refusal', () => {
  test.each(EVERY_KIND)('by %s writes nothing, however often', async (_, ruleOf) => {
    const limiter = newLimiter()
    await take(limiter, [askFor(ruleOf(1))])
    const written = await rowsWritten(limiter)
    for (let i = 0; i < 50; i++) {
      passTime(1)
      expect((await take(limiter, [askFor(ruleOf(1), { surplus: 3 })])).ok).toBe(false)
    }
    expect(await rowsWritten(limiter)).toBe(written)
  })

  test.each(EVERY_KIND)('by %s of a counter that does not exist makes none', async (_, ruleOf) => {
    const limiter = newLimiter()
    const made = await rowsWritten(limiter)
    expect((await take(limiter, [askFor(ruleOf(0))])).ok).toBe(false)
    expect((await take(limiter, [askFor({ ...ruleOf(5), name: 'other' }, { cost: 6 })])).ok).toBe(false)
    expect(await rowsWritten(limiter)).toBe(made)
  })

  const STRICT: readonly Rule[] = [
    ...EVERY_KIND.map(([, ruleOf]) => ruleOf(7)),
    bucket({ limit: 7, burst: 1 }),
    bucket({ limit: 3, burst: 2, periodMs: 86_400_000 }),
    log({ limit: 2, periodMs: 60_000 }),
  ]

  test.each(STRICT)('is over when it said, and not a millisecond before: $kind of $limit', async (rule) => {
    const most = rule.kind === 'gcra' ? rule.burst : rule.limit
    for (const early of [1, 0]) {
      setClock()
      const limiter = newLimiter()
      await take(limiter, [askFor(rule, { cost: most })])
      passTime(5)
      const { standings } = await take(limiter, [askFor(rule)])
      const retryMs = standings[0]?.retryMs ?? 0
      expect(retryMs).toBeGreaterThan(0)
      passTime(retryMs - early)
      expect((await take(limiter, [askFor(rule)])).ok).toBe(early === 0)
    }
  })

  test('does not come later for those who do not wait', async () => {
    const limiter = newLimiter()
    await take(limiter, [askFor(bucket(), { cost: 10 })])
    const end = Date.now() + 100
    while (Date.now() < end) {
      const { standings } = await take(limiter, [askFor(bucket())])
      expect(standings[0]?.retryMs).toBe(end - Date.now())
      passTime(1)
    }
    expect((await take(limiter, [askFor(bucket())])).ok).toBe(true)
  })
})

describe('at the edges', () => {
  test.each(EVERY_KIND)('%s of 0 lets nothing pass, ever', async (_, ruleOf) => {
    const limiter = newLimiter()
    for (const pause of [0, 10_000, 365 * 86_400_000]) {
      passTime(pause)
      const { ok, standings } = await take(limiter, [askFor(ruleOf(0), { surplus: 10 })])
      expect(ok).toBe(false)
      expect(standings[0]).toMatchObject({ granted: 0, remaining: 0, retryMs: null })
    }
  })

  test.each(EVERY_KIND)(
    'a cost above what %s ever has is refused for good, and costs nobody',
    async (_, ruleOf) => {
      const limiter = newLimiter()
      const { ok, standings } = await take(limiter, [askFor(ruleOf(10), { cost: 11 })])
      expect(ok).toBe(false)
      expect(standings[0]).toMatchObject({ remaining: 10, retryMs: null, emptyMs: 0 })
      expect((await take(limiter, [askFor(ruleOf(10), { cost: 10 })])).ok).toBe(true)
    },
  )

  test.each(EVERY_KIND)(
    'a cost of 0 passes where %s has nothing left, and writes nothing',
    async (_, ruleOf) => {
      const limiter = newLimiter()
      await take(limiter, [askFor(ruleOf(1))])
      const written = await rowsWritten(limiter)
      expect((await take(limiter, [askFor(ruleOf(1), { cost: 0 })])).ok).toBe(true)
      expect((await take(limiter, [askFor({ ...ruleOf(0), name: 'zero' }, { cost: 0 })])).ok).toBe(true)
      expect(await rowsWritten(limiter)).toBe(written)
    },
  )

  test('the largest numbers are counted to the last one', async () => {
    const limiter = newLimiter()
    const year = { limit: MOST, periodMs: 31_622_400_000 }
    const rules = [bucket(year), log(year), quota({ limit: MOST })]
    const all = (cost: number) => rules.map((rule) => askFor(rule, { cost }))
    expect((await take(limiter, all(MOST - 1))).standings.map(({ remaining }) => remaining)).toEqual([
      1, 1, 1,
    ])
    expect((await take(limiter, all(2))).ok).toBe(false)
    expect((await take(limiter, all(1))).ok).toBe(true)
    expect((await take(limiter, all(1))).standings.map(({ retryMs }) => retryMs === 0)).toEqual([
      false,
      false,
      false,
    ])
    passTime(1)
    // 2^53 - 1 in a year is 284,841 in a millisecond.
    expect(await leftIn(limiter, bucket(year))).toBe(Math.floor(MOST / 31_622_400_000))
    expect(await leftIn(limiter, log(year))).toBe(0)
  })

  test('a clock that steps back refills nothing, and neither does its return', async () => {
    for (const [, ruleOf] of EVERY_KIND) {
      const limiter = newLimiter()
      await take(limiter, [askFor(ruleOf(10), { cost: 10 })])
      passTime(-3_600_000)
      expect((await take(limiter, [askFor(ruleOf(10))])).ok).toBe(false)
      passTime(3_600_000)
      expect((await take(limiter, [askFor(ruleOf(10))])).ok).toBe(false)
    }
  })

  test('what passed on credit is charged though it is more than there was', async () => {
    for (const [, ruleOf] of EVERY_KIND) {
      const limiter = newLimiter()
      const { ok } = await take(limiter, [askFor(ruleOf(10), { owed: 25 })])
      expect(ok).toBe(false)
      expect(await leftIn(limiter, ruleOf(10))).toBe(0)
    }
  })
})

describe('a rule that changes', () => {
  test.each(EVERY_KIND)('keeps what was used: %s', async (_, ruleOf) => {
    const limiter = newLimiter()
    await take(limiter, [askFor(ruleOf(10), { cost: 4 })])
    expect(await leftIn(limiter, ruleOf(20))).toBe(16)
    expect(await leftIn(limiter, ruleOf(3))).toBe(0)
    expect((await take(limiter, [askFor(ruleOf(3))])).ok).toBe(false)
    expect(await leftIn(limiter, ruleOf(10))).toBe(6)
  })

  test('back and forth, as two plans on one budget do, gives nothing away', async () => {
    const limiter = newLimiter()
    const plans = [
      bucket(),
      bucket({ limit: 7, periodMs: 700 }),
      bucket({ limit: 100, periodMs: 10_000, burst: 10 }),
    ]
    await take(limiter, [askFor(bucket(), { cost: 5 })])
    for (let i = 0; i < 300; i++)
      expect(await leftIn(limiter, plans[i % plans.length] ?? bucket())).toBeLessThanOrEqual(5)
  })

  test('to another algorithm counts anew, beside the old one', async () => {
    const limiter = newLimiter()
    await take(limiter, [askFor(bucket({ name: 'api' }), { cost: 10 })])
    expect(await leftIn(limiter, log({ name: 'api' }))).toBe(10)
    expect(await leftIn(limiter, bucket({ name: 'api' }))).toBe(0)
  })

  test('a limit that becomes 0 and comes back is where it was', async () => {
    const limiter = newLimiter()
    await take(limiter, [askFor(quota(), { cost: 4 })])
    expect((await take(limiter, [askFor(quota({ limit: 0 }))])).ok).toBe(false)
    expect(await standingOf(limiter, quota())).toMatchObject({ remaining: 6 })
  })
})
