// What others try with the first use of a key: to keep it from its holder, to make it theirs, to make it costly.
import { env } from 'cloudflare:workers'
import { hashSync } from 'bcryptjs'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adoptKey } from '../../../src/adoption/adopt.ts'
import { explain } from '../../../src/gateway/explain.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import { pepperedDigest } from '../../../src/keys/foreign-hash.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { outbox } from '../../../src/model/schema/records.ts'
import { callWith, createTestGateway, testConfig, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedRoute } from '../../support/seed.ts'
import { call, createProject, makeDeps } from '../control/client.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'

const PEPPER = new TextEncoder().encode('an old pepper')
const config = testConfig({ importPeppers: new Map([['old', PEPPER]]) })

type Project = Awaited<ReturnType<typeof createProject>>
let victim: Project
let attacker: Project
let gateway: TestGateway
let count = 0
const nextKey = () => `acme_${(++count).toString(36).padStart(4, '0')}9c5Y1UxQtMpIlEhAd6Z2VyRuNqJm`
const visible = (key: string) => key.slice(0, 9)

interface Imported {
  readonly results: readonly { readonly status: string; readonly id?: string; readonly problem?: object }[]
}

const bcrypt = (text: string, beginning: string) => ({
  scheme: 'bcrypt',
  digest: hashSync(text, 4),
  beginning,
})
const hmac = async (text: string) => ({
  scheme: 'hmac-sha256',
  digest: await pepperedDigest(text, PEPPER),
  pepper_id: 'old',
})
async function importInto({ projectId }: Project, ...hashes: readonly object[]) {
  const items = hashes.map((hash) => ({ project_id: projectId, name: 'old', start: 'acme_', hash }))
  const deps = makeDeps({ config })
  return (await call<Imported>('/_latchkey/v1/keys/import', { json: { items }, deps })).body.results
}
const junk = (beginning: string, many = 4) =>
  Array.from({ length: many }, () => bcrypt(`none ${++count}`, beginning))
const present = (key: string, on = gateway) => callWith(key, on, '/plain')
const ownerOf = async (key: string) =>
  (
    await db
      .select()
      .from(apiKeys)
      .where(eq(apiKeys.hash, await digestKey(key)))
      .get()
  )?.organizationId

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/plain' })
  await call('/_latchkey/v1/settings', {
    method: 'PATCH',
    json: { legacy_formats: [{ prefix: 'acme_' }, { prefix: 'z_' }] },
  })
})
beforeEach(async () => {
  victim = await createProject()
  attacker = await createProject()
  gateway = createTestGateway(config)
})

