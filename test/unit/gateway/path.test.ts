import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acceptsPath, readTarget } from '../../../src/gateway/path.ts'

const BASE = 'https://api.example.com'

function read(rawPath: string) {
  const target = readTarget(BASE + rawPath, null)
  return target.ok ? { path: target.value.path, needs: target.value.needs } : target.error
}

describe('the canonical path', () => {
  test.each([
    ['/', '/', 'strict'],
    ['', '/', 'strict'],
    ['/orders/17', '/orders/17', 'strict'],
    ['/orders/', '/orders/', 'strict'],
    ['/%61dmin', '/admin', 'strict'],
    ['/a%7Eb%5Fc', '/a~b_c', 'strict'],
    ['/caf%c3%a9', '/caf%C3%A9', 'strict'],
    ['/caf\u00e9', '/caf%C3%A9', 'strict'],
    ['/a b', '/a%20b', 'strict'],
    ['/a%20b', '/a%20b', 'strict'],
    ['/.well-known/x', '/.well-known/x', 'strict'],
    ['/...', '/...', 'strict'],
    ['/a.b/c..d', '/a.b/c..d', 'strict'],
    ['/a%2fb', '/a%2Fb', 'encoded-slash'],
    ['/a//b', '/a//b', 'raw'],
    ['//a', '//a', 'raw'],
    ['/a;b=c', '/a;b=c', 'raw'],
    ['/a%5cb', '/a%5Cb', 'raw'],
    ['/a%00', '/a%00', 'raw'],
    ['/a%0d%0ab', '/a%0D%0Ab', 'raw'],
    ['/a%7f', '/a%7F', 'raw'],
    ['/a%252e', '/a%252e', 'raw'],
    ['/a%c0%af', '/a%C0%AF', 'raw'],
    ['/a%ff', '/a%FF', 'raw'],
  ])('%j becomes %j and needs a %s route', (raw, path, needs) => {
    expect(read(raw)).toEqual({ path, needs })
  })

  test.each([
    '/public/../admin',
    '/public/..',
    '/./admin',
    '/public/%2e%2e/admin',
    '/public/.%2E/admin',
    '/public/%2E./admin',
    '/v%2e1',
    '/public/..\\admin',
    '/public\\admin',
    '/50%',
    '/%zz',
    '/%2',
  ])('%j is refused in every mode, because fetch would send something else', (raw) => {
    expect(read(raw)).toBeTypeOf('string')
  })

  test('whatever is accepted is a fixed point of the URL parser, so that fetch sends what was matched', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '.',
        '..',
        '%2e',
        '%2E',
        '%2f',
        '%5c',
        '\\',
        ';',
        '%25',
        '%',
        '%00',
        'a',
        '~',
        '%61',
        '?',
        '*',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const target = readTarget(`${BASE}/${pieces.join('')}`, null)
        if (!target.ok) return
        const { path, query } = target.value
        expect(new URL(`https://origin.internal${path}`).pathname).toBe(path)
        expect(path.startsWith('/')).toBe(true)
        // Reading the canonical form again changes nothing: no second decoding anywhere.
        const again = readTarget(BASE + path, null)
        expect(again.ok && again.value.path).toBe(path)
        expect(query === '' || query.startsWith('?')).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })

  test('a strict path has one meaning: no decoder, once or twice, finds another segment in it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('/', 'a', '%61', '%2f', '%252f', '..', '%2e', ';', '\\', '%5c', '%25', '2f'),
          { maxLength: 8 },
        ),
        (pieces) => {
          const target = readTarget(`${BASE}/${pieces.join('')}`, null)
          if (!target.ok || target.value.needs !== 'strict') return
          const once = decodeURIComponent(target.value.path)
          expect(once.split(/[/\\;]/).length).toBe(target.value.path.split('/').length)
          expect(once.split('/').some((segment) => segment === '.' || segment === '..')).toBe(false)
          expect(/%[0-9a-f]{2}/i.test(once)).toBe(false)
        },
      ),
      { numRuns: 3_000 },
    )
  })
})

describe('host and query', () => {
  test('the host is folded and loses port and trailing dot', () => {
    const target = readTarget('https://API.Example.com.:8443/x?a=%2e', null)
    expect(target).toEqual({
      ok: true,
      value: {
        host: 'api.example.com',
        origin: 'https://api.example.com:8443',
        path: '/x',
        query: '?a=%2e',
        needs: 'strict',
      },
    })
  })

  test.each([
    'https:///x',
    'https://user@host/x',
    'https://a b/x',
    'https://a<b/x',
    'https://[::1/x',
    'ftp://a/x',
    'https://a:99999/x',
    'https://1.2.3.999/x',
    'https://[::::]/x',
    `https://${'a'.repeat(300)}/x`,
    'x',
  ])('%j has no host that can be trusted', (url) => expect(readTarget(url, null).ok).toBe(false))

  test('a default port and a trailing dot are no part of the origin', () => {
    for (const url of ['https://a.test:443/x', 'https://a.test./x', 'https://A.test.:443/x']) {
      const target = readTarget(url, null)
      expect(target.ok && target.value.origin).toBe('https://a.test')
    }
  })

  test('an IPv6 host is a host', () => {
    const target = readTarget('http://[::1]:8787/x', null)
    expect(target.ok && target.value.host).toBe('[::1]')
  })

  test('the query is forwarded as it came', () => {
    const target = readTarget(`${BASE}/x?a=1&b=%2F..%2F&c=;&d=%zz`, null)
    expect(target.ok && target.value.query).toBe('?a=1&b=%2F..%2F&c=;&d=%zz')
  })
})

test('a route takes what its mode allows and everything stricter', () => {
  const target = (raw: string) => {
    const read = readTarget(BASE + raw, null)
    if (!read.ok) throw new Error(read.error)
    return read.value
  }
  expect(acceptsPath('strict', target('/a%2fb'))).toBe(false)
  expect(acceptsPath('encoded-slash', target('/a%2fb'))).toBe(true)
  expect(acceptsPath('encoded-slash', target('/a//b'))).toBe(false)
  expect(acceptsPath('raw', target('/a//b'))).toBe(true)
  expect(acceptsPath('raw', target('/a'))).toBe(true)
})
