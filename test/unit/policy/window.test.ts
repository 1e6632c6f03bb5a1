import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QuotaRule } from '../../../src/policy/rule.ts'
import { windowAfter, windowOf, windowsBegun } from '../../../src/policy/window.ts'
import { at, DAY_MS, HOUR_MS, quotaRule } from '../../support/quota-rule.ts'

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/Caracas', // set by half an hour in 2007 and 2016
  'Asia/Pyongyang', // likewise in 2015 and 2018
  'Australia/Lord_Howe', // summer time of half an hour
  'Pacific/Apia', // left out 30 December 2011
  'Pacific/Kwajalein', // left out 21 August 1993
  'Pacific/Kiritimati',
  'America/Sao_Paulo', // summer time at midnight: days without one
  'Atlantic/Azores', // and days with two
  'America/St_Johns', // until 2011 a minute after midnight: back into the day before
  'Africa/Monrovia', // ahead by seconds until 1972
]
const PERIODS = ['hour', 'day', 'week', 'month'] as const

const when = fc.integer({ min: at('1971-01-01T00:00:00Z'), max: at('2080-01-01T00:00:00Z') })
// Two instants in three lie within two days of a change of some zone's clock.
const CHANGES = [
  '1972-01-07T00:44:30Z',
  '1993-08-21T12:00:00Z',
  '2007-12-09T07:00:00Z',
  '2010-11-07T02:31:00Z',
  '2011-03-13T03:31:00Z',
  '2011-12-30T10:00:00Z',
  '2015-08-14T15:00:00Z',
  '2016-05-01T07:00:00Z',
  '2018-02-18T02:00:00Z',
  '2018-05-04T15:00:00Z',
  '2018-11-04T03:00:00Z',
  '2026-03-08T07:00:00Z',
  '2026-03-29T01:00:00Z',
  '2026-04-04T15:00:00Z',
  '2026-10-03T15:30:00Z',
  '2026-10-25T01:00:00Z',
  '2026-11-01T06:00:00Z',
].map(at)
const nearChange = fc
  .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }))
  .map(([change, off]) => change + off)
const instant = fc.oneof(when, nearChange, nearChange)
const rule = fc
  .record({
    timeZone: fc.constantFrom(...ZONES),
    period: fc.constantFrom(...PERIODS),
    anchorMs: fc.option(instant),
  })
  .map(quotaRule)

function shown(of: Partial<QuotaRule>, now: string): readonly (string | null)[] {
  const { startMs, endMs } = windowOf(quotaRule(of), at(now))
  return [startMs, endMs].map((ms) => (ms === null ? null : new Date(ms).toISOString().slice(0, 16)))
}

