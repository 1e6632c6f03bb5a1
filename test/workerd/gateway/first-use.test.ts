// The first use of keys that another system hashed: verified as that system did, and known by their SHA-256 from then on.
import { env } from 'cloudflare:workers'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hashSync } from 'bcryptjs'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey, toHex } from '../../../src/keys/digest.ts'
import { pepperedDigest } from '../../../src/keys/foreign-hash.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { foreignHashes } from '../../../src/model/schema/foreign-hashes.ts'
import { callWith, createTestGateway, testConfig, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedRoute } from '../../support/seed.ts'
import { call, createProject, makeDeps } from '../control/client.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'

const encoder = new TextEncoder()
const PEPPER = encoder.encode('an old pepper')
const config = testConfig({ importPeppers: new Map([['old', PEPPER]]) })
const SALT = 'a1b2c3d4'
const salt = Uint8Array.from([0xa1, 0xb2, 0xc3, 0xd4])

/** What other systems store of a key. */
const SCHEMES = {
  'hmac-sha256': async (key: string) => ({ digest: await pepperedDigest(key, PEPPER), pepper_id: 'old' }),
  bcrypt: async (key: string) => ({ digest: hashSync(key, 4), beginning: beginningOf(key) }),
  scrypt: async (key: string) => ({
    digest: toHex(scrypt(key, salt, { N: 2 ** 10, r: 8, p: 1, dkLen: 32 })),
    salt: SALT,
    n: 2 ** 10,
    r: 8,
    p: 1,
    beginning: beginningOf(key),
  }),
  'pbkdf2-sha256': async (key: string) => ({
    digest: toHex(pbkdf2(sha256, key, salt, { c: 1_000, dkLen: 32 })),
    salt: SALT,
    iterations: 1_000,
    beginning: beginningOf(key),
  }),
} as const
type Scheme = keyof typeof SCHEMES
const ALL: readonly Scheme[] = ['hmac-sha256', 'bcrypt', 'scrypt', 'pbkdf2-sha256']
const SLOW: readonly Scheme[] = ['bcrypt', 'scrypt', 'pbkdf2-sha256']

let count = 0
const nextKey = () => `acme_${(++count).toString(36).padStart(4, '0')}9c5Y1UxQtMpIlEhAd6Z2VyRuNqJm`
const beginningOf = (key: string) => key.slice(0, 9)

let project: { projectId: string; organizationId: string }
let gateway: TestGateway

interface Imported {
  readonly results: readonly {
    readonly status: string
    readonly id?: string
    readonly problem?: { readonly errors?: readonly { readonly pointer: string }[] }
  }[]
}

const itemOf = async (scheme: Scheme, key: string, more: object = {}) => ({
  project_id: project.projectId,
  name: 'old',
  start: 'acme_',
  hash: { scheme, ...(await SCHEMES[scheme](key)), ...more },
})
const send = async (...items: readonly object[]) =>
  (await call<Imported>('/_latchkey/v1/keys/import', { json: { items }, deps: makeDeps({ config }) })).body
    .results
const importKey = async (scheme: Scheme, key: string) => {
  const [result] = await send(await itemOf(scheme, key))
  expect(result).toMatchObject({ status: 'imported' })
  return result?.id ?? ''
}
const present = (key: string, on = gateway) => callWith(key, on, '/plain')
const rowOf = (id: string) => db.select().from(apiKeys).where(eq(apiKeys.id, id)).get()
const foreignOf = (id: string) => db.select().from(foreignHashes).where(eq(foreignHashes.keyId, id)).get()

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/plain' })
  await call('/_latchkey/v1/settings', { method: 'PATCH', json: { legacy_formats: [{ prefix: 'acme_' }] } })
})
beforeEach(async () => {
  project = await createProject()
  gateway = createTestGateway(config)
})

