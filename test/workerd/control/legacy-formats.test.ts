// The formats of imported keys as settings: what is taken, what is refused and where, and that keys imported under them live on.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { parseKey } from '../../../src/keys/format.ts'
import { settings } from '../../../src/model/schema/routing.ts'
import { db } from '../store/rows.ts'
import { call, createProject } from './client.ts'
import { apply, exported, plan } from './declared-client.ts'
import { misfits, readDocument } from './openapi.ts'

interface Answered {
  readonly legacy_formats: readonly object[]
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]
}

const UNSAID = { prefix: '', alphabet: null, length: null, deprecated_at: null, sunset_at: null }
const AWS = 'Zx9Kq0tV7bNmR3wYcJ5uH1sLdF8gPaE2oTi6XyQk'

const declare = (...formats: readonly unknown[]) =>
  call<Answered>('/_latchkey/v1/settings', { method: 'PATCH', json: { legacy_formats: formats } })
const problemsOf = async (...formats: readonly unknown[]) => {
  const { status, body } = await declare(...formats)
  expect(status).toBe(400)
  return body.errors.map(({ pointer, detail }) => [pointer.replace('/legacy_formats/', ''), detail])
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(() => db.delete(settings))

describe('a format', () => {
  it.each<[string, object]>([
    ['a prefix', { prefix: 'acme_' }],
    ['a prefix of two characters, and few digits', { prefix: 'k-', alphabet: 'hex', length: 1 }],
    ['forty of base62', { alphabet: 'base62', length: 40 }],
    ['just 112 bits of hex', { alphabet: 'hex', length: 28 }],
    ['just 112 bits of base62', { alphabet: 'base62', length: 19 }],
    ['just 112 bits of base64url', { alphabet: 'base64url', length: 19 }],
    ['a uuid', { alphabet: 'uuid' }],
    ['one letter and a uuid', { prefix: 'k', alphabet: 'uuid' }],
    ['the longest key', { prefix: 'acme_', length: 251 }],
    [
      'a window',
      { prefix: 'a-', deprecated_at: '2026-01-01T00:00:00.000Z', sunset_at: '2026-01-01T00:00:00.000Z' },
    ],
  ])('may be %s', async (_, given) => {
    const { status, body } = await declare(given)
    expect([status, body.legacy_formats]).toEqual([200, [{ ...UNSAID, ...given }]])
    expect(misfits(body, { $ref: 'ChangedSettings' }, await readDocument())).toEqual([])
  })

  it('is shown with its times in UTC', async () => {
    const { body } = await declare({ prefix: 'a-', sunset_at: '2030-01-31T01:00:00+01:00' })
    expect(body.legacy_formats).toEqual([{ ...UNSAID, prefix: 'a-', sunset_at: '2030-01-31T00:00:00.000Z' }])
  })

  it.each<[string, unknown, string]>([
    ['that says nothing', {}, '0/alphabet'],
    ['of a prefix with a space', { prefix: 'a b' }, '0/prefix'],
    ['of a prefix of 33 characters', { prefix: 'x'.repeat(33) }, '0/prefix'],
    ['of one letter alone', { prefix: 'k' }, '0/alphabet'],
    ['of an alphabet without a length', { alphabet: 'base62' }, '0/length'],
    ['of a length without an alphabet', { length: 40 }, '0/alphabet'],
    ['of hex that could be guessed', { alphabet: 'hex', length: 27 }, '0/length'],
    ['of base62 that could be guessed', { alphabet: 'base62', length: 18 }, '0/length'],
    ['of base64url that could be guessed', { prefix: 'k', alphabet: 'base64url', length: 18 }, '0/length'],
    ['of a uuid of another length', { alphabet: 'uuid', length: 36 }, '0/length'],
    ['longer than a key', { prefix: 'acme_', length: 252 }, '0/length'],
    ['of no characters', { prefix: 'acme_', length: 0 }, '0/length'],
    ['of half a character', { prefix: 'acme_', length: 1.5 }, '0/length'],
    ['of an unknown alphabet', { alphabet: 'base58', length: 44 }, '0/alphabet'],
    [
      'that ends before it is deprecated',
      { prefix: 'a-', deprecated_at: '2026-02-01T00:00:00Z', sunset_at: '2026-01-01T00:00:00Z' },
      '0/sunset_at',
    ],
    ['that ends some day', { prefix: 'a-', sunset_at: 'soon' }, '0/sunset_at'],
    ['with a field that is none', { prefix: 'a-', regex: '.*' }, '0/regex'],
    ['that is a text', 'acme_', '0'],
    ['that is nothing', null, '0'],
  ])('%s is refused, with the field', async (_, given, pointer) => {
    expect((await problemsOf(given)).map(([at]) => at)).toContain(pointer)
  })

  it('of the shape of one before it is refused, whatever its times', async () => {
    const [first, again] = [{ prefix: 'a-' }, { prefix: 'a-', sunset_at: '2030-01-01T00:00:00Z' }]
    expect(await problemsOf(first, { prefix: 'b-' }, again)).toEqual([
      ['2', 'An entry before it has the same shape.'],
    ])
    expect(
      (await declare(first, { prefix: 'a-', alphabet: 'hex' }, { prefix: 'a-', length: 8 })).status,
    ).toBe(200)
  })

  it('is one of 32 at most', async () => {
    const many = Array.from({ length: 33 }, (_, index) => ({ prefix: `p${index}-` }))
    expect((await declare(...many.slice(1))).status).toBe(200)
    expect((await declare(...many)).status).toBe(400)
  })

  it('is declared, exported and declared again without a change', async () => {
    const formats = [{ prefix: 'acme_' }, { alphabet: 'uuid', sunset_at: '2030-01-31T00:00:00Z' }]
    expect((await apply({ settings: { legacy_formats: formats } })).status).toBe(200)
    const { settings: told } = await exported()
    expect(told).toMatchObject({
      legacy_formats: formats.map((format) => ({
        ...UNSAID,
        ...format,
        ...('sunset_at' in format && { sunset_at: '2030-01-31T00:00:00.000Z' }),
      })),
    })
    for (const document of [{ settings: told }, { settings: { legacy_formats: formats } }])
      expect((await plan(document as Parameters<typeof plan>[0])).body.changes).toEqual([])
    const { body } = await plan({ settings: { legacy_formats: [{ prefix: 'k' }] } })
    expect(body.errors?.map(({ pointer }) => pointer)).toContain('/config/settings/legacy_formats/0/alphabet')
  })
})

describe('a key without a prefix', () => {
  it('is imported, passes, and is rotated away from its format by its holder', async () => {
    await declare({ alphabet: 'base62', length: 40, sunset_at: '2099-01-01T00:00:00Z' })
    const { projectId } = await createProject({ self_rotation: true })
    const item = {
      project_id: projectId,
      name: 'old',
      hash: { scheme: 'sha256', digest: await digestKey(AWS) },
    }
    const { status } = await call('/_latchkey/v1/keys/import', {
      json: { items: [{ ...item, last4: 'XyQk' }] },
    })
    expect(status).toBe(200)
    const verify = async (key: string) =>
      (await call('/_latchkey/v1/keys/verify', { json: { key, cost: 0 } })).body
    expect(await verify(AWS)).toMatchObject({ valid: true, key: { expires_at: '2099-01-01T00:00:00.000Z' } })

    const self = await call('/_latchkey/self', { token: AWS })
    expect(self.body).toMatchObject({ key: { state: 'active', expires_at: '2099-01-01T00:00:00.000Z' } })

    const headers = { 'idempotency-key': crypto.randomUUID() }
    const rotated = await call<{ secret: string }>('/_latchkey/self/rotate', {
      method: 'POST',
      token: AWS,
      headers,
    })
    expect(rotated.status).toBeLessThan(300)
    expect(parseKey(rotated.body.secret, [])?.format).toBe('native')
    expect(await verify(rotated.body.secret)).toMatchObject({ valid: true, key: { expires_at: null } })

    await declare({ alphabet: 'base62', length: 40, sunset_at: '2026-01-01T00:00:00Z' })
    expect(await verify(AWS)).toMatchObject({
      valid: false,
      code: 'key_expired',
      detail: expect.stringContaining('2026-01-01T00:00:00.000Z'),
    })
    expect(await verify(rotated.body.secret)).toMatchObject({ valid: true })
    const revoked = await call('/_latchkey/self', { method: 'DELETE', token: AWS })
    expect([revoked.status, revoked.body.code]).toEqual([401, 'key_expired'])
  })
})
