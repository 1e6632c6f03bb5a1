// A limiter whose counters are as good as new empties its storage; one that still has something to remember does not.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LimiterStub } from '../../../src/limits/rpc.ts'
import { passTime, stopClock } from '../../support/feed-objects.ts'
import { askFor, bucket, leftIn, newLimiter, quota, take } from '../../support/limiters.ts'

const DAY_MS = 86_400_000

beforeEach(() => {
  stopClock()
})

afterEach(() => {
  vi.useRealTimers()
})

async function alarmAt(limiter: LimiterStub): Promise<number | null> {
  return runInDurableObject(limiter, (_, { storage }) => storage.getAlarm())
}

async function tables(limiter: LimiterStub): Promise<number> {
  const query =
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name IN ('counters', 'leases', 'log_entries')"
  return runInDurableObject(limiter, (_, { storage }) => storage.sql.exec(query).toArray().length)
}

test('looks a day after it was first asked, and sets its alarm once', async () => {
  const limiter = newLimiter()
  await take(limiter, [askFor(bucket())])
  const first = Date.now() + DAY_MS
  await expect.poll(() => alarmAt(limiter)).toBe(first)
  passTime(1_000)
  await take(limiter, [askFor(bucket())])
  expect(await alarmAt(limiter)).toBe(first)
})

test('forgets everything when everything is there again, and begins anew when it is asked', async () => {
  const limiter = newLimiter()
  await take(limiter, [askFor(bucket(), { cost: 7 })])
  await expect.poll(() => alarmAt(limiter)).not.toBeNull()
  passTime(DAY_MS)
  expect(await runDurableObjectAlarm(limiter)).toBe(true)
  expect([await tables(limiter), await alarmAt(limiter)]).toEqual([0, null])
  expect((await take(limiter, [askFor(bucket(), { cost: 7 })])).ok).toBe(true)
  expect(await leftIn(limiter, bucket())).toBe(3)
  await expect.poll(() => alarmAt(limiter)).toBe(Date.now() + DAY_MS)
})

test('remembers what is used up for good, and looks again a day later', async () => {
  const limiter = newLimiter()
  const rule = quota({ period: 'lifetime' })
  await take(limiter, [askFor(rule, { cost: 4 })])
  await expect.poll(() => alarmAt(limiter)).not.toBeNull()
  for (let day = 0; day < 3; day++) {
    passTime(DAY_MS)
    await runDurableObjectAlarm(limiter)
    expect(await alarmAt(limiter)).toBe(Date.now() + DAY_MS)
  }
  expect(await leftIn(limiter, rule)).toBe(6)
})
