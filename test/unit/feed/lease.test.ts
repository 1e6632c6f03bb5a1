import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsLease, isLeaseAging, leaseHolders, NO_LEASE, renewLease } from '../../../src/feed/lease.ts'

const LEASE = { from: 1_000, ms: 500 }

test('a lease holds to the millisecond', () => {
  expect(holdsLease(LEASE, 1_000)).toBe(true)
  expect(holdsLease(LEASE, 1_500)).toBe(true)
  expect(holdsLease(LEASE, 1_501)).toBe(false)
})

test('a relay that never pulled holds none', () => {
  expect(holdsLease(NO_LEASE, 0)).toBe(false)
  expect(holdsLease(NO_LEASE, -1_000_000)).toBe(false)
})

test('past its half a lease is aging', () => {
  expect(isLeaseAging(LEASE, 1_250)).toBe(false)
  expect(isLeaseAging(LEASE, 1_251)).toBe(true)
  expect(isLeaseAging(NO_LEASE, 0)).toBe(true)
})

test('answers to pulls renew it in any order: the pull that was sent last counts', () => {
  const answers = fc.uniqueArray(fc.record({ sentAt: fc.nat(), ms: fc.nat() }), {
    minLength: 1,
    selector: ({ sentAt }) => sentAt,
  })
  fc.assert(
    fc.property(answers, (pulls) => {
      const lease = pulls.reduce((held, { sentAt, ms }) => renewLease(held, sentAt, ms), NO_LEASE)
      const last = pulls.toSorted((a, b) => a.sentAt - b.sentAt).at(-1)
      expect(lease).toEqual({ from: last?.sentAt, ms: last?.ms })
    }),
  )
})

test('a later pull that grants less makes it shorter', () => {
  expect(renewLease(LEASE, 1_001, 10)).toEqual({ from: 1_001, ms: 10 })
  expect(renewLease(LEASE, 1_000, 10)).toBe(LEASE)
})

test('for the hub a relay holds its lease at least as long as for itself', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat({ max: 10_000 }),
      fc.nat({ max: 10_000 }),
      fc.nat(),
      (sentAt, way, ms, now) => {
        const book = new Map([['relay', sentAt + way + ms]])
        if (holdsLease({ from: sentAt, ms }, now)) expect(leaseHolders(book, now)).toHaveLength(1)
      },
    ),
  )
})

test('whoever holds a lease is told of with its end, and nobody else', () => {
  const book = new Map([
    ['over', 999],
    ['ends now', 1_000],
    ['holds', 1_001],
  ])
  expect(leaseHolders(book, 1_000)).toEqual([
    ['ends now', 1_000],
    ['holds', 1_001],
  ])
})