describe('the window that holds an instant', () => {
  test.each<[of: Partial<QuotaRule>, now: string, startMs: string, endMs: string]>([
    [{ period: 'hour' }, '2026-03-08T12:59:59.999Z', '2026-03-08T12:00', '2026-03-08T13:00'],
    [
      { period: 'hour', timeZone: 'Asia/Kolkata' },
      '2026-03-08T12:10Z',
      '2026-03-08T11:30',
      '2026-03-08T12:30',
    ],
    [
      { period: 'day', timeZone: 'Asia/Kolkata' },
      '2026-03-08T18:29Z',
      '2026-03-07T18:30',
      '2026-03-08T18:30',
    ],
    [{ period: 'week' }, '2026-11-22T23:59:59.999Z', '2026-11-16T00:00', '2026-11-23T00:00'],
    [{ period: 'week' }, '2026-11-23T00:00Z', '2026-11-23T00:00', '2026-11-30T00:00'],
    [{ period: 'week' }, '1969-12-31T00:00Z', '1969-12-29T00:00', '1970-01-05T00:00'],
    [{ period: 'month' }, '2028-02-29T23:59:59.999Z', '2028-02-01T00:00', '2028-03-01T00:00'],
    [{ period: 'month' }, '2100-02-28T12:00Z', '2100-02-01T00:00', '2100-03-01T00:00'],
    [
      { period: 'month', timeZone: 'Europe/Berlin' },
      '2026-03-15T00:00Z',
      '2026-02-28T23:00',
      '2026-03-31T22:00',
    ],
  ])('%j at %s', (of, now, startMs, endMs) => {
    expect(shown(of, now)).toEqual([startMs, endMs])
  })

  test.each<[why: string, timeZone: string, now: string, startMs: string, endMs: string]>([
    ['23 hours', 'America/New_York', '2026-03-08T12:00Z', '2026-03-08T05:00', '2026-03-09T04:00'],
    ['25 hours', 'America/New_York', '2026-11-01T12:00Z', '2026-11-01T04:00', '2026-11-02T05:00'],
    [
      '24 and a half hours',
      'Australia/Lord_Howe',
      '2026-04-05T00:00Z',
      '2026-04-04T13:00',
      '2026-04-05T13:30',
    ],
    ['no midnight', 'America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04T03:00', '2018-11-05T02:00'],
    ['two midnights', 'Atlantic/Azores', '2026-10-25T00:30Z', '2026-10-25T00:00', '2026-10-26T01:00'],
    ['a day left out after it', 'Pacific/Apia', '2011-12-30T09:59Z', '2011-12-29T10:00', '2011-12-30T10:00'],
    ['a day left out before it', 'Pacific/Apia', '2011-12-30T10:00Z', '2011-12-30T10:00', '2011-12-31T10:00'],
  ])('a day of %s in %s', (_, timeZone, now, startMs, endMs) => {
    expect(shown({ timeZone }, now)).toEqual([startMs, endMs])
  })

  test('a day that comes back for an hour after the next one began is not charged again', () => {
    const timeZone = 'America/St_Johns'
    expect(shown({ timeZone }, '2010-11-07T02:30:30Z')[0]).toBe('2010-11-07T02:30')
    expect(shown({ timeZone }, '2010-11-07T03:00:00Z')).toEqual(['2010-11-07T02:30', '2010-11-08T03:30'])
  })

  test('an hour that comes twice is two windows, and the hours around it stay whole', () => {
    const hour = { period: 'hour', timeZone: 'America/New_York' } as const
    expect(shown(hour, '2026-11-01T05:59Z')).toEqual(['2026-11-01T05:00', '2026-11-01T06:00'])
    expect(shown(hour, '2026-11-01T06:00Z')).toEqual(['2026-11-01T06:00', '2026-11-01T07:00'])
  })

  test('where clocks are set by half an hour, that hour is shorter or longer and the next begins on the hour', () => {
    const hour = { period: 'hour', timeZone: 'Australia/Lord_Howe' } as const
    expect(shown(hour, '2026-04-04T14:59Z')).toEqual(['2026-04-04T14:00', '2026-04-04T15:00'])
    expect(shown(hour, '2026-04-04T15:00Z')).toEqual(['2026-04-04T15:00', '2026-04-04T15:30'])
    expect(shown(hour, '2026-04-04T15:30Z')).toEqual(['2026-04-04T15:30', '2026-04-04T16:30'])
    expect(shown(hour, '2026-10-03T15:30Z')).toEqual(['2026-10-03T14:30', '2026-10-03T16:00'])
  })

  test('of a lifetime never ends, and none comes after it', () => {
    const lifetime = quotaRule({ period: 'lifetime', refill: 3, timeZone: 'Mars/Olympus' })
    expect(windowOf(lifetime, 1e12)).toEqual({ startMs: 0, endMs: null })
    expect(windowsBegun(lifetime, 0, 1e12)).toBe(0)
    expect(windowAfter(lifetime, 0, 1)).toBeNull()
  })

  test('counts by UTC in a zone that this runtime does not know', () => {
    for (const period of PERIODS)
      expect(shown({ period, timeZone: 'Mars/Olympus' }, '2026-11-23T09:30Z')).toEqual(
        shown({ period }, '2026-11-23T09:30Z'),
      )
  })
})