describe.each(ALL)('a key hashed with %s', (scheme) => {
  it('passes at its first use, and is known by its SHA-256 from then on', async () => {
    const key = nextKey()
    const id = await importKey(scheme, key)
    expect(await rowOf(id)).toMatchObject({ importedAs: scheme, last4: '' })
    expect(await present(key)).toMatchObject({ status: 200 })
    expect(await rowOf(id)).toMatchObject({
      hash: await digestKey(key),
      start: 'acme_',
      last4: key.slice(-4),
      importedAs: scheme,
    })
    expect(await foreignOf(id)).toMatchObject({ hash: null, locator: null, adoptedAt: gateway.clockMs })
    expect((await eventsOf(project.organizationId)).map(({ action }) => action)).toContain('key.adopted')
    expect(await breaksOf(project.organizationId)).toEqual([])
  })

  it('is verified slowly once: the second use, and every other isolate, find it as any other key', async () => {
    const key = nextKey()
    await importKey(scheme, key)
    await present(key)
    await present(key)
    const other = createTestGateway(config)
    expect(await present(key, other)).toMatchObject({ status: 200 })
    expect([gateway.calls.adoptions, other.calls.adoptions]).toEqual([1, 0])
  })

  it('is refused when it is another key that begins like it, and passes after that', async () => {
    const key = nextKey()
    await importKey(scheme, key)
    expect(await present(`${key.slice(0, -1)}!`)).toMatchObject({ status: 401, code: 'key_unknown' })
    expect(await present(key)).toMatchObject({ status: 200 })
  })

  it('is there already when it is imported again, before its first use and after it', async () => {
    const key = nextKey()
    const item = await itemOf(scheme, key)
    const [first] = await send(item)
    expect(await send(item)).toMatchObject([{ status: 'exists', id: first?.id }])
    await present(key)
    expect(await send(item)).toMatchObject([{ status: 'exists', id: first?.id }])
  })

  it.each([
    ['revoke', 'key_revoked'],
    ['disable', 'key_disabled'],
  ])('stays stopped when it was stopped before its first use: %s', async (verb, code) => {
    const key = nextKey()
    const id = await importKey(scheme, key)
    await call(`/_latchkey/v1/keys/${id}/${verb}`, { json: {} })
    expect(await present(key)).toMatchObject({ code })
  })

  it('is revoked at once after its first use', async () => {
    const key = nextKey()
    const id = await importKey(scheme, key)
    await present(key)
    const deps = makeDeps({ config })
    await call(`/_latchkey/v1/keys/${id}/revoke`, { json: {}, deps })
    expect(deps.publishes.flat()).toContainEqual({ kind: 'key', subject: await digestKey(key) })
    expect(await present(key, createTestGateway(config))).toMatchObject({ code: 'key_revoked' })
  })

  it('is unknown once it was deleted', async () => {
    const key = nextKey()
    const id = await importKey(scheme, key)
    await call(`/_latchkey/v1/keys/${id}/revoke`, { json: {} })
    await call(`/_latchkey/v1/keys/${id}`, { method: 'DELETE' })
    expect(await present(key)).toMatchObject({ code: 'key_unknown' })
    expect(await foreignOf(id)).toMatchObject({ adoptedAt: null })
  })

  it('passes for all who present it at the same time', async () => {
    const key = nextKey()
    const id = await importKey(scheme, key)
    const gateways = [gateway, createTestGateway(config), createTestGateway(config)]
    const answers = await Promise.all(gateways.flatMap((one) => [present(key, one), present(key, one)]))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    const adopted = (await eventsOf(project.organizationId)).filter(({ action }) => action === 'key.adopted')
    expect(adopted.map(({ targetId }) => targetId)).toEqual([id])
  })

  it('is not refused while D1 cannot tell', async () => {
    const key = nextKey()
    await importKey(scheme, key)
    const { adoptKey } = gateway.deps
    gateway.deps.adoptKey = () => Promise.reject(new Error('injected: network connection lost'))
    expect(await present(key)).toMatchObject({ status: 503, code: 'verification_unavailable' })
    gateway.deps.adoptKey = adoptKey
    expect(await present(key)).toMatchObject({ status: 200 })
  })

  it('is not admitted when it turns out to be weak, and nobody stores what it could be guessed from', async () => {
    const key = `acme_${(++count).toString(36).padStart(4, '0')}abcdefghij`
    const id = await importKey(scheme, key)
    expect(await present(key)).toMatchObject({ code: 'key_unknown' })
    expect(await rowOf(id)).not.toMatchObject({ hash: await digestKey(key) })
    expect(await foreignOf(id)).toMatchObject({ weakAt: gateway.clockMs, adoptedAt: null })
    expect(gateway.logs).toContainEqual({ event: 'imported_key_weak', key_id: id })
    expect(
      await db
        .select()
        .from(apiKeys)
        .where(eq(apiKeys.hash, await digestKey(key))),
    ).toEqual([])
    expect(JSON.stringify(await env.KV.list())).not.toContain(await digestKey(key))
  })
})

