import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'

const SECRETS = { ADMIN_TOKEN: 'a'.repeat(32), LATCHKEY_SECRET: 's'.repeat(32) }

async function problems(env: Record<string, unknown>): Promise<readonly string[]> {
  const config = await readConfig({ ...SECRETS, ...env })
  return config.ok ? [] : config.error
}

describe('the environment', () => {
  test('two secrets are enough; the rest has defaults', async () => {
    expect(await readConfig(SECRETS)).toEqual({
      ok: true,
      value: {
        originUrl: null,
        controlHost: null,
        adminToken: SECRETS.ADMIN_TOKEN,
        secret: SECRETS.LATCHKEY_SECRET,
        login: { oidc: null, access: null },
        previousSecret: null,
        logSample: 0.1,
        refusalHours: 24,
        addressDays: 30,
        snapshotMaxAgeMs: 21_600_000,
        revocationBoundMs: 1_000,
        relayLeaseMs: 5_000,
        feedGraceMs: 30_000,
        feedMaxChanges: 20_000,
        relayRegions: ['enam', 'wnam', 'weur', 'apac'],
        relayShards: 1,
        importPeppers: new Map(),
        localDevelopment: false,
      },
    })
  })

  test('every variable is read, and white space around it is none of it', async () => {
    const config = await readConfig({
      ...SECRETS,
      ORIGIN_URL: ' https://api.example.com/ ',
      CONTROL_HOST: 'Admin.Example.com.',
      LATCHKEY_SECRET_PREVIOUS: ` ${'before'.repeat(6)} `,
      IMPORT_PEPPERS: '{"old": "pepper", "bytes": "hex:00ff", "more": "base64:AP8="}',
      LOG_SAMPLE: '0',
      REFUSAL_HOURS: '0',
      ADDRESS_DAYS: '7',
      SNAPSHOT_MAX_AGE: '300',
      REVOCATION_BOUND_MS: '500',
      RELAY_LEASE_MS: '2000',
      FEED_GRACE: '0',
      FEED_MAX_CHANGES: '1000',
      RELAY_REGIONS: 'WEUR, eeur weur',
      RELAY_SHARDS: '2',
      LOCAL_DEVELOPMENT: 'true',
    })
    expect(config.ok && config.value).toMatchObject({
      originUrl: 'https://api.example.com',
      controlHost: 'admin.example.com',
      previousSecret: 'before'.repeat(6),
      importPeppers: new Map([
        ['old', new TextEncoder().encode('pepper')],
        ['bytes', Uint8Array.from([0, 255])],
        ['more', Uint8Array.from([0, 255])],
      ]),
      logSample: 0,
      refusalHours: 0,
      addressDays: 7,
      snapshotMaxAgeMs: 300_000,
      revocationBoundMs: 500,
      relayLeaseMs: 2_000,
      feedGraceMs: 0,
      feedMaxChanges: 1_000,
      relayRegions: ['weur', 'eeur'],
      relayShards: 2,
      localDevelopment: true,
    })
  })

  test('the secret before this one is none that can be guessed: child tokens are good under it too', async () => {
    expect(await problems({ LATCHKEY_SECRET_PREVIOUS: 'changeme' })).toEqual([
      'LATCHKEY_SECRET_PREVIOUS is shorter than 32 characters.',
    ])
    for (const unset of [undefined, '', ' '])
      expect(await problems({ LATCHKEY_SECRET_PREVIOUS: unset })).toEqual([])
  })

  test.each([
    ['no JSON', 'old=pepper'],
    ['a list', '["pepper"]'],
    ['a number', '{"old": 1}'],
    ['an empty text', '{"old": ""}'],
    ['a name that is none', '{"Old pepper": "x"}'],
    ['no hex', '{"old": "hex:0"}'],
    ['no base64', '{"old": "base64:%%"}'],
  ])('peppers are a JSON object of texts, and none is repeated where it is not: %s', async (_, value) => {
    const told = await problems({ IMPORT_PEPPERS: value })
    expect(told).toEqual([expect.stringMatching(/^IMPORT_PEPPERS takes a JSON object of texts/)])
  })

  test('nine peppers are too many', async () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (__, i) => [`p${i}`, 'x']))
    expect(await problems({ IMPORT_PEPPERS: JSON.stringify(many) })).toEqual([
      'IMPORT_PEPPERS takes 8 peppers at most.',
    ])
  })

  test('all problems are told at once, each by its name', async () => {
    const told = await problems({
      ADMIN_TOKEN: undefined,
      LATCHKEY_SECRET: 'short',
      ORIGIN_URL: 'http://10.0.0.1',
      CONTROL_HOST: 'https://x',
      LOG_SAMPLE: '2',
      SNAPSHOT_MAX_AGE: 'soon',
      REVOCATION_BOUND_MS: '0',
      RELAY_LEASE_MS: '1',
      FEED_GRACE: '-1',
      FEED_MAX_CHANGES: '1',
      RELAY_REGIONS: 'weur,mars',
      RELAY_SHARDS: '1.5',
    })
    const found = told.join('\n')
    for (const name of [
      'ADMIN_TOKEN',
      'LATCHKEY_SECRET',
      'ORIGIN_URL',
      'CONTROL_HOST',
      'LOG_SAMPLE',
      'SNAPSHOT_MAX_AGE',
      'REVOCATION_BOUND_MS',
      'RELAY_LEASE_MS',
      'FEED_GRACE',
      'FEED_MAX_CHANGES',
      'RELAY_REGIONS',
      'RELAY_SHARDS',
    ]) {
      expect(found).toContain(name)
    }
  })

  test.each(['correct horse battery staple & 42 more!', 'ü'.repeat(40), `${'a'.repeat(40)}=b`])(
    'a token that could never be presented as a bearer token is refused: %s',
    async (token) => expect(await problems({ ADMIN_TOKEN: token })).toHaveLength(1),
  )

  test.each(['LOG_SAMPLE', 'SNAPSHOT_MAX_AGE', 'REVOCATION_BOUND_MS', 'RELAY_SHARDS'])(
    '%s takes no NaN, no negative, no text',
    async (name) => {
      for (const value of ['NaN', '-1', '1e9', 'x', '0x'])
        expect(await problems({ [name]: value })).toHaveLength(1)
    },
  )

  test('a secret is never quoted in a problem', async () => {
    expect((await problems({ LATCHKEY_SECRET: 'hunter2' })).join()).not.toContain('hunter2')
  })
})

