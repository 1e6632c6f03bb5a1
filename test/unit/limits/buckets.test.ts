// Which bucket a count belongs to.
import { describe, expect, it } from 'vitest'
import { bucketName, bucketsOf, LATENESS_MS, openTime, sumOf } from '../../../src/limits/buckets.ts'
import { LATENCY_BOUNDS_MS, type UsageCount } from '../../../src/limits/usage.ts'

const NOW = Date.parse('2026-11-01T10:20:30Z')
const MINUTE = Date.parse('2026-11-01T10:20:00Z')
const OPEN = openTime(0, NOW)

function count(changes: Partial<UsageCount> = {}): UsageCount {
  return {
    minuteMs: MINUTE,
    keyId: 'key_1',
    projectId: 'prj_1',
    routeId: 'route_1',
    statusClass: 2,
    outcome: 'passed',
    count: 1,
    gatewayMs: [1],
    originMs: [0, 1],
    lastAtMs: NOW,
    ...changes,
  }
}

const starts = (minuteMs: number, open = OPEN) =>
  bucketsOf([count({ minuteMs })], open).map(({ startMs }) => new Date(startMs).toISOString())

describe('a count', () => {
  it('is in one bucket of each grain, of UTC', () => {
    expect(starts(MINUTE)).toEqual([
      '2026-11-01T10:20:00.000Z',
      '2026-11-01T10:00:00.000Z',
      '2026-11-01T00:00:00.000Z',
    ])
  })

  it('joins others that differ in nothing but time within the bucket', () => {
    const buckets = bucketsOf([count({ minuteMs: MINUTE - 60_000, count: 2 }), count({ count: 3 })], OPEN)
    expect(buckets.map(({ grain, count: requests }) => [grain, requests])).toEqual([
      ['minute', 2],
      ['hour', 5],
      ['day', 5],
      ['minute', 3],
    ])
  })

  it.each([
    { keyId: 'key_2' },
    { routeId: 'route_2' },
    { statusClass: 5 },
    { outcome: 'origin_error' as const },
  ])('is counted apart where it differs in %o', (change) => {
    expect(bucketsOf([count(), count(change)], OPEN)).toHaveLength(6)
  })
})

describe('a count from outside of the open time', () => {
  it('goes to the oldest open bucket when it comes too late', () => {
    expect(starts(MINUTE - 3_600_000)).toEqual(starts(NOW - LATENESS_MS))
  })

  it('goes to the newest one when the clock of its isolate is ahead, and is no use in the future', () => {
    const [bucket] = bucketsOf([count({ minuteMs: MINUTE + 7_200_000, lastAtMs: NOW + 7_200_000 })], OPEN)
    expect(bucket).toMatchObject({ startMs: MINUTE, lastAtMs: NOW })
  })

  it('never goes to a bucket that ended before the open time, also when the clock steps back', () => {
    const later = openTime(0, NOW + 86_400_000)
    const back = openTime(later.fromMs, NOW)
    expect(back.fromMs).toBe(later.fromMs)
    for (const bucket of bucketsOf([count()], back)) expect(bucket.endMs).toBeGreaterThan(later.fromMs)
  })
})

describe('sums', () => {
  it('add count by count and bucket by bucket, however long the histograms are', () => {
    const a = { count: 2, gatewayMs: [1, 1], originMs: [], lastAtMs: 5 }
    const b = { count: 3, gatewayMs: [1, 0, 2], originMs: [3], lastAtMs: 4 }
    expect(sumOf(a, b)).toEqual({ count: 5, gatewayMs: [2, 1, 2], originMs: [3], lastAtMs: 5 })
    expect(sumOf(b, a)).toEqual(sumOf(a, b))
  })

  it('have a name for each set of labels', () => {
    const names = bucketsOf([count(), count({ keyId: '' }), count({ routeId: '' })], OPEN).map(bucketName)
    expect(new Set(names).size).toBe(9)
  })
})

it('latency buckets rise and leave nothing out', () => {
  expect([...LATENCY_BOUNDS_MS].sort((a, b) => a - b)).toEqual(LATENCY_BOUNDS_MS)
  expect(LATENCY_BOUNDS_MS.at(-1)).toBe(Infinity)
})
