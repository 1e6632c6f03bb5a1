// Percentiles from histograms: within the bucket of the true value, whatever the values are.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { percentilesOf } from '../../../src/limits/percentiles.ts'
import { LATENCY_BOUNDS_MS } from '../../../src/limits/usage.ts'

function histogramOf(values: readonly number[]): readonly number[] {
  return LATENCY_BOUNDS_MS.map(
    (bound, i) => values.filter((ms) => ms <= bound && ms > (LATENCY_BOUNDS_MS[i - 1] ?? -1)).length,
  )
}

describe('percentiles', () => {
  it('of nothing are null', () => {
    expect(percentilesOf([])).toBeNull()
    expect(percentilesOf([0, 0])).toBeNull()
  })

  it('are spread evenly within a bucket', () => {
    // 100 requests of 10 to 20 ms.
    expect(percentilesOf([0, 0, 0, 0, 100])).toEqual({ p50: 15, p95: 19.5, p99: 19.9 })
  })

  it('of a bucket without an end are its beginning', () => {
    expect(percentilesOf(histogramOf([31_000, 90_000]))).toEqual({ p50: 30_000, p95: 30_000, p99: 30_000 })
  })

  it('lie in the bucket of the true value', () => {
    const latencies = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(latencies, (values) => {
        const sorted = values.toSorted((a, b) => a - b)
        const estimate = percentilesOf(histogramOf(values))
        for (const [share, ms] of [
          [0.5, estimate?.p50],
          [0.95, estimate?.p95],
          [0.99, estimate?.p99],
        ] as const) {
          const exact = sorted[Math.ceil(share * sorted.length - 1e-9) - 1] ?? 0
          const upper = LATENCY_BOUNDS_MS.find((bound) => exact <= bound) ?? 0
          const lower = LATENCY_BOUNDS_MS.findLast((bound) => exact > bound) ?? 0
          expect(ms).toBeGreaterThanOrEqual(lower)
          expect(ms).toBeLessThanOrEqual(upper)
        }
      }),
    )
  })
})
