import { expect, test } from 'vitest'
import { windowOf } from '../../../src/policy/window.ts'
import { at, quotaRule } from '../../support/quota-rule.ts'

// What Workers know of time zones is their own matter, and so is whether they have Temporal.
test.each([
  ['America/New_York', '2026-11-01T12:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
  ['Australia/Lord_Howe', '2026-04-05T00:00Z', '2026-04-04T13:00Z', '2026-04-05T13:30Z'],
  ['Pacific/Apia', '2011-12-30T09:59Z', '2011-12-29T10:00Z', '2011-12-30T10:00Z'],
  ['Mars/Olympus', '2026-11-23T12:00Z', '2026-11-23T00:00Z', '2026-11-24T00:00Z'],
])('a day in %s begins and ends in a Worker as anywhere', (timeZone, now, startsAt, endsAt) => {
  const day = windowOf(quotaRule({ timeZone }), at(now))
  expect(day).toEqual({ startMs: at(startsAt), endMs: at(endsAt) })
})

test('months of an anniversary do not drift in a Worker', () => {
  const rule = quotaRule({ period: 'month', timeZone: 'Europe/Berlin', anchorMs: at('2026-01-31T15:00Z') })
  const march = { startMs: at('2026-02-27T23:00Z'), endMs: at('2026-03-30T22:00Z') }
  expect(windowOf(rule, at('2026-03-15T00:00Z'))).toEqual(march)
})
