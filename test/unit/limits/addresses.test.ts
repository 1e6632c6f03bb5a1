// Observed addresses on their way: never more than are said, each key and address once, over the whole time.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeAddresses, type ObservedAddress } from '../../../src/limits/addresses.ts'

const observed: fc.Arbitrary<ObservedAddress> = fc
  .tuple(fc.constantFrom('key_1', 'key_2', 'key_3'), fc.nat(9), fc.nat(100), fc.nat(100))
  .map(([keyId, n, firstAtMs, lasted]) => ({
    keyId,
    address: `10.0.0.${n}`,
    firstAtMs,
    lastAtMs: firstAtMs + lasted,
  }))
const list = fc.array(observed, { maxLength: 60 })
const nameOf = ({ keyId, address }: ObservedAddress) => `${keyId} ${address}`
const WIDE = { all: 1_000, ofKey: 1_000 }

describe('observed addresses that are joined', () => {
  test('are never more than the bounds say, of all and of each key', () => {
    fc.assert(
      fc.property(list, list, fc.nat(20), fc.nat(5), (first, then, all, ofKey) => {
        const bounds = { all, ofKey }
        const held = mergeAddresses(mergeAddresses([], first, bounds), then, bounds)
        expect(held.length).toBeLessThanOrEqual(all)
        for (const [, same] of Map.groupBy(held, ({ keyId }) => keyId))
          expect(same.length).toBeLessThanOrEqual(ofKey)
      }),
    )
  })

  test('are one for each key and address, from the first use to the last', () => {
    fc.assert(
      fc.property(list, list, (first, then) => {
        const held = mergeAddresses(mergeAddresses([], first, WIDE), then, WIDE)
        const groups = Map.groupBy([...first, ...then], nameOf)
        expect(held.map(nameOf).toSorted()).toEqual([...groups.keys()].toSorted())
        for (const one of held) {
          const same = groups.get(nameOf(one)) ?? []
          expect(one.firstAtMs).toBe(Math.min(...same.map(({ firstAtMs }) => firstAtMs)))
          expect(one.lastAtMs).toBe(Math.max(...same.map(({ lastAtMs }) => lastAtMs)))
        }
      }),
    )
  })

  test('change nothing when they come again', () => {
    fc.assert(
      fc.property(list, fc.nat(20), fc.nat(5), (some, all, ofKey) => {
        const held = mergeAddresses([], some, { all, ofKey })
        expect(mergeAddresses(held, held, { all, ofKey })).toEqual(held)
      }),
    )
  })
})
