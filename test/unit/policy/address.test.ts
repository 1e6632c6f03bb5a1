import * as fc from 'fast-check'
import { convertIPv6ToBinary } from 'hono/utils/ipaddr'
import { describe, expect, test } from 'vitest'
import { inRanges, isAddressRange } from '../../../src/policy/address.ts'

describe('addresses', () => {
  test.each<[address: string, ranges: string[], inside: boolean]>([
    ['203.0.113.7', ['203.0.113.7'], true],
    ['203.0.113.8', ['203.0.113.7'], false],
    ['203.0.113.255', ['203.0.113.0/24'], true],
    ['203.0.114.0', ['203.0.113.0/24'], false],
    ['203.0.113.7', ['203.0.113.9/24'], true],
    ['1.2.3.4', ['0.0.0.0/0'], true],
    ['::ffff:203.0.113.7', ['203.0.113.0/24'], true],
    ['203.0.113.7', ['::ffff:203.0.113.0/120'], true],
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:db9::1', ['2001:db8::/32'], false],
    ['2001:0db8:0:0:0:0:0:1', ['2001:db8::1'], true],
    ['2001:db8::1', ['0.0.0.0/0'], false],
    ['1.2.3.4', ['::/0'], true],
    ['010.0.0.1', ['10.0.0.0/8'], false],
    ['abcd', ['0.0.0.0/0', '::/0'], false],
    ['256.0.0.1', ['0.0.0.0/0', '::/0'], false],
    ['1.2.3.4.5', ['0.0.0.0/0', '::/0'], false],
    ['::1.2.3.4', ['::102:304'], true],
    ['1:2:3:4:5:6:1.2.3.4', ['1:2:3:4:5:6:102:304'], true],
    ['::1.2.3.256', ['::/0'], false],
    ['::1.2.3', ['::/0'], false],
    ['1.2.3.4::', ['::/0'], false],
    ['fe80::1%eth0', ['::/0'], false],
    ['1:2:3:4:5:6:7::', ['1:2:3:4:5:6:7:0'], true],
    ['1:2:3:4:5:6:7:8::', ['::/0'], false],
    [':1:2:3:4:5:6:7', ['::/0'], false],
    ['12345::', ['::/0'], false],
    ['::/0', ['::/0'], false],
    ['FFFF::A', ['ffff::a'], true],
    ['10.1', ['10.0.0.0/8'], false],
    ['garbage', ['0.0.0.0/0', '::/0'], false],
    ['', ['::/0'], false],
    ['1.2.3.4', [], false],
    ['1.2.3.4', ['garbage', '1.2.3.0/24'], true],
  ])('%s in %j: %s', (address, ranges, inside) => {
    expect(inRanges(address, ranges)).toBe(inside)
  })

  test.each(['1.2.3.4', '1.2.3.4/32', '0.0.0.0/0', '::1', '2001:db8::/32', '::ffff:1.2.3.4/128'])(
    '%s is a range',
    (text) => {
      expect(isAddressRange(text)).toBe(true)
    },
  )

  test.each([
    '',
    '1.2.3',
    '1.2.3.4/33',
    '1.2.3.4/',
    '1.2.3.4/08',
    '1.2.3.4/-1',
    '01.2.3.4',
    '::1/129',
    ':::',
    '1::2::3',
    'a',
    '1.2.3.4/1/2',
  ])('%j is none', (text) => expect(isAddressRange(text)).toBe(false))

  test('an IPv6 address is itself in every spelling, and no other, as another reader has it', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
        expect(inRanges(one, [new URL(`http://[${one}]`).hostname.slice(1, -1)])).toBe(true)
        expect(inRanges(one, [other])).toBe(numberOf(one) === numberOf(other))
      }),
    )
  })

  test('an IPv4 range holds what its first bits say', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (one, other, prefix) => {
        const head = (text: string) => bitsOf(text).slice(0, prefix)
        expect(inRanges(one, [`${other}/${prefix}`])).toBe(head(one) === head(other))
      }),
    )
  })
})

function numberOf(address: string): bigint {
  return convertIPv6ToBinary(new URL(`http://[${address}]`).hostname.slice(1, -1))
}

function bitsOf(address: string): string {
  return address
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('')
}
