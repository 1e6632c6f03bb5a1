import { describe, expect, it } from 'vitest'
import { inForce, pending, propagationOf } from '../../../src/control/propagation.ts'

const NOW = Date.parse('2026-11-01T00:00:00Z')
const BOUNDS = {
  revocationBoundMs: 1_000,
  relayLeaseMs: 5_000,
  feedGraceMs: 30_000,
  snapshotMaxAgeMs: 21_600_000,
}
const PUBLISHED = { epoch: 1, seq: 7, relaysAcknowledged: 3, relaysTotal: 3, leaseRemainingMs: 0 }

describe('a published change', () => {
  it('is in force after the bound when every relay acknowledged it', () => {
    expect(propagationOf(NOW, PUBLISHED, BOUNDS)).toEqual({
      effective_by: '2026-11-01T00:00:01.000Z',
      worst_case_by: '2026-11-01T00:00:31.000Z',
      relays_acknowledged: 3,
      relays_total: 3,
    })
  })

  it('waits for the lease of a relay that did not', () => {
    const published = { ...PUBLISHED, relaysAcknowledged: 2, leaseRemainingMs: 4_200 }
    expect(propagationOf(NOW, published, BOUNDS)).toMatchObject({
      effective_by: '2026-11-01T00:00:05.200Z',
      worst_case_by: '2026-11-01T00:00:35.200Z',
      relays_acknowledged: 2,
    })
  })
})

describe('a change that nothing depends on', () => {
  it('is in force now', () => {
    const at = '2026-11-01T00:00:00.000Z'
    expect(inForce(NOW)).toEqual({
      effective_by: at,
      worst_case_by: at,
      relays_acknowledged: 0,
      relays_total: 0,
    })
  })
})

describe('a change that the feed did not take', () => {
  it('is expected by the next run, and certain when copies are too old', () => {
    expect(pending(NOW, BOUNDS)).toEqual({
      expected_by: '2026-11-01T00:01:16.000Z',
      worst_case_by: '2026-11-01T06:00:05.000Z',
    })
  })

  it('is never later by the feed than by age', () => {
    const { expected_by, worst_case_by } = pending(NOW, { ...BOUNDS, snapshotMaxAgeMs: 10_000 })
    expect([expected_by, worst_case_by]).toEqual(['2026-11-01T00:00:15.000Z', '2026-11-01T00:00:15.000Z'])
  })
})
