import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { forgetsAt, forgetsBefore, RETENTION_MARGIN_MS } from '../../../src/feed/retention.ts'
import { MAX_CLOCK_SKEW_MS } from '../../../src/feed/usable.ts'

const retention = fc.record({ snapshotMaxAgeMs: fc.nat(), feedMaxChanges: fc.nat() })

test('a change is forgotten when its time has come, and not before', () => {
  fc.assert(
    fc.property(fc.nat(), retention, (at, kept) => {
      const due = forgetsAt(at, kept)
      expect(at < forgetsBefore(due, kept)).toBe(false)
      expect(at < forgetsBefore(due + 1, kept)).toBe(true)
    }),
  )
})

test('a copy from before a change is too old, on any clock, when the change is forgotten', () => {
  fc.assert(
    fc.property(fc.nat(), retention, (at, kept) => {
      const readAt = at + MAX_CLOCK_SKEW_MS
      const judgedAt = forgetsAt(at, kept) - MAX_CLOCK_SKEW_MS
      expect(judgedAt - readAt).toBeGreaterThan(kept.snapshotMaxAgeMs)
    }),
  )
  expect(RETENTION_MARGIN_MS).toBeGreaterThan(10 * MAX_CLOCK_SKEW_MS)
})
