// How addresses are written down, and the ranges that are suggested for those that were seen.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inRanges, isAddressRange } from '../../../src/policy/address.ts'
import { networkOf, suggestRanges } from '../../../src/policy/networks.ts'

describe('an address is kept as', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::/64'],
    ['::1', '::/64'],
  ])('%s: %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  test.each(['', 'garbage', '1.2.3', '1.2.3.4/24', 'fe80::1%eth0'])('nothing: %s', (text) => {
    expect(networkOf(text)).toBeNull()
  })

  test('a range that a policy takes, which holds it, in one spelling', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const network = networkOf(address) ?? ''
        expect([isAddressRange(network), inRanges(address, [network])]).toEqual([true, true])
        expect(networkOf(network.split('/')[0] ?? '')).toBe(network)
      }),
    )
  })
})

describe('for what was seen, a policy of', () => {
  test.each<[seen: string[], suggested: string[]]>([
    [[], []],
    [['203.0.113.7'], ['203.0.113.7']],
    [
      ['203.0.113.9', '203.0.113.7'],
      ['203.0.113.7', '203.0.113.9'],
    ],
    [['203.0.113.9', '203.0.113.7', '203.0.113.200'], ['203.0.113.0/24']],
    [
      ['203.0.113.7', '203.0.113.7', '203.0.113.7', '198.51.100.1'],
      ['198.51.100.1', '203.0.113.7'],
    ],
    [
      ['2001:db8:0:1::/64', '203.0.113.7'],
      ['203.0.113.7', '2001:db8:0:1::/64'],
    ],
    [['2001:db8:0:1::/64', '2001:db8:0:2::/64', '2001:db8:0:ffff::/64'], ['2001:db8::/48']],
    [['garbage', '1.2.3.4/', '1.2.3.4/33', '203.0.113.7'], ['203.0.113.7']],
  ])('%j: %j', (seen, suggested) => {
    expect(suggestRanges(seen)).toEqual(suggested)
  })

  test('many is wider, and never wider than /16 or /32', () => {
    const spread = (n: number, address: (i: number) => string) =>
      Array.from({ length: n }, (_, i) => address(i))
    expect(suggestRanges(spread(17, (i) => `10.0.${i}.1`))).toEqual(['10.0.0.0/20', '10.0.16.1'])
    expect(suggestRanges(spread(64, (i) => `10.0.${i * 4}.1`))).toEqual(
      expect.arrayContaining(['10.0.0.0/20']),
    )
    expect(suggestRanges(spread(64, (i) => `10.${i % 16}.${i}.1`))).toHaveLength(16)
    expect(suggestRanges(spread(64, (i) => `10.${i}.0.1`))).toEqual([])
    expect(suggestRanges(spread(20, (i) => `2001:db8:${i.toString(16)}::/64`))).toEqual(['2001:db8::/40'])
  })

  const nearby = fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.nat(255), fc.nat(255))
    .map(([b, c, d]) => `10.${b}.${c}.${d}`)
  const seen = fc.array(
    fc.oneof(nearby, fc.ipV4(), fc.ipV6()).map((text) => networkOf(text) ?? ''),
    {
      maxLength: 64,
    },
  )

  test('anything holds all of it or says nothing, in 16 ranges at most, none too wide', () => {
    fc.assert(
      fc.property(seen, (networks) => {
        const suggested = suggestRanges(networks)
        expect(suggested.length).toBeLessThanOrEqual(16)
        for (const range of suggested) {
          const bits = Number(range.split('/')[1] ?? 32)
          expect([isAddressRange(range), bits >= (range.includes(':') ? 32 : 16)]).toEqual([true, true])
        }
        if (suggested.length > 0)
          for (const network of networks) expect(inRanges(network.split('/')[0] ?? '', suggested)).toBe(true)
        expect(suggestRanges(networks.toReversed())).toEqual(suggested)
      }),
    )
  })

  test('few networks is never empty', () => {
    fc.assert(
      fc.property(fc.array(nearby, { minLength: 1, maxLength: 64 }), (networks) => {
        expect(suggestRanges(networks)).not.toEqual([])
      }),
    )
  })
})
