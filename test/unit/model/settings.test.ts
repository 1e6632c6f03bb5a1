import { describe, expect, it } from 'vitest'
import { isComplete, parseSettings, settingsFacts } from '../../../src/model/settings.ts'

const SIGNING_KEY = {
  kid: 'k1',
  publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
  sealedPrivateKey: 'sealed',
}
const SHADOW_VERIFIER = {
  prefix: '',
  url: 'https://old.example.com/introspect',
  protocol: 'introspection' as const,
  sealedAuthorization: null,
  organizationId: 'org_1',
  projectId: 'prj_1',
  scopes: [],
  untilMs: 1,
}
const PORTAL = { name: 'Acme', logo: null, accent: '#0f766e', success_target: 0.99 }
const FORMAT = {
  prefix: '',
  alphabet: 'base62' as const,
  length: 40,
  deprecated_at: '2026-11-01T00:00:00.500Z',
  sunset_at: null,
}
const STORED = {
  gateway_id: 'lk-0123456789',
  check_secrets: ['secret'],
  signing_keys: [SIGNING_KEY],
  legacy_formats: [FORMAT],
  expiry_warning_days: 7,
  rate_limit_fields: 'standard' as const,
  shadow_verifiers: [SHADOW_VERIFIER],
  portal: PORTAL,
}
const rows = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }))

describe('stored settings', () => {
  it('are complete when every name is there', () => {
    const found = parseSettings(rows(STORED))
    expect(isComplete(found)).toBe(true)
    expect(found).toEqual(STORED)
  })

  it.each(Object.keys(STORED))('are incomplete without %s', (name) => {
    const found = parseSettings(rows(STORED).filter((row) => row.name !== name))
    expect(isComplete(found)).toBe(false)
  })

  it('may stand beside names of a later version', () => {
    expect(parseSettings([...rows(STORED), { name: 'oidc', value: {} }])).toEqual(STORED)
  })

  it.each([
    ['gateway_id', ''],
    ['gateway_id', 5],
    ['check_secrets', 'secret'],
    ['check_secrets', ['']],
    ['signing_keys', [{ ...SIGNING_KEY, publicJwk: { kty: 'EC' } }]],
    ['signing_keys', [{ ...SIGNING_KEY, sealedPrivateKey: undefined }]],
    ['legacy_formats', [1]],
    ['legacy_formats', ['acme_']],
    ['legacy_formats', [null]],
    ['legacy_formats', { 0: FORMAT }],
    ['legacy_formats', [{ ...FORMAT, prefix: undefined }]],
    ['legacy_formats', [{ ...FORMAT, alphabet: 'base58' }]],
    ['legacy_formats', [{ ...FORMAT, length: '40' }]],
    ['legacy_formats', [{ ...FORMAT, length: undefined }]],
    ['legacy_formats', [{ ...FORMAT, deprecated_at: 'soon' }]],
    ['legacy_formats', [{ ...FORMAT, sunset_at: undefined }]],
    ['expiry_warning_days', '7'],
    ['expiry_warning_days', null],
    ['rate_limit_fields', 'both'],
    ['rate_limit_fields', null],
    ['shadow_verifiers', {}],
    ['shadow_verifiers', [{ ...SHADOW_VERIFIER, protocol: 'murmur' }]],
    ['shadow_verifiers', [{ ...SHADOW_VERIFIER, untilMs: 'soon' }]],
    ['portal', null],
    ['portal', { ...PORTAL, name: undefined }],
    ['portal', { ...PORTAL, logo: 1 }],
    ['portal', { ...PORTAL, success_target: '0.99' }],
  ])('of the wrong shape are a broken database: %s = %j', (name, value) => {
    expect(() => parseSettings(rows({ ...STORED, [name]: value }))).toThrow(`setting ${name}`)
  })

  it('reach the edge with the warning in milliseconds', () => {
    expect(settingsFacts(STORED).expiryWarningMs).toBe(7 * 24 * 3600 * 1000)
  })

  it('reach the edge with the times of a format in milliseconds', () => {
    expect(settingsFacts(STORED).legacyFormats).toEqual([
      {
        prefix: '',
        alphabet: 'base62',
        length: 40,
        deprecatedAtMs: Date.UTC(2026, 10, 1) + 500,
        sunsetAtMs: null,
      },
    ])
  })
})
