import { describe, expect, test } from 'vitest'
import { allowsWebOrigin, inRanges, isAddressRange, isWebOrigin } from '../../../src/policy/network.ts'

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
})

describe('web origins', () => {
  test.each<[string, string[], boolean]>([
    ['https://app.example.com', ['https://app.example.com'], true],
    ['http://app.example.com', ['https://app.example.com'], false],
    ['https://app.example.com:8443', ['https://app.example.com'], false],
    ['https://a.example.com', ['https://*.example.com'], true],
    ['https://a.b.example.com', ['https://*.example.com'], true],
    ['https://example.com', ['https://*.example.com'], false],
    ['https://evilexample.com', ['https://*.example.com'], false],
    ['https://a.example.com.evil.com', ['https://*.example.com'], false],
    ['https://evil.com/.example.com', ['https://*.example.com'], false],
    ['https://evil.com:1.example.com', ['https://*.example.com'], false],
    ['https://.example.com', ['https://*.example.com'], false],
    ['http://a.example.com', ['https://*.example.com'], false],
    ['null', ['https://*.example.com'], false],
    ['https://a', ['https://*.a'], false],
  ])('%s against %j: %s', (origin, allowed, expected) => {
    expect(allowsWebOrigin(allowed, origin)).toBe(expected)
  })

  test.each(['https://a.com', 'http://localhost:3000', 'https://*.a.com', 'https://[::1]:8443'])(
    '%s is one',
    (text) => {
      expect(isWebOrigin(text)).toBe(true)
    },
  )

  test.each([
    '',
    '*',
    'null',
    'https://a.com/',
    'https://a.com/x',
    'https://A.com',
    'https://a.com:443',
    'ftp://a.com',
    'https://*',
    'https://a.*.com',
    'https://**.a.com',
    'https://u@a.com',
  ])('%j is none', (text) => expect(isWebOrigin(text)).toBe(false))
})
