import { describe, expect, test } from 'vitest'
import { parseUpstreamUrl } from '../../../src/policy/upstream-url.ts'

const rules = { localDevelopment: false, ownHosts: ['gateway.example.com'] }

describe('where an upstream may point', () => {
  test.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com/', 'https://api.example.com'],
    ['https://api.example.com/v2/', 'https://api.example.com/v2'],
    ['https://API.example.com.:443', 'https://api.example.com'],
    ['https://api.example.com:8443', 'https://api.example.com:8443'],
    ['https://93.184.216.34', 'https://93.184.216.34'],
    ['https://[2606:4700::1111]', 'https://[2606:4700::1111]'],
  ])('%s is accepted as %s', (url, expected) => {
    expect(parseUpstreamUrl(url, rules)).toEqual({ ok: true, value: expected })
  })

  test.each([
    'http://api.example.com',
    'ftp://api.example.com',
    'api.example.com',
    'https://user:pass@api.example.com',
    'https://user@api.example.com',
    'https://api.example.com?x=1',
    'https://api.example.com#x',
    'https://api.example.com:22',
    'https://gateway.example.com',
    'https://GATEWAY.example.com.',
    'https://localhost',
    'https://127.0.0.1',
    'https://0177.0.0.1',
    'https://2130706433',
    'https://0x7f.1',
    'https://１２７.0.0.1',
    'https://10.0.0.1',
    'https://172.16.0.1',
    'https://172.31.255.255',
    'https://192.168.1.1',
    'https://169.254.169.254',
    'https://100.100.100.200',
    'https://0.0.0.0',
    'https://255.255.255.255',
    'https://224.0.0.1',
    'https://[::1]',
    'https://[::]',
    'https://[::ffff:169.254.169.254]',
    'https://[::ffff:8.8.8.8]',
    'https://[fe80::1]',
    'https://[fd00:ec2::254]',
    'https://[2002:a9fe:a9fe::1]',
    'https://[64:ff9b::a9fe:a9fe]',
    'https://[2001:0:1::1]',
    'https://intranet',
    'https://db.internal',
    'https://printer.local',
    'https://metadata.google.internal.',
    'https://api.example.com/a%2e%2e/b',
    'https://api.example.com/a//b',
  ])('%s is refused with a sentence', (url) => {
    const result = parseUpstreamUrl(url, rules)
    expect(result.ok ? result.value : result.error).toMatch(/\.$/)
    expect(result.ok).toBe(false)
  })

  test('local development adds loopback, also over http and on any port, and nothing else', () => {
    const local = { ...rules, localDevelopment: true }
    expect(parseUpstreamUrl('http://127.0.0.1:8788', local)).toEqual({
      ok: true,
      value: 'http://127.0.0.1:8788',
    })
    expect(parseUpstreamUrl('http://localhost:3000/x', local).ok).toBe(true)
    expect(parseUpstreamUrl('http://[::1]:3000', local).ok).toBe(true)
    expect(parseUpstreamUrl('http://10.0.0.1', local).ok).toBe(false)
    expect(parseUpstreamUrl('http://api.example.com', local).ok).toBe(false)
    expect(parseUpstreamUrl('https://169.254.169.254', local).ok).toBe(false)
  })
})
