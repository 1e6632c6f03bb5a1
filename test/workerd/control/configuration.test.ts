// Upstreams, routes, settings, and the feed: what belongs to the deployment, copied whole.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { outbox } from '../../../src/model/schema/records.ts'
import { settings } from '../../../src/model/schema/routing.ts'
import { getConfigCopy } from '../../../src/store/edge.ts'
import { readConfigSnapshot } from '../../../src/store/snapshots.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db, random } from '../store/rows.ts'
import { call, create, databases, makeDeps, type Call } from './client.ts'
import { misfits, readDocument } from './openapi.ts'
import { fails, never } from './wrap.ts'

const V1 = '/_latchkey/v1'
const CONFIG = [[{ kind: 'config', subject: 'config' }]]
const unique = () => newId('event')
const patch = (path: string, json: object, given: Call = {}) =>
  call<Answered>(`${V1}/${path}`, { method: 'PATCH', json, ...given })
const remove = (path: string, given: Call = {}) =>
  call<Answered>(`${V1}/${path}`, { method: 'DELETE', ...given })
const get = (path: string) => call<Answered>(`${V1}/${path}`)
const lastEvent = async () => (await eventsOf('platform')).at(-1)

type Answered = Record<string, unknown> & {
  readonly errors?: readonly { readonly pointer: string }[]
  readonly propagation?: object
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('an upstream', () => {
  const ids = { upstream: '' }
  beforeEach(async () => {
    ids.upstream = (await create('upstreams', { name: unique(), url: 'https://origin.example.org' })).id
  })
  const path = () => `upstreams/${ids.upstream}`

  it('changes by one change of the configuration', async () => {
    const deps = makeDeps()
    const answer = await patch(path(), { url: 'https://new.example.org', retries: 0 }, { deps })
    expect(answer.body).toMatchObject({ url: 'https://new.example.org', retries: 0, version: 2 })
    expect(misfits(answer.body, { $ref: 'ChangedUpstream' }, await readDocument())).toEqual([])
    expect(deps.publishes).toEqual(CONFIG)
  })

  it('becomes a service where the url is cleared, and has never both or neither', async () => {
    expect((await patch(path(), { url: null })).status).toBe(422)
    expect((await patch(path(), { service: 'B' })).status).toBe(422)
    expect((await patch(path(), { url: null, service: 'B' })).body).toMatchObject({ url: null, service: 'B' })
  })

  it('refuses a URL that points inside, also later', async () => {
    for (const url of ['https://10.0.0.1', 'https://gateway.example.com', 'http://a.example.org'])
      expect((await patch(path(), { url })).body.errors?.[0]?.pointer).toBe('/url')
  })

  it('is not deleted while a route leads to it', async () => {
    const route = await create('routes', { upstream_id: ids.upstream, path: `/${unique()}` })
    expect((await remove(path())).status).toBe(409)
    await remove(`routes/${route.id}`)
    expect((await remove(path())).body).toMatchObject({ state: 'deleted' })
    expect((await get(path())).status).toBe(404)
  })

  it('is never deleted under a route that is made at the same moment', async () => {
    const json = { upstream_id: ids.upstream, path: `/${unique()}` }
    const [deleted, made] = await Promise.all([remove(path()), call(`${V1}/routes`, { json })])
    expect([
      [200, 404],
      [409, 201],
    ]).toContainEqual([deleted.status, made.status])
  })
})

describe('a route', () => {
  const ids = { route: '', upstream: '' }
  beforeEach(async () => {
    ids.upstream = (await create('upstreams', { name: unique(), service: 'B' })).id
    const fields = { path: `/${unique()}`, scopes: ['a:b'], methods: ['GET'] }
    ids.route = (await create('routes', { upstream_id: ids.upstream, ...fields })).id
  })
  const path = () => `routes/${ids.route}`

  it('changes what is given, by one change of the configuration', async () => {
    const deps = makeDeps()
    const answer = await patch(path(), { strict: true, timeout_ms: 5, methods: [] }, { deps })
    expect(answer.body).toMatchObject({
      strict: true,
      timeout_ms: 5,
      methods: [],
      scopes: ['a:b'],
      version: 2,
    })
    expect(misfits(answer.body, { $ref: 'ChangedRoute' }, await readDocument())).toEqual([])
    expect(deps.publishes).toEqual(CONFIG)
    expect((await patch(path(), { timeout_ms: null })).body.timeout_ms).toBeNull()
  })

  it('has a name that no other has, until it is deleted', async () => {
    const name = unique()
    const named = { upstream_id: ids.upstream, path: `/${unique()}`, name }
    expect((await patch(path(), { name })).body.name).toBe(name)
    const taken = await call(`${V1}/routes`, { json: named })
    expect(taken.body).toMatchObject({ code: 'conflict', errors: [{ pointer: '/name' }] })
    await remove(path())
    expect((await create<{ name: string }>('routes', named)).name).toBe(name)
  })

  it.each([
    ['a path that scopes cannot guard', { path_mode: 'raw' }, '/scopes'],
    ['no key where scopes are asked for', { auth: 'optional' }, '/scopes'],
    [
      'an environment of keys that nobody needs',
      { scopes: [], auth: 'none', environment: 'live' },
      '/environment',
    ],
  ])('is judged as it would be stored: %s', async (_, fields, pointer) => {
    const { status, body } = await patch(path(), fields)
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer])
  })

  it('leads to no upstream that nobody has', async () => {
    expect((await patch(path(), { upstream_id: newId('upstream') })).status).toBe(404)
  })

  it('is gone once it is deleted, from the copy too', async () => {
    expect((await remove(path())).body).toMatchObject({ state: 'deleted', propagation: {} })
    expect((await get(path())).status).toBe(404)
    const copied = await getConfigCopy(env.KV)
    expect(copied?.routes.some(({ id }) => id === ids.route)).toBe(false)
  })
})