describe('login', () => {
  const OIDC = { OIDC_ISSUER: 'https://id.example.com', OIDC_CLIENT_ID: 'latchkey' }
  const ACCESS = { ACCESS_TEAM_DOMAIN: 'Team.cloudflareaccess.com', ACCESS_AUD: 'f00d' }

  test('is read as an identity provider, Access, or both', async () => {
    const config = await readConfig({ ...SECRETS, ...OIDC, OIDC_CLIENT_SECRET: 's3cret', ...ACCESS })
    expect(config.ok && config.value.login).toEqual({
      oidc: { issuer: 'https://id.example.com', clientId: 'latchkey', clientSecret: 's3cret' },
      access: { teamDomain: 'team.cloudflareaccess.com', audience: 'f00d' },
    })
    const half = await readConfig({ ...SECRETS, ...OIDC })
    expect(half.ok && half.value.login).toMatchObject({ oidc: { clientSecret: null }, access: null })
  })

  test('may be at a provider on loopback, in local development alone', async () => {
    const local = { ...SECRETS, ...OIDC, OIDC_ISSUER: 'http://127.0.0.1:9000' }
    expect((await readConfig({ ...local, LOCAL_DEVELOPMENT: 'true' })).ok).toBe(true)
    expect((await readConfig(local)).ok).toBe(false)
  })

  test.each([
    ['an issuer without a client', { OIDC_ISSUER: 'https://id.example.com' }, 'OIDC_CLIENT_ID'],
    ['a client without an issuer', { OIDC_CLIENT_ID: 'x' }, 'OIDC_ISSUER'],
    ['a secret alone', { OIDC_CLIENT_SECRET: 'x' }, 'OIDC_ISSUER'],
    ['an issuer over http', { ...OIDC, OIDC_ISSUER: 'http://id.example.com' }, 'OIDC_ISSUER'],
    ['an issuer with a query', { ...OIDC, OIDC_ISSUER: 'https://id.example.com/?a=b' }, 'OIDC_ISSUER'],
    ['an issuer with a user', { ...OIDC, OIDC_ISSUER: 'https://a@id.example.com/' }, 'OIDC_ISSUER'],
    ['an issuer that is no URL', { ...OIDC, OIDC_ISSUER: 'id.example.com' }, 'OIDC_ISSUER'],
    ['a team without an audience', { ACCESS_TEAM_DOMAIN: 'team.cloudflareaccess.com' }, 'ACCESS_AUD'],
    ['an audience without a team', { ACCESS_AUD: 'x' }, 'ACCESS_TEAM_DOMAIN'],
    ['a team elsewhere', { ...ACCESS, ACCESS_TEAM_DOMAIN: 'team.example.com' }, 'ACCESS_TEAM_DOMAIN'],
    [
      'a team with a path',
      { ...ACCESS, ACCESS_TEAM_DOMAIN: 'a.cloudflareaccess.com/x' },
      'ACCESS_TEAM_DOMAIN',
    ],
  ])('is reported by name when it is %s', async (_, vars, name) => {
    const config = await readConfig({ ...SECRETS, ...vars })
    expect(config).toEqual({ ok: false, error: [expect.stringContaining(name)] })
  })
})