describe('whoever imports hashes into an organization of his own', () => {
  it('keeps no key from another by hashes that stand at the beginning of all keys', async () => {
    await importInto(attacker, ...['acme', 'acme_', 'acme_0', 'acme_00'].flatMap((place) => junk(place)))
    const key = nextKey()
    await importInto(victim, bcrypt(key, visible(key)))
    expect(await present(key)).toMatchObject({ status: 200 })
    for (let guess = 0; guess < 10; guess++) await present(`acme_other${guess}xTtMpIlEhAd6Z2VyRuNqJm`)
    const second = nextKey()
    await importInto(victim, bcrypt(second, visible(second)))
    expect(await present(second)).toMatchObject({ status: 200 })
  })

  it('takes no place at a beginning from another, and does not learn of theirs', async () => {
    const key = nextKey()
    const squatted = await importInto(attacker, ...junk(visible(key)))
    expect(squatted.map(({ status }) => status)).toEqual(Array(4).fill('imported'))
    expect(await importInto(victim, bcrypt(key, visible(key)))).toMatchObject([{ status: 'imported' }])
    expect(await present(key)).toMatchObject({ status: 200 })
  })

  it('hides no key behind more hashes than are tried, whatever beginnings he guesses', async () => {
    const key = nextKey()
    for (let length = 8; length < 20; length++) await importInto(attacker, ...junk(key.slice(0, length)))
    await importInto(victim, bcrypt(key, visible(key)))
    expect(await present(key)).toMatchObject({ status: 200 })
    const peppered = `${visible(key)}zzc5Y1UxQtMpIlEhAd6Z2VyRuNqJm`
    await importInto(victim, await hmac(peppered))
    expect(await present(peppered)).toMatchObject({ status: 200 })
  })

  it('keeps no key from another by wrong guesses at his own hashes, which begin like it', async () => {
    const key = nextKey()
    await importInto(attacker, ...junk(key.slice(0, 8)))
    await importInto(victim, bcrypt(key, visible(key)))
    for (let guess = 0; guess < 5; guess++) await present(`${key.slice(0, 8)}:${guess}xQtMpIlEhAd6Z2VyRuNqJm`)
    expect(await present(key)).toMatchObject({ status: 200 })
  })

  it('does not get a key by wrong guesses at the hash of its holder', async () => {
    const key = nextKey()
    await importInto(victim, bcrypt(key, visible(key)))
    await importInto(attacker, bcrypt(key, key.slice(0, 30)))
    for (let guess = 0; guess < 5; guess++) await present(`${visible(key)}:${guess}xQtMpIlEhAd6Z2VyRuNqJm`)
    expect(await present(key)).toMatchObject({ status: 200 })
    expect(await ownerOf(key)).toBe(victim.organizationId)
  })

  it.each([
    ['a shorter beginning', (key: string) => bcrypt(key, key.slice(0, 8))],
    ['a longer beginning', (key: string) => bcrypt(key, key.slice(0, 30))],
    ['a peppered hash', hmac],
  ])('does not get a key that was imported before, by %s', async (_, hash) => {
    const key = nextKey()
    await importInto(victim, bcrypt(key, visible(key)))
    expect(await importInto(attacker, await hash(key))).toMatchObject([{ status: 'imported' }])
    expect(await present(key)).toMatchObject({ status: 200 })
    expect(await ownerOf(key)).toBe(victim.organizationId)
  })

  // Nobody who sends a SHA-256 shows that he holds the key, and nothing on the fast path asks whether a slow hash stands elsewhere.
})

