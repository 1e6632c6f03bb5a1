import { describe, expect, test } from 'vitest'
import { cleanHeaders } from '../../../src/gateway/headers.ts'
import { isReservedHeader } from '../../../src/policy/reserved-headers.ts'

function clean(headers: Record<string, string>): Record<string, string> {
  const subject = new Headers(headers)
  cleanHeaders(subject, null)
  return Object.fromEntries(subject)
}

describe('what may not cross', () => {
  test.each([
    'X-Consumer-Id',
    'x_consumer_id',
    'X-CONSUMER_ID',
    'X_Consumer-Id',
    'x.consumer.id',
    'X-Consumer-Anything-New',
    'X-Consumer-Assertion',
    'X-Credential-Identifier',
    'X-Authenticated-Scope',
    'x_anonymous_consumer',
    'X-Forwarded-For',
    'x_forwarded_for',
    'X-Forwarded-Anything',
    'Forwarded',
    'X-Real-IP',
    'True-Client-IP',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method-Override',
    'X-Method-Override',
    'Proxy-Authorization',
    'Proxy-Connection',
    'CF-Access-Jwt-Assertion',
    'X-Request-Id',
    'Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Expect',
    'Max-Forwards',
    'Proxy',
    'Client-IP',
    'Remote-User',
    'X-Original-Host',
    'CF_Connecting_IP',
    'Content_Length',
    'X_API_Key',
  ])('%s', (name) => {
    expect(clean({ [name]: 'x', accept: 'y' })).toEqual({ accept: 'y' })
    expect(isReservedHeader(name)).toBe(true)
  })

  test('what Connection nominates goes, and Connection itself', () => {
    expect(
      clean({ connection: 'close, X-Secret, x-other', 'x-secret': '1', 'x-other': '2', accept: '3' }),
    ).toEqual({
      accept: '3',
    })
  })

  test('a Connection value that is no list of names does no harm', () => {
    expect(clean({ connection: 'x y, , "z"', accept: '1' })).toEqual({ accept: '1' })
  })

  test('a long name is judged too, and not remembered', () => {
    const long = `x-consumer-${'a'.repeat(5_000)}`
    expect(clean({ [long]: '1', accept: '2' })).toEqual({ accept: '2' })
    expect(clean({ [`x-${'b'.repeat(5_000)}`]: '1' })).not.toEqual({})
  })

  test('no value that holds the secret', () => {
    const subject = new Headers({ referer: 'https://a.test/?key=SECRET', cookie: 'SECRET', accept: 'secret' })
    cleanHeaders(subject, 'SECRET')
    expect(Object.fromEntries(subject)).toEqual({ accept: 'secret' })
  })

  test('everything else stays', () => {
    const headers = {
      accept: 'a',
      cookie: 'b',
      'x-consumers': 'c',
      'x-api-version': 'd',
      via: 'e',
      'user-agent': 'f',
    }
    expect(clean(headers)).toEqual(headers)
  })
})