describe('the settings', () => {
  const rotate = async (secret: string, replaces?: string) => {
    const { body } = await call<Shown>(`${V1}/settings`)
    const first = secret === 'check' ? body.check_secrets[0]?.fingerprint : body.signing_keys[0]?.kid
    return call<Shown>(`${V1}/settings/rotate-secret`, { json: { secret, replaces: replaces ?? first } })
  }
  const readFacts = async () =>
    (await readConfigSnapshot(databases, { epoch: 0, asOf: 0, now: 0 }, env.LATCHKEY_SECRET, random)).settings

  interface Shown {
    readonly check_secrets: readonly { readonly fingerprint: string }[]
    readonly signing_keys: readonly { readonly kid: string }[]
  }

  const FORMAT = { prefix: 'sk_', alphabet: null, length: null, deprecated_at: null, sunset_at: null }

  beforeEach(() => db.delete(settings))

  it('are shown without their secrets', async () => {
    const { body, text } = await get('settings')
    expect(misfits(body, { $ref: 'Settings' }, await readDocument())).toEqual([])
    const { checkSecrets, signingKeys } = await readFacts()
    expect(body).toMatchObject({
      legacy_formats: [],
      expiry_warning_days: 7,
      rate_limit_fields: 'standard',
    })
    for (const secret of [...checkSecrets, ...signingKeys.map(({ sealedPrivateKey }) => sealedPrivateKey)])
      expect(text).not.toContain(secret)
  })

  it('change by one change of the configuration', async () => {
    const deps = makeDeps()
    const given = {
      legacy_formats: [FORMAT],
      expiry_warning_days: 30,
      rate_limit_fields: 'legacy',
    }
    const { body } = await patch('settings', given, { deps })
    expect(body).toMatchObject(given)
    expect(misfits(body, { $ref: 'ChangedSettings' }, await readDocument())).toEqual([])
    expect(deps.publishes).toEqual(CONFIG)
    const facts = await readFacts()
    expect(facts).toMatchObject({ legacyFormats: [{ prefix: 'sk_' }], expiryWarningMs: 30 * 86_400_000 })
    expect(facts.rateLimitFields).toBe('legacy')
    expect((await getConfigCopy(env.KV))?.settings).toEqual(facts)
    expect(await lastEvent()).toMatchObject({
      action: 'settings.updated',
      changes: {
        legacy_formats: { from: [], to: [FORMAT] },
        expiry_warning_days: { from: 7, to: 30 },
        rate_limit_fields: { from: 'standard', to: 'legacy' },
      },
    })
  })

  it('with nothing given stay, and nothing is told', async () => {
    const before = await eventsOf('platform')
    const deps = makeDeps()
    expect((await patch('settings', {}, { deps })).status).toBe(200)
    expect([await eventsOf('platform'), deps.publishes]).toEqual([before, []])
  })

  it.each([
    ['a format that claims every token', { legacy_formats: [{ prefix: '' }] }],
    ['a warning for longer than a year', { expiry_warning_days: 366 }],
    ['fields that do not exist', { rate_limit_fields: 'both' }],
    ['no fields', { rate_limit_fields: null }],
    ['a secret', { check_secrets: ['x'] }],
    ['the id of the gateway', { gateway_id: 'x' }],
  ])('refuse %s', async (_, fields) => {
    expect((await patch('settings', fields)).status).toBe(400)
  })

  it('put a new check secret first, and keep the others: keys were made with each', async () => {
    const first = await readFacts()
    const { body } = await rotate('check')
    expect(body.check_secrets).toHaveLength(2)
    expect((await readFacts()).checkSecrets.slice(1)).toEqual(first.checkSecrets)
    for (let i = 0; i < 14; i++) expect((await rotate('check')).status).toBe(200)
    expect((await readFacts()).checkSecrets.at(-1)).toBe(first.checkSecrets[0])
    expect((await rotate('check')).status).toBe(409)
    expect((await readFacts()).checkSecrets).toHaveLength(16)
    expect(await breaksOf('platform')).toEqual([])
  })

  it('are rotated once by a request that is repeated', async () => {
    const { body } = await call<Shown>(`${V1}/settings`)
    const replaces = body.check_secrets[0]?.fingerprint ?? ''
    expect((await rotate('check', replaces)).status).toBe(200)
    expect((await rotate('check', replaces)).status).toBe(409)
    expect((await readFacts()).checkSecrets).toHaveLength(2)
  })

  it('put a new signing key first, whose secret half never comes into the trail', async () => {
    const [old] = (await readFacts()).signingKeys
    const { body } = await rotate('signing')
    const [made, kept] = (await readFacts()).signingKeys
    expect(body.signing_keys).toEqual([{ kid: made?.kid }, { kid: old?.kid }])
    expect(kept).toEqual(old)
    const event = JSON.stringify(await lastEvent())
    expect(event).toContain(made?.kid)
    expect(event).not.toContain(made?.sealedPrivateKey)
  })

  it('are rotated once by many at once', async () => {
    const { body } = await call<Shown>(`${V1}/settings`)
    const replaces = body.check_secrets[0]?.fingerprint ?? ''
    const answers = await Promise.all(Array.from({ length: 4 }, () => rotate('check', replaces)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409])
    expect((await readFacts()).checkSecrets).toHaveLength(2)
  })

  it('refuse to rotate anything else', async () => {
    expect((await rotate('admin')).status).toBe(400)
  })
})

