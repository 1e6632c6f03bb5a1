import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { calculateJwkThumbprint } from 'jose'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decodeBase64url } from '../../../src/keys/base64url.ts'
import { deriveKey } from '../../../src/keys/derived-key.ts'
import { open as unseal } from '../../../src/keys/open.ts'
import { settings } from '../../../src/model/schema/routing.ts'
import type { SettingsFacts } from '../../../src/model/snapshot.ts'
import { isMissingSchema } from '../../../src/store/failure.ts'
import { readConfigSnapshot } from '../../../src/store/snapshots.ts'
import { databases, db, NOW, random } from './rows.ts'

const SECRET = env.LATCHKEY_SECRET
const OTHER_SECRET = 'another-secret-0123456789abcdefghijklmnop'

async function read(secret = SECRET): Promise<SettingsFacts> {
  return (await readConfigSnapshot(databases, { epoch: 0, asOf: 0, now: NOW }, secret, random)).settings
}

async function migrate(name: string): Promise<void> {
  for (const migration of env.TEST_MIGRATIONS)
    if (migration.name.includes(name))
      for (const query of migration.queries) await env.DB.prepare(query).run()
}

async function opensUnder(secret: string, facts: SettingsFacts): Promise<boolean> {
  const [newest] = facts.signingKeys
  if (newest === undefined) throw new Error('no signing key')
  return (await unseal(await deriveKey(secret, 'signing-key'), newest.sealedPrivateKey, newest.kid)) !== null
}

describe('before the migrations', () => {
  it('a read fails in a way that can be told apart', async () => {
    const error: unknown = await read().catch((thrown: unknown) => thrown)
    expect(isMissingSchema(error)).toBe(true)
  })
})

describe('the settings of a fresh database', () => {
  beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
  beforeEach(() => db.delete(settings))

  it('are made by the first read and stay', async () => {
    const first = await read()
    expect(first).toMatchObject({
      legacyFormats: [],
      expiryWarningMs: 7 * 86_400_000,
      rateLimitFields: 'standard',
    })
    expect(first.checkSecrets.map((secret) => decodeBase64url(secret)?.length)).toEqual([32])
    expect(await read()).toEqual(first)
  })

  it('are the same for all when many isolates are first at once', async () => {
    const facts = await Promise.all(Array.from({ length: 12 }, () => read()))
    for (const other of facts) expect(other).toEqual(facts[0])
    expect(await db.$count(settings)).toBe(8)
  })

  it('are completed, not replaced, when some are missing', async () => {
    const first = await read()
    await db.delete(settings).where(eq(settings.name, 'legacy_formats'))
    await db.delete(settings).where(eq(settings.name, 'signing_keys'))
    const second = await read()
    expect(second.gatewayId).toBe(first.gatewayId)
    expect(second.checkSecrets).toEqual(first.checkSecrets)
    expect(second.signingKeys[0]?.kid).not.toBe(first.signingKeys[0]?.kid)
  })

  it('that are older than rate_limit_fields keep what they say, and get its default', async () => {
    const first = await read()
    await db.update(settings).set({ value: 30, version: 4 }).where(eq(settings.name, 'expiry_warning_days'))
    await db.delete(settings).where(eq(settings.name, 'rate_limit_fields'))
    const second = await read()
    expect(second).toEqual({ ...first, expiryWarningMs: 30 * 86_400_000, rateLimitFields: 'standard' })
    const [row] = await db.select().from(settings).where(eq(settings.name, 'rate_limit_fields'))
    expect(row).toMatchObject({ value: 'standard', version: 1 })
  })

  it.each([
    ['are made of the prefixes that an older version declared', []],
    ['take over the prefixes also where a newer version was first', [{ name: 'legacy_formats', value: [] }]],
  ])('%s', async (_, made) => {
    const times = { createdAt: NOW, updatedAt: NOW }
    const old = { name: 'legacy_prefixes', value: ['acme_', 'b"-'] }
    await db.insert(settings).values([old, ...made].map((row) => ({ ...row, ...times })))
    await migrate('legacy_formats')
    expect((await read()).legacyFormats).toMatchObject(['acme_', 'b"-'].map((prefix) => ({ prefix })))
  })

  it('of a declared format stay when the migration finds them', async () => {
    const times = { createdAt: NOW, updatedAt: NOW }
    const declared = { prefix: 'new_', alphabet: null, length: null, deprecated_at: null, sunset_at: null }
    await db.insert(settings).values([
      { name: 'legacy_prefixes', value: ['acme_'], ...times },
      { name: 'legacy_formats', value: [declared], ...times },
    ])
    await migrate('legacy_formats')
    expect((await read()).legacyFormats).toMatchObject([{ prefix: 'new_' }])
  })

  it('hold a signing key whose id is the thumbprint of its public half and whose private half is sealed', async () => {
    const [key] = (await read()).signingKeys
    if (key === undefined) throw new Error('no signing key')
    expect(key.kid).toBe(await calculateJwkThumbprint({ ...key.publicJwk }))
    expect(Object.keys(key.publicJwk).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    const opened = await unseal(await deriveKey(SECRET, 'signing-key'), key.sealedPrivateKey, key.kid)
    if (opened === null) throw new Error('it does not open')
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const signer = await crypto.subtle.importKey('pkcs8', Uint8Array.from(opened), algorithm, false, ['sign'])
    const verifier = await crypto.subtle.importKey('jwk', { ...key.publicJwk }, algorithm, false, ['verify'])
    const hash = { name: 'ECDSA', hash: 'SHA-256' }
    const signature = await crypto.subtle.sign(hash, signer, new Uint8Array(8))
    expect(await crypto.subtle.verify(hash, verifier, signature, new Uint8Array(8))).toBe(true)
  })
})

describe('a replaced deploy secret', () => {
  beforeEach(() => db.delete(settings))

  it('gets a signing key of its own in front, and keeps the old public half', async () => {
    const before = await read()
    const after = await read(OTHER_SECRET)
    expect(after.signingKeys).toHaveLength(2)
    expect(after.signingKeys[1]).toEqual(before.signingKeys[0])
    expect(await opensUnder(OTHER_SECRET, after)).toBe(true)
    expect(after.checkSecrets).toEqual(before.checkSecrets)
  })

  it('makes one key, however many isolates notice it at once', async () => {
    await read()
    const facts = await Promise.all(Array.from({ length: 8 }, () => read(OTHER_SECRET)))
    for (const other of facts) expect(other).toEqual(facts[0])
    expect(facts[0]?.signingKeys).toHaveLength(2)
  })

  it('does not make the list grow while isolates of both secrets run', async () => {
    for (let round = 0; round < 4; round++) {
      expect(await opensUnder(SECRET, await read(SECRET))).toBe(true)
      expect(await opensUnder(OTHER_SECRET, await read(OTHER_SECRET))).toBe(true)
    }
    expect((await read()).signingKeys).toHaveLength(2)
  })
})