describe('slow hashes', () => {
  it('are verified five times a minute for one beginning, also by requests of one moment', async () => {
    const key = 'z_once9c5Y1UxQtMpIlEhAd6Z2VyRuNqJm'
    const hash = {
      scheme: 'pbkdf2-sha256',
      digest: 'ab'.repeat(32),
      salt: 'ab',
      iterations: 2_000,
      beginning: visible(key),
    }
    await importInto(victim, hash)
    const guesses = Array.from({ length: 12 }, (_, n) => `${visible(key)}${n}UxQtMpIlEhAd6Z2VyRuNqJm`)
    const answers = await Promise.all(guesses.map((guess) => present(guess)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(7)
  })

  it('of one organization are not verified without end, however many beginnings they have', async () => {
    const places = Array.from({ length: 40 }, (_, n) => `z_each${n + 10}`)
    await importInto(attacker, ...places.map((place) => bcrypt(`none ${++count}`, place)))
    const answers = []
    for (const place of places) answers.push((await present(`${place}0UxQtMpIlEhAd6Z2VyRuNqJm`)).status)
    expect(answers).toEqual([...Array(30).fill(401), ...Array(10).fill(429)])
    const key = nextKey()
    await importInto(victim, bcrypt(key, visible(key)))
    expect(await present(key)).toMatchObject({ status: 200 })
  })

  it('that prove a weak key over and over are counted, too', async () => {
    await importInto(attacker, bcrypt('z_weak0', 'z_weak'))
    const answers = []
    for (let time = 0; time < 6; time++) {
      answers.push((await present('z_weak0')).status)
      gateway.deps.memory.absences.delete(await digestKey('z_weak0'))
    }
    expect(answers).toEqual([401, 401, 401, 401, 401, 429])
  })

  it('of keys that share a beginning are no wrong guesses at each other', async () => {
    const beginning = visible(nextKey())
    const keys = Array.from({ length: 4 }, (_, n) => `${beginning}${n}c5Y1UxQtMpIlEhAd6Z2VyRuNqJm`)
    await importInto(victim, ...keys.map((key) => bcrypt(key, beginning)))
    const answers = []
    for (const key of keys.toReversed()) answers.push((await present(key)).status)
    expect(answers).toEqual([200, 200, 200, 200])
  })

  it.each(['00', '03'])('that no bcrypt has are refused: cost %s', async (cost) => {
    const digest = `$2b$${cost}$${'a'.repeat(53)}`
    expect(
      await importInto(victim, { scheme: 'bcrypt', digest, beginning: visible(nextKey()) }),
    ).toMatchObject([{ status: 'refused', problem: { errors: [{ pointer: '/hash' }] } }])
  })

  it('at a beginning that tells no more than the prefix are refused', async () => {
    expect(await importInto(victim, ...junk('acme_zz', 1))).toMatchObject([
      { status: 'refused', problem: { errors: [{ pointer: '/hash/beginning' }] } },
    ])
  })
})

it.each(['z_', 'z_1', 'z_12'])('a key that is shorter than any beginning is unknown: %s', async (key) => {
  expect(await present(key)).toMatchObject({ status: 401 })
})

it('a request that was not made is no first use, and leaves nothing in the way of one', async () => {
  const key = nextKey()
  await importInto(victim, bcrypt(key, visible(key)))
  const sample = {
    method: 'GET',
    url: 'https://gateway.example.com/plain',
    headers: [],
    address: null,
    country: null,
    credential: { kind: 'text', text: key } as const,
  }
  expect((await explain(sample, gateway.deps)).answer).toMatchObject({ code: 'key_unknown' })
  expect([gateway.calls.adoptions, await ownerOf(key)]).toEqual([0, undefined])
  expect(await present(key)).toMatchObject({ status: 200 })
})

it('the successor of an imported key was made here', async () => {
  const key = nextKey()
  const [imported] = await importInto(victim, bcrypt(key, visible(key)))
  const { body } = await call<{ key: { imported_as: string | null } }>(
    `/_latchkey/v1/keys/${imported?.id}/rotate`,
    { json: {} },
  )
  expect(body.key.imported_as).toBeNull()
})

describe('many first uses at once', () => {
  it('pass, all of them, and the trail tells each', async () => {
    const keys = Array.from({ length: 60 }, nextKey)
    await importInto(victim, ...(await Promise.all(keys.map(hmac))))
    const isolates = keys.map(() => createTestGateway(config))
    // Those that collide spread by their pauses, which are over at once elsewhere.
    for (const { deps } of isolates) deps.sleep = (ms) => scheduler.wait(ms)
    const answers = await Promise.all(keys.map((key, n) => present(key, isolates[n])))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    const events = await eventsOf(victim.organizationId)
    expect(events.filter(({ action }) => action === 'key.adopted')).toHaveLength(60)
  })

  it('leave nothing unpublished: a revocation would wait behind it', async () => {
    const key = nextKey()
    await importInto(victim, await hmac(key))
    expect(await present(key)).toMatchObject({ status: 200 })
    expect(
      await db
        .select()
        .from(outbox)
        .where(eq(outbox.subject, await digestKey(key))),
    ).toEqual([])
  })
})

it('D1 that fails at the write leaves the key as it was, and it passes when D1 is back', async () => {
  const key = nextKey()
  await importInto(victim, bcrypt(key, visible(key)))
  const { adoptKey: works } = gateway.deps
  const broken = Object.assign(Object.create(env.DB), {
    withSession: () => ({
      prepare: (query: string) => env.DB.withSession('first-primary').prepare(query),
      batch: () => Promise.reject(new Error(`D1_ERROR: ${key}`)),
    }),
  }) as D1Database
  const databases = { primary: broken, shards: [broken] }
  gateway.deps.adoptKey = (presented, means) => adoptKey(databases, presented, means)
  expect(await present(key)).toMatchObject({ status: 503, code: 'verification_unavailable' })
  expect(await ownerOf(key)).toBeUndefined()
  expect(JSON.stringify(gateway.logs)).not.toContain(key)
  gateway.deps.adoptKey = works
  expect(await present(key)).toMatchObject({ status: 200 })
  expect(await breaksOf(victim.organizationId)).toEqual([])
})

it('nothing of a key, of its hashes or of the pepper is told or logged', async () => {
  const keys = [nextKey(), nextKey(), nextKey()]
  const [slow = '', peppered = '', wrong = ''] = keys
  const hashes = [bcrypt(slow, visible(slow)), await hmac(peppered)]
  await importInto(victim, ...hashes)
  const answers = []
  for (const key of [slow, peppered, wrong, `${visible(slow)}other`]) answers.push(await present(key))
  const told = JSON.stringify([answers, gateway.logs, await eventsOf(victim.organizationId)])
  for (const secret of [...keys, ...hashes.map(({ digest }) => digest), 'an old pepper'])
    expect(told).not.toContain(secret)
  for (const key of keys) expect(told).not.toContain(await digestKey(key))
})

// It is looked for by its SHA-256, which nobody knows before its first use. Until then `POST /keys/verify` tells whose it is.
// A key that leaked must be looked for without being put to another system, and without a write.
it('a key that somebody found is not told by its text before its first use, and nothing is done to it', async () => {
  const key = nextKey()
  const [imported] = await importInto(victim, bcrypt(key, visible(key)))
  const deps = makeDeps({ config })
  expect((await call('/_latchkey/v1/keys/inspect', { json: { key }, deps })).status).toBe(404)
  const [row] = await db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.id, imported?.id ?? ''))
  expect(row?.hash).not.toBe(await digestKey(key))
})