describe('the feed', () => {
  beforeEach(() => db.delete(outbox))

  it('is reported with its hub, its relays and what has not reached it', async () => {
    const now = Date.now()
    await db
      .insert(outbox)
      .values({ id: newId('outbox'), kind: 'config', subject: 'config', createdAt: now - 700 })
    const readFeed = async () => ({
      epoch: 5,
      seq: 9,
      floor: 2,
      changes: 7,
      oldestAtMs: now,
      relays: [{ name: 'weur-0', leaseMsLeft: 4_000 }],
    })
    const { body } = await call(`${V1}/feed`, { deps: makeDeps({ readFeed, now: () => now }) })
    expect(misfits(body, { $ref: 'Feed' }, await readDocument())).toEqual([])
    expect(body).toEqual({
      hub: {
        epoch: 5,
        seq: 9,
        floor: 2,
        changes: 7,
        oldest_at: new Date(now).toISOString(),
        relays: [{ name: 'weur-0', lease_ms_left: 4_000 }],
      },
      outbox: { unpublished: 1, oldest_age_ms: 700 },
    })
  })

  it.each([
    ['fails', fails('injected')],
    ['is silent', never],
  ])('is reported without its hub when that %s', async (_, readFeed) => {
    const deps = makeDeps({ readFeed, sleep: () => scheduler.wait(10) })
    const { status, body } = await call(`${V1}/feed`, { deps })
    expect([status, body]).toEqual([200, { hub: null, outbox: { unpublished: 0, oldest_age_ms: null } }])
    expect(deps.logged).toMatchObject([{ event: 'hub_not_answering' }])
  })

  it('condemns everything by one change, each time it is told to', async () => {
    const deps = makeDeps()
    for (let i = 0; i < 2; i++) {
      const { status, body } = await call(`${V1}/feed/invalidate`, { method: 'POST', deps })
      expect(status).toBe(200)
      expect(misfits(body, { $ref: 'Invalidation' }, await readDocument())).toEqual([])
    }
    expect(deps.publishes).toEqual([[{ kind: 'all', subject: 'all' }], [{ kind: 'all', subject: 'all' }]])
    expect(await lastEvent()).toMatchObject({ action: 'feed.invalidated', targetId: 'feed' })
  })
})
