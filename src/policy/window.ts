// The windows of quotas: hours, days, weeks and months of a time zone, numbered, so that the one that holds an instant, or comes
// a million windows later, is found without going through those between. Every instant lies in exactly one window.
import { Temporal } from 'temporal-polyfill'
import type { QuotaPeriod } from '../model/vocabulary.ts'
import type { QuotaRule } from './rule.ts'

/** Epoch milliseconds. */
export interface Window {
  readonly startMs: number
  /** The first instant of the next window; null: it never ends (`lifetime`). */
  readonly endMs: number | null
}

/** Window n reaches from `begins(n)` to `begins(n + 1)`; it is empty where the zone left out its day. */
interface Windows {
  /** Epoch milliseconds, never before `begins(n - 1)`. */
  readonly begins: (n: number) => number
  /** The number of the window that holds `now`, or of one close to it. */
  readonly near: (now: number) => number
}

type Dated = Exclude<QuotaPeriod, 'hour' | 'lifetime'>

const HOUR_MS = 3_600_000

/** The window that holds `now`. A zone that this runtime does not know counts as UTC. */
export function windowOf(rule: QuotaRule, now: number): Window {
  const windows = windowsOf(rule)
  if (windows === null) return { startMs: 0, endMs: null }
  const n = numberAt(windows, now)
  return { startMs: windows.begins(n), endMs: windows.begins(n + 1) }
}

/** How many windows began after `fromMs` and not after `now`. */
export function windowsBegun(rule: QuotaRule, fromMs: number, now: number): number {
  const windows = windowsOf(rule)
  return windows === null ? 0 : numberAt(windows, now) - numberAt(windows, fromMs)
}

/** Where the `count`-th window after the one that holds `now` begins; null: there are no further windows. */
export function windowAfter(rule: QuotaRule, now: number, count: number): number | null {
  const windows = windowsOf(rule)
  return windows === null ? null : windows.begins(numberAt(windows, now) + count)
}

function numberAt({ begins, near }: Windows, now: number): number {
  let n = near(now)
  while (begins(n) > now) n--
  while (begins(n + 1) <= now) n++
  return n
}

function windowsOf(rule: QuotaRule): Windows | null {
  const { period, anchorMs } = rule
  if (period === 'lifetime') return null
  const zone = knownZone(rule.timeZone)
  if (period === 'hour') return hoursOf(zone)
  return datedFrom(anchorMs === null ? CALENDAR[period] : dateOf(anchorMs, zone), period, zone)
}

/** Days on which calendar windows begin; weeks begin on Mondays (ISO 8601). */
const CALENDAR: Readonly<Record<Dated, Temporal.PlainDate>> = {
  day: new Temporal.PlainDate(1970, 1, 1),
  week: new Temporal.PlainDate(1970, 1, 5),
  month: new Temporal.PlainDate(1970, 1, 1),
}

// Always counted from the first day: from month to month, the 31st would become the 28th and stay there.
function datedFrom(first: Temporal.PlainDate, period: Dated, zone: string): Windows {
  const unit = `${period}s` as const
  return {
    begins: (n) => startOf(first.add({ [unit]: n }), zone),
    near: (now) => first.until(dateOf(now, zone), { largestUnit: unit })[unit],
  }
}

// Hours of UTC, moved by the part of an hour that the zone's clock is ahead: a clock set by whole hours changes none of them.
function hoursOf(zone: string): Windows {
  return {
    // Where a clock is set by part of an hour, the hour in which it happens is as much longer or shorter.
    begins: (n) => {
      const before = n * HOUR_MS - partOfHour((n - 1) * HOUR_MS, zone)
      return Math.max(before, n * HOUR_MS - partOfHour(before, zone))
    },
    near: (now) => Math.floor((now + partOfHour(now, zone)) / HOUR_MS),
  }
}

function partOfHour(now: number, zone: string): number {
  const offsetMs = zoned(now, zone).offsetNanoseconds / 1e6
  return ((offsetMs % HOUR_MS) + HOUR_MS) % HOUR_MS
}

function dateOf(now: number, zone: string): Temporal.PlainDate {
  return zoned(now, zone).toPlainDate()
}

// The first midnight of two, and the first instant of a day that has no midnight.
function startOf(date: Temporal.PlainDate, zone: string): number {
  return date.toZonedDateTime(zone).epochMilliseconds
}

function zoned(now: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone)
}

// Zones are checked when they are stored, by a runtime that may know more of them.
function knownZone(zone: string): string {
  try {
    zoned(0, zone)
    return zone
  } catch {
    return 'UTC'
  }
}
