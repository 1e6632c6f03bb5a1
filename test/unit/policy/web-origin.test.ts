import { describe, expect, test } from 'vitest'
import { allowsWebOrigin, isWebOrigin } from '../../../src/policy/web-origin.ts'

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
