import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'

const SECRETS = { ADMIN_TOKEN: 'a'.repeat(32), LATCHKEY_SECRET: 's'.repeat(32) }

function problems(env: Record<string, unknown>): readonly string[] {
  const config = readConfig({ ...SECRETS, ...env })
  return config.ok ? [] : config.error
}

describe('the environment', () => {
  test('two secrets are enough; the rest has defaults', () => {
    expect(readConfig(SECRETS)).toEqual({
      ok: true,
      value: {
        originUrl: null,
        controlHost: null,
        adminToken: SECRETS.ADMIN_TOKEN,
        secret: SECRETS.LATCHKEY_SECRET,
        logSample: 0.1,
        snapshotMaxAgeMs: 60_000,
        localDevelopment: false,
      },
    })
  })

  test('every variable is read, and white space around it is none of it', () => {
    const config = readConfig({
      ...SECRETS,
      ORIGIN_URL: ' https://api.example.com/ ',
      CONTROL_HOST: 'Admin.Example.com.',
      LOG_SAMPLE: '0',
      SNAPSHOT_MAX_AGE: '5',
      LOCAL_DEVELOPMENT: 'true',
    })
    expect(config.ok && config.value).toMatchObject({
      originUrl: 'https://api.example.com',
      controlHost: 'admin.example.com',
      logSample: 0,
      snapshotMaxAgeMs: 5_000,
      localDevelopment: true,
    })
  })

  test('all problems are told at once, each by its name', () => {
    const found = problems({
      ADMIN_TOKEN: undefined,
      LATCHKEY_SECRET: 'short',
      ORIGIN_URL: 'http://10.0.0.1',
      CONTROL_HOST: 'https://x',
      LOG_SAMPLE: '2',
      SNAPSHOT_MAX_AGE: 'soon',
    }).join('\n')
    for (const name of [
      'ADMIN_TOKEN',
      'LATCHKEY_SECRET',
      'ORIGIN_URL',
      'CONTROL_HOST',
      'LOG_SAMPLE',
      'SNAPSHOT_MAX_AGE',
    ]) {
      expect(found).toContain(name)
    }
  })

  test.each(['correct horse battery staple & 42 more!', 'ü'.repeat(40), `${'a'.repeat(40)}=b`])(
    'a token that could never be presented as a bearer token is refused: %s',
    (token) => expect(problems({ ADMIN_TOKEN: token })).toHaveLength(1),
  )

  test.each(['LOG_SAMPLE', 'SNAPSHOT_MAX_AGE'])('%s takes no NaN, no negative, no text', (name) => {
    for (const value of ['NaN', '-1', '1e9', 'x', '0x']) expect(problems({ [name]: value })).toHaveLength(1)
  })

  test('a secret is never quoted in a problem', () => {
    expect(problems({ LATCHKEY_SECRET: 'hunter2' }).join()).not.toContain('hunter2')
  })
})