it('a key that is verified and not used is adopted, too', async () => {
  const key = nextKey()
  await importInto(victim, bcrypt(key, visible(key)))
  const { body } = await call('/_latchkey/v1/keys/verify', { json: { key }, deps: makeDeps({ config }) })
  expect(body).toMatchObject({ valid: true })
  expect(await ownerOf(key)).toBe(victim.organizationId)
  const inspected = await call('/_latchkey/v1/keys/inspect', { json: { key } })
  expect(inspected.body).toMatchObject({ matches: [{ passes: true }] })
})

describe('an operator and a first use at the same moment', () => {
  it.each(['revoke', 'disable'])('nobody goes on with a key after: %s', async (verb) => {
    const keys = Array.from({ length: 12 }, nextKey)
    const imported = await importInto(victim, ...(await Promise.all(keys.map(hmac))))
    const deps = makeDeps({ config })
    await Promise.all(
      keys.map(async (key, n) => {
        const isolate = createTestGateway(config)
        const [stopped, first] = await Promise.all([
          call(`/_latchkey/v1/keys/${imported[n]?.id}/${verb}`, { json: {}, deps }),
          present(key, isolate),
        ])
        expect(stopped.status).toBe(200)
        // Whoever saw the key alive holds a copy of it by its SHA-256, and is told that it changed under that name.
        const subject = await digestKey(key)
        if (first.status === 200) expect(deps.publishes.flat()).toContainEqual({ kind: 'key', subject })
        expect((await present(key, createTestGateway(config))).status).not.toBe(200)
      }),
    )
    expect(await breaksOf(victim.organizationId)).toEqual([])
  })

  it('a rotation leaves the old key its grace, and both pass', async () => {
    const keys = Array.from({ length: 6 }, nextKey)
    const imported = await importInto(victim, ...(await Promise.all(keys.map(hmac))))
    await Promise.all(
      keys.map(async (key, n) => {
        const [rotated, first] = await Promise.all([
          call<{ secret: string }>(`/_latchkey/v1/keys/${imported[n]?.id}/rotate`, { json: {} }),
          present(key, createTestGateway(config)),
        ])
        expect([rotated.status, first.status]).toEqual([201, 200])
        expect(await present(key, createTestGateway(config))).toMatchObject({ status: 200 })
        expect(await present(rotated.body.secret, createTestGateway(config))).toMatchObject({ status: 200 })
      }),
    )
  })
})

it('a child token of an adopted key ends with it', async () => {
  const key = nextKey()
  const [imported] = await importInto(victim, bcrypt(key, visible(key)))
  const lent = await call<{ token: string }>('/_latchkey/token', {
    json: {},
    deps: makeDeps({ config }),
    headers: { authorization: `Bearer ${key}` },
  })
  expect(lent.status).toBe(200)
  expect(await present(lent.body.token)).toMatchObject({ status: 200 })
  await call(`/_latchkey/v1/keys/${imported?.id}/revoke`, { json: {} })
  expect((await present(lent.body.token, createTestGateway(config))).status).not.toBe(200)
})