describe('windows counted from an anniversary', () => {
  test('of the 31st begin on the last day of a shorter month, and do not stay there', () => {
    const monthly = { period: 'month', anchorMs: at('2026-01-31T15:00Z') } as const
    const days = ['2026-02-15', '2026-03-15', '2026-04-15', '2026-05-01', '2025-12-31', '2024-03-01']
    expect(days.map((day) => shown(monthly, `${day}T12:00Z`).map((text) => text?.slice(0, 10)))).toEqual([
      ['2026-01-31', '2026-02-28'],
      ['2026-02-28', '2026-03-31'],
      ['2026-03-31', '2026-04-30'],
      ['2026-04-30', '2026-05-31'],
      ['2025-12-31', '2026-01-31'],
      ['2024-02-29', '2024-03-31'],
    ])
  })

  test('of 29 February begin on that day in every other month', () => {
    const monthly = { period: 'month', anchorMs: at('2024-02-29T23:59Z') } as const
    expect(shown(monthly, '2025-03-01T00:00Z')).toEqual(['2025-02-28T00:00', '2025-03-29T00:00'])
    expect(shown(monthly, '2028-02-29T00:00Z')).toEqual(['2028-02-29T00:00', '2028-03-29T00:00'])
  })

  test('begin with the anchor’s day in the zone, not with its instant', () => {
    const weekly = { period: 'week', anchorMs: at('2026-11-25T23:30Z'), timeZone: 'Europe/Berlin' } as const
    expect(shown(weekly, '2026-11-25T23:00Z')).toEqual(['2026-11-25T23:00', '2026-12-02T23:00'])
    expect(shown(weekly, '2026-11-25T22:59Z')).toEqual(['2026-11-18T23:00', '2026-11-25T23:00'])
  })

  test('are calendar windows where they are days or hours', () => {
    fc.assert(
      fc.property(rule, instant, (of, now) => {
        fc.pre(of.period === 'day' || of.period === 'hour')
        expect(windowOf(of, now)).toEqual(windowOf({ ...of, anchorMs: null }, now))
      }),
    )
  })
})

const LONGEST_MS = { hour: 1.5 * HOUR_MS, day: 49 * HOUR_MS, week: 8 * DAY_MS, month: 32 * DAY_MS } as const

test('every instant lies in exactly one window, whatever the zone does to its clock', () => {
  fc.assert(
    fc.property(rule, instant, (of, now) => {
      const window = windowOf(of, now)
      const endMs = window.endMs ?? NaN
      expect(window.startMs).toBeLessThanOrEqual(now)
      expect(endMs).toBeGreaterThan(now)
      expect(windowOf(of, window.startMs)).toEqual(window)
      expect(windowOf(of, endMs - 1)).toEqual(window)
      expect(windowOf(of, endMs).startMs).toBe(endMs)
      expect(windowOf(of, window.startMs - 1).endMs).toBe(window.startMs)
      if (of.period !== 'lifetime') expect(endMs - window.startMs).toBeLessThanOrEqual(LONGEST_MS[of.period])
    }),
    { numRuns: 1_500 },
  )
})

test('as many windows begin as are gone through one by one', () => {
  fc.assert(
    fc.property(rule, instant, fc.nat(40), (of, fromMs, count) => {
      let now = fromMs
      let begun = 0
      for (let i = 0; i < count; i++) {
        const endMs = windowOf(of, now).endMs ?? NaN
        begun += windowsBegun(of, now, endMs)
        now = endMs
      }
      expect(windowsBegun(of, fromMs, now)).toBe(begun)
      // A day that was left out is a window of its own, in which there is no time.
      expect(begun - count).toBeOneOf([0, of.period === 'day' ? 1 : 0])
      expect(windowAfter(of, fromMs, begun)).toBe(count === 0 ? windowOf(of, fromMs).startMs : now)
    }),
    { numRuns: 200 },
  )
})