describe('keys that share a beginning', () => {
  it('are found, each of them, up to four', async () => {
    const beginning = `acme_S${++count}xx`
    const keys = Array.from({ length: 5 }, (_, i) => `${beginning}${i}9c5Y1UxQtMpIlEhAd6Z2VyRuNqJm`)
    const items = await Promise.all(keys.map((key) => itemOf('bcrypt', key, { beginning })))
    const results = await send(...items)
    expect(results.map(({ status }) => status)).toEqual([...Array(4).fill('imported'), 'refused'])
    expect(results[4]?.problem?.errors?.[0]?.pointer).toBe('/hash/beginning')
    const answers = []
    for (const key of keys.slice(0, 4)) answers.push(await present(key, createTestGateway(config)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    // They are known otherwise now, and no longer in the way.
    expect(await send(items[4] ?? {})).toMatchObject([{ status: 'imported' }])
  })
})

describe.each(SLOW)('guesses at a key hashed with %s', (scheme) => {
  it('are not verified any more after five wrong ones in a minute', async () => {
    const key = nextKey()
    await importKey(scheme, key)
    for (let guess = 0; guess < 5; guess++)
      expect(await present(`${beginningOf(key)}${guess}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`)).toMatchObject({
        code: 'key_unknown',
      })
    expect(await present(key)).toMatchObject({ status: 429, code: 'rate_limited' })
    gateway.clockMs += 61_000
    expect(await present(key)).toMatchObject({ status: 200 })
  })
})

describe('what can never be verified is refused when it is imported', () => {
  it.each([
    ['bcrypt', { digest: `$2b$13$${'a'.repeat(53)}` }, '/hash'],
    ['scrypt', { n: 2 ** 20 }, '/hash'],
    ['scrypt', { n: 1000 }, '/hash'],
    ['scrypt', { p: 3 }, '/hash'],
    ['pbkdf2-sha256', { iterations: 600_001 }, '/hash'],
    ['hmac-sha256', { pepper_id: 'unknown' }, '/hash/pepper_id'],
    ['bcrypt', { beginning: 'acm' }, '/hash/beginning'],
    ['scrypt', { salt: 'zz' }, '/hash/salt'],
  ] as const)('%s: %j', async (scheme, more, pointer) => {
    const [result] = await send(await itemOf(scheme, nextKey(), more))
    expect(result).toMatchObject({ status: 'refused', problem: { errors: [{ pointer }] } })
  })
})

it('costs a native key nothing, nor one that is known', async () => {
  const key = nextKey()
  await send({ ...(await itemOf('bcrypt', key)), hash: { scheme: 'sha256', digest: await digestKey(key) } })
  expect(await present(key)).toMatchObject({ status: 200 })
  expect(await present('lk_live_9c5Y1UxQtMpIlEhAd6Z2VyRuNqJmFiBed7KH3s')).toMatchObject({ status: 401 })
  expect(gateway.calls.adoptions).toBe(0)
})

it('proves no bcrypt key of more than 72 bytes, of which bcrypt looks at the first ones only', async () => {
  const key = `${nextKey()}${'x'.repeat(60)}`
  await importKey('bcrypt', key)
  expect(await present(`${key.slice(0, 72)}other`)).toMatchObject({ code: 'key_unknown' })
  expect(await present(key)).toMatchObject({ code: 'key_unknown' })
})
