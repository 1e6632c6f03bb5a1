// A quota for tests that are about something else, and what they all say of time.
import type { QuotaRule } from '../../src/policy/rule.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Ten a day in UTC, but for `changes`. */
export function quotaRule(changes: Partial<QuotaRule> = {}): QuotaRule {
  const daily = { kind: 'quota', name: 'calls', plan: '', limit: 10, period: 'day', timeZone: 'UTC' } as const
  return { ...daily, anchorMs: null, refill: null, ...changes }
}

/** Epoch milliseconds of an ISO 8601 text. */
export function at(text: string): number {
  return Date.parse(text)
}
