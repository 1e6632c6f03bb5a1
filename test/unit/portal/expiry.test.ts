// When a new key ends, by what somebody chose and what the policies allow.
import { describe, expect, it } from 'vitest'
import { expiryOptions, expiryTime, firstExpiry, NO_RULE } from '../../../src/portal/key-form/expiry.ts'

const NOW = Date.UTC(2026, 10, 1)
const DAY = 86_400
const rule = (days: number) => ({ max_lifetime_seconds: days * DAY, expiry_required: true })
const values = (given: typeof NO_RULE) => expiryOptions(given).map(({ value }) => value)

describe('expiry of a new key', () => {
  it('may be never where no policy says otherwise', () => {
    expect(values(NO_RULE)).toEqual(['days30', 'days90', 'year', 'custom', 'never'])
    expect(firstExpiry(NO_RULE)).toBe('days90')
    expect(expiryTime('never', '', NO_RULE, NOW)).toBeNull()
  })

  it('is cut short by the longest lifetime', () => {
    expect(values(rule(60))).toEqual(['days30', 'longest', 'custom'])
    expect(firstExpiry(rule(60))).toBe('longest')
    expect(expiryTime('longest', '', rule(60), NOW)).toBe(
      new Date(NOW + 60 * DAY * 1000 - 60_000).toISOString(),
    )
  })

  it('must be given where an expiry is required', () => {
    expect(values({ max_lifetime_seconds: null, expiry_required: true })).not.toContain('never')
  })

  it('of a time of their own is that time, or missing', () => {
    expect(expiryTime('custom', '2027-01-02T03:04', NO_RULE, NOW)).toBe(
      new Date('2027-01-02T03:04').toISOString(),
    )
    expect(expiryTime('custom', '', NO_RULE, NOW)).toBeUndefined()
  })
})
