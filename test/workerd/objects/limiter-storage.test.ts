// The limiter's storage is the truth: nothing that it said is forgotten with its memory, and nothing is true that could not be
// stored.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LimiterStub } from '../../../src/limits/rpc.ts'
import { Counters } from '../../../src/objects/counters.ts'
import { LEASE_MARGIN_MS } from '../../../src/policy/lease.ts'
import { counterOf, type Rule } from '../../../src/policy/rule.ts'
import { passTime, stopClock } from '../../support/feed-objects.ts'
import {
  askFor,
  callOf,
  bucket,
  countRows,
  EVERY_KIND,
  failingStorage,
  leftIn,
  log,
  newLimiter,
  quota,
  standingOf,
  take,
} from '../../support/limiters.ts'

const NOON = Date.UTC(2026, 5, 1, 12)
const RULES: readonly Rule[] = [
  bucket({ limit: 50, periodMs: 20_000 }),
  log({ limit: 50, periodMs: 60_000 }),
  quota({ limit: 500 }),
]

beforeEach(() => {
  stopClock()
  vi.setSystemTime(NOON)
})

afterEach(() => {
  vi.useRealTimers()
})

/** One step of an isolate: it waits, tells what it spent of its lease, and asks. */
interface Step {
  readonly rule: number
  readonly pauseMs: number
  readonly cost: number
  readonly as: 'spend' | 'hold'
  readonly surplus: number
  readonly share: number
}

const step: fc.Arbitrary<Step> = fc.record({
  rule: fc.nat(RULES.length - 1),
  pauseMs: fc.oneof(fc.nat(50), fc.nat(4_000), fc.constant(61_000), fc.constant(3_600_000)),
  cost: fc.nat(20),
  as: fc.constantFrom('spend', 'hold'),
  surplus: fc.nat(40),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
})

const holder = 'isolate-1'

/** Plays the steps; the ids of leases, which are dice, are left out of what is told. */
async function play(
  steps: readonly Step[],
  after: (limiter: LimiterStub) => Promise<void>,
): Promise<unknown[]> {
  vi.setSystemTime(NOON)
  const limiter = newLimiter()
  const leases = new Map<Rule, { id: number; tokens: number; spent: number; returned: number }>()
  const told: unknown[] = []
  for (const { rule: index, pauseMs, share, ...asked } of steps) {
    passTime(pauseMs)
    const rule = RULES[index] ?? bucket()
    const held = leases.get(rule) ?? { id: 0, tokens: 0, spent: 0, returned: 0 }
    const newlySpent = Math.floor(held.tokens * share)
    const spent = held.spent + newlySpent
    const returned = held.returned + Math.floor((held.tokens - newlySpent) * share)
    const settlements = [{ counter: counterOf(rule), lease: held.id, spent, returned }]
    const { ok, standings } = await take(limiter, [askFor(rule, asked)], { holder, settlements })
    const [standing] = standings
    if (standing !== undefined && standing.lease !== 0)
      leases.set(
        rule,
        standing.lease === held.id
          ? { id: held.id, tokens: standing.granted, spent, returned }
          : { id: standing.lease, tokens: standing.granted, spent: 0, returned: 0 },
      )
    told.push({ ok, ...standing, lease: standing?.lease === 0 })
    await after(limiter)
  }
  return told
}

describe('an object that is evicted between any two calls', () => {
  test('answers as one that never was', { timeout: 60_000 }, async () => {
    const stays = async () => undefined
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        expect(await play(steps, evictDurableObject)).toEqual(await play(steps, stays))
      }),
      { numRuns: 25 },
    )
  })

  test.each(EVERY_KIND)('refills nothing: %s', async (_, ruleOf) => {
    const limiter = newLimiter()
    let passed = 0
    for (let i = 0; i < 20; i++) {
      if ((await take(limiter, [askFor(ruleOf(10))])).ok) passed++
      await evictDurableObject(limiter)
    }
    expect(passed).toBe(10)
  })

  test('knows what isolates hold, and takes their settlements', async () => {
    const limiter = newLimiter()
    const ask = askFor(quota({ limit: 100 }), { as: 'hold', surplus: 29 })
    const { standings } = await take(limiter, [ask])
    await evictDurableObject(limiter)
    expect(await leftIn(limiter, quota({ limit: 100 }))).toBe(70)
    const lease = standings[0]?.lease ?? 0
    await take(limiter, [], {
      settlements: [{ counter: counterOf(ask.rule), lease, spent: 10, returned: 15 }],
    })
    await evictDurableObject(limiter)
    expect(await leftIn(limiter, quota({ limit: 100 }))).toBe(85)
    passTime(15_000 + LEASE_MARGIN_MS)
    await evictDurableObject(limiter)
    expect(await leftIn(limiter, quota({ limit: 100 }))).toBe(85)
    expect(await countRows(limiter, 'leases')).toBe(0)
  })

  test('keeps each admission of a sliding log until its own time is over, and not its row for longer', async () => {
    const limiter = newLimiter()
    for (let i = 0; i < 10; i++) {
      expect((await take(limiter, [askFor(log())])).ok).toBe(true)
      await evictDurableObject(limiter)
      passTime(50)
    }
    expect((await take(limiter, [askFor(log())])).ok).toBe(false)
    for (let i = 0; i < 10; i++) {
      passTime(i === 0 ? 500 : 50)
      expect((await take(limiter, [askFor(log())])).ok).toBe(true)
      expect((await take(limiter, [askFor(log())])).ok).toBe(false)
      await evictDurableObject(limiter)
    }
    expect(await countRows(limiter, 'log_entries')).toBe(10)
    passTime(60_000)
    await take(limiter, [askFor(log())])
    expect(await countRows(limiter, 'log_entries')).toBe(1)
  })

  test('knows what is stored, whatever it remembered', async () => {
    const limiter = newLimiter()
    const sql = <T>(run: (sql: SqlStorage) => T) =>
      runInDurableObject(limiter, (_, { storage }) => run(storage.sql))
    await take(limiter, [askFor(quota(), { cost: 4 })])
    const { state = null } = await sql((db) => db.exec('SELECT state FROM counters').one())
    await take(limiter, [askFor(quota(), { cost: 6 })])
    await sql((db) => void db.exec('UPDATE counters SET state = ?', state))
    expect(await leftIn(limiter, quota())).toBe(0)
    await evictDurableObject(limiter)
    expect(await leftIn(limiter, quota())).toBe(6)
  })
})

describe('storage that fails', () => {
  const asks = RULES.map((rule) => askFor(rule, { cost: 2, surplus: 5 }))

  /** What a call says of the counters when it takes nothing. */
  const look = (counters: Counters) => {
    const nothing = RULES.map((rule) => askFor(rule, { cost: 0 }))
    return counters.take(callOf(nothing, { holder: 'somebody else' }), Date.now())
  }

  test('at whichever write: the call fails, and neither memory nor storage is ahead of the other', async () => {
    await runInDurableObject(newLimiter(), (_, { storage }) => {
      const failing = failingStorage(storage)
      const counters = new Counters(failing.storage, () => 0.5)
      const [answer] = counters.take(callOf(asks), Date.now())
      const settlements = (answer?.standings ?? []).map(({ lease }, i) => ({
        counter: counterOf(RULES[i] ?? bucket()),
        lease,
        spent: 1,
        returned: 1,
      }))
      passTime(10)
      const before = look(counters)
      let writes = 0
      for (failing.failAt = 1; ; failing.failAt++) {
        try {
          counters.take(callOf(asks, { settlements }), Date.now())
          break
        } catch (error) {
          expect(error).toMatchObject({ message: 'injected: disk I/O error' })
          writes++
        }
        expect(look(counters)).toEqual(before)
        expect(look(new Counters(storage, () => 0.5))).toEqual(before)
      }
      // Every counter, every lease, and what the log keeps of its entries.
      expect(writes).toBeGreaterThanOrEqual(2 * RULES.length + 1)
      const after = look(counters)
      expect(after).not.toEqual(before)
      expect(look(new Counters(storage, () => 0.5))).toEqual(after)
    })
  })

  test('for good: no call of the real object is answered, and none is counted once it is back', async () => {
    const limiter = newLimiter()
    await take(limiter, [askFor(quota(), { cost: 3 })])
    const sql = (query: string) =>
      runInDurableObject(limiter, (_, { storage }) => void storage.sql.exec(query))
    await sql('ALTER TABLE counters RENAME TO gone')
    await expect(take(limiter, [askFor(quota())])).rejects.toThrow(/no such table/)
    await sql('ALTER TABLE gone RENAME TO counters')
    expect((await standingOf(limiter, quota())).remaining).toBe(7)
    await evictDurableObject(limiter)
    expect((await standingOf(limiter, quota())).remaining).toBe(7)
  })

  test('while a lease ends: the end is charged by the next call that can be stored, once', async () => {
    await runInDurableObject(newLimiter(), (_, { storage }) => {
      const failing = failingStorage(storage)
      const counters = new Counters(failing.storage, () => 0.5)
      const rule = quota({ limit: 100 })
      counters.take(callOf([askFor(rule, { as: 'hold', surplus: 29 })]), Date.now())
      passTime(15_000 + LEASE_MARGIN_MS)
      const ask = () => counters.take(callOf([askFor(rule)]), Date.now())[0]?.standings[0]?.remaining
      failing.failAt = 1
      for (let i = 0; i < 3; i++) expect(ask).toThrow('injected')
      failing.failAt = 0
      expect([ask(), ask()]).toEqual([69, 68])
    })
  })
})
