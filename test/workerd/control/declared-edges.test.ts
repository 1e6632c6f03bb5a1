// The declared configuration where it is odd: names, lines of keys, external ids, and what a plan says of them.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { db } from '../store/rows.ts'
import { call, create } from './client.ts'
import { apply, clear, exported, plan, said } from './declared-client.ts'

const UPSTREAMS = [{ name: 'U', url: 'https://origin.example.org' }]

const acme = (...keys: readonly object[]) => ({
  organizations: [{ name: 'Acme', projects: [{ name: 'Shop', keys }] }],
})

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(clear)

describe('a key that was rotated', () => {
  const rotated = async () => {
    const { body } = await apply(acme({ name: 'ci' }))
    const path = `/_latchkey/v1/keys/${body.keys[0]?.id}`
    const answer = await call<{ key: { id: string } }>(`${path}/rotate`, { json: { grace_seconds: 3600 } })
    expect(answer.status, answer.text).toBe(201)
  }
  const states = async () => (await db.select().from(apiKeys)).map(({ state }) => state)

  it('ends with its whole line: the old key does not pass for the rest of its grace', async () => {
    await rotated()
    const answer = await apply(acme(), { prune: true })
    expect(said(answer)).toEqual(['revoked key Acme / Shop / ci', 'revoked key Acme / Shop / ci'])
    expect(await states()).toEqual(['revoked', 'revoked'])
  })

  it('stays with its whole line where it is named, and is exported once', async () => {
    await rotated()
    expect((await apply(acme({ name: 'ci' }), { prune: true })).body.changes).toEqual([])
    expect(await states()).toEqual(['active', 'active'])
    expect((await plan(await exported(), { prune: true })).body.changes).toEqual([])
  })
})

describe('a key that is given another plan', () => {
  const declared = (given: object) => ({
    plans: [
      { name: 'free', limits: [] },
      { name: 'short', limits: [], key_rules: { max_lifetime_days: 1 } },
    ],
    organizations: [
      {
        name: 'Acme',
        policy: { never_expires: 'refuse' },
        projects: [{ name: 'Shop', keys: [{ name: 'ci', ...given }] }],
      },
    ],
  })
  // The key is older than the policy of its organization.
  beforeEach(async () => {
    await apply(acme({ name: 'ci' }))
    await apply({ organizations: [{ name: 'Acme', policy: { never_expires: 'refuse' } }] })
  })

  it('is held to the rules of that plan, as by PATCH', async () => {
    const { status, body } = await apply(declared({ plan: 'short' }))
    expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([
      422,
      ['/config/organizations/0/projects/0/keys/0/expires_at'],
    ])
  })

  it('is not held to policies that came after it, as by PATCH', async () => {
    const answer = await apply(declared({ plan: 'free' }))
    expect(answer.status, answer.text).toBe(200)
  })
})

it('a key that has expired stays so, and is refused as by PATCH', async () => {
  const { body } = await apply(acme({ name: 'ci', expires_at: '2099-01-01T00:00:00Z' }))
  const path = `/_latchkey/v1/keys/${body.keys[0]?.id}`
  await call(`${path}/expire`, { method: 'POST' })
  const answer = await apply(acme({ name: 'ci', expires_at: '2099-01-01T00:00:00Z' }))
  const [error] = answer.body.errors ?? []
  const json = { expires_at: '2099-01-01T00:00:00Z' }
  const patched = await call<{ detail: string }>(path, { method: 'PATCH', json })
  expect([answer.status, patched.status]).toEqual([422, 409])
  const pointer = '/config/organizations/0/projects/0/keys/0/expires_at'
  expect(error).toEqual({ pointer, detail: patched.body.detail })
})

describe('a plan', () => {
  it('tells a route that no limit binds from one that all bind', async () => {
    const [all, none] = [
      await plan({ upstreams: UPSTREAMS, routes: [{ path: '/', upstream: 'U' }] }),
      await plan({ upstreams: UPSTREAMS, routes: [{ path: '/', upstream: 'U', limits: [] }] }),
    ]
    expect(none.body.plan).not.toBe(all.body.plan)
    expect(none.body.changes[1]?.fields).toContainEqual({ name: 'limits', from: null, to: [] })
  })

  it('points at the limit that is refused, in the order of the document', async () => {
    const limits = [
      { name: 'z', limit: 20_000, period_seconds: 60, algorithm: 'sliding_log' },
      { name: 'a', limit: 1, period_seconds: 60 },
    ]
    const { body } = await plan({ plans: [{ name: 'p', limits }] })
    expect(body.errors).toMatchObject([{ pointer: '/config/plans/0/limits/0/limit' }])
  })

  it('refuses one external id of keys in two projects, as applying would', async () => {
    const keys = [{ name: 'k', external_id: 'same' }]
    const projects = [
      { name: 'P', keys },
      { name: 'Q', keys },
    ]
    const { body } = await plan({ organizations: [{ name: 'A', projects }] })
    expect(body.errors).toMatchObject([{ pointer: '/config/organizations/0/projects/1/keys/0/external_id' }])
  })
})

it('a key that moves to another project with its external id is another key, where the old one ends', async () => {
  const key = { name: 'k', external_id: 'same' }
  const shops = (first: readonly object[], second: readonly object[]) => ({
    organizations: [
      {
        name: 'A',
        projects: [
          { name: 'P', keys: first },
          { name: 'Q', keys: second },
        ],
      },
    ],
  })
  await apply(shops([key], []))
  const answer = await apply(shops([], [key]), { prune: true })
  expect(said(answer)).toEqual(['revoked key A / P / k', 'created key A / Q / k'])
  expect(answer.body.keys).toHaveLength(1)
})

it('two steps on one row leave the version of two changes, which goes on being changed', async () => {
  const { body } = await apply(acme({ name: 'ci' }))
  await apply(acme({ name: 'ci', scopes: ['a:b'], disabled: true }))
  const path = `/_latchkey/v1/keys/${body.keys[0]?.id}`
  const found = await call(path)
  expect(found.body).toMatchObject({ version: 3, state: 'disabled', scopes: ['a:b'] })
  const etag = found.headers.get('etag') ?? ''
  const changed = await call(path, { method: 'PATCH', json: { name: 'x' }, headers: { 'if-match': etag } })
  expect(changed.status, changed.text).toBe(200)
})

describe('a name that is odd', () => {
  it.each(['__proto__', 'constructor', 'toString', 'a/b~c', '"', '%', 'Ünï', '🔑'])('%s', async (name) => {
    const key = { name, external_id: name, tags: [name] }
    const project = { name, team: name, external_id: name, keys: [key] }
    const metadata: unknown = JSON.parse('{"__proto__":1,"constructor":{"a":1}}')
    const organization = { name, external_id: name, plan: name, metadata }
    const wanted = {
      plans: [{ name, limits: [] }],
      upstreams: [{ name, url: 'https://origin.example.org' }],
      routes: [{ name, path: '/', upstream: name }],
      organizations: [{ ...organization, teams: [{ name, external_id: name }], projects: [project] }],
    }
    const answer = await apply(wanted)
    expect(answer.status, answer.text).toBe(200)
    expect((await plan(wanted, { prune: true })).body.changes).toEqual([])
    expect((await plan(await exported(), { prune: true })).body.changes).toEqual([])
  })
})

// What is known, and waits for a decision.
describe('an export', () => {
  it('with a key that has expired can be applied to an empty gateway', async () => {
    const { body } = await apply(acme({ name: 'ci', expires_at: '2099-01-01T00:00:00Z' }))
    await call(`/_latchkey/v1/keys/${body.keys[0]?.id}/expire`, { method: 'POST' })
    const document = await exported()
    await clear()
    expect((await apply(document)).status).toBe(200)
  })

  it('with two keys of one name changes nothing', async () => {
    await apply(acme({ name: 'ci' }))
    const [row] = await db.select().from(apiKeys)
    await create('keys', { project_id: row?.projectId, name: 'ci' })
    expect((await plan(await exported())).body.changes).toEqual([])
  })

  it('with two routes of one pattern changes nothing', async () => {
    const { id } = await create('upstreams', { name: 'U', url: 'https://origin.example.org' })
    for (const environment of ['live', 'test'])
      expect(
        (await call('/_latchkey/v1/routes', { json: { path: '/', upstream_id: id, environment } })).status,
      ).toBe(201)
    expect((await plan(await exported())).body.changes).toEqual([])
  })

  it('with two teams of one name, told apart by their external ids, changes nothing', async () => {
    const organization = await create('organizations', { name: 'Acme' })
    const made = (id: string) =>
      create('teams', { organization_id: organization.id, name: 'T', external_id: id })
    const [first] = [await made('a'), await made('b')]
    await create('projects', { organization_id: organization.id, name: 'P', team_id: first.id })
    expect((await plan(await exported())).body.changes).toEqual([])
  })
})

describe('several of one name', () => {
  const three = acme(
    { name: 'ci', scopes: ['a'] },
    { name: 'ci', nth: 2, scopes: ['b'] },
    { name: 'ci', nth: 3 },
  )
  const scopes = async () =>
    (await db.select().from(apiKeys).orderBy(apiKeys.id)).map((row) => [row.scopes.join(), row.state])

  it('are counted by age: made in their order, changed each by itself, and ended where they are named no more', async () => {
    expect((await apply(three)).status).toBe(200)
    expect((await plan(three)).body.changes).toEqual([])
    const changed = acme({ name: 'ci', scopes: ['a'] }, { name: 'ci', nth: 2, scopes: ['c'] })
    const applied = await apply(changed, { prune: true })
    expect(said(applied)).toEqual(['updated key Acme / Shop / ci', 'revoked key Acme / Shop / ci'])
    expect(await scopes()).toEqual([
      ['a', 'active'],
      ['c', 'active'],
      ['', 'revoked'],
    ])
  })

  it('are exported with their numbers, also after one was rotated', async () => {
    const { body } = await apply(three)
    await call(`/_latchkey/v1/keys/${body.keys[0]?.id}/rotate`, { json: { grace_seconds: 3600 } })
    const document = await exported()
    expect(JSON.stringify(document)).toContain('"nth":3')
    expect((await plan(document, { prune: true })).body.changes).toEqual([])
    await clear()
    expect((await apply(document)).status).toBe(200)
    expect(await exported()).toEqual(document)
  })

  it('are not guessed at where one of them is named, and not counted', async () => {
    await apply(three)
    const { status, body } = await plan(acme({ name: 'ci' }))
    expect([status, body.errors?.[0]?.detail]).toEqual([422, expect.stringContaining('count them with nth')])
  })

  it('are told to be the same where their numbers are', async () => {
    const { status, body } = await plan(acme({ name: 'ci', nth: 2 }, { name: 'ci', nth: 2 }))
    expect([status, body.errors?.[0]?.detail]).toEqual([422, expect.stringContaining('Stands twice')])
  })
})

describe('a document', () => {
  it('says where its schema is, and nothing comes of that', async () => {
    expect((await plan({ $schema: 'https://example.com/latchkey.schema.json' })).body.changes).toEqual([])
  })

  it('makes no key whose time has passed', async () => {
    const applied = await apply(acme({ name: 'old', expires_at: '2020-01-01T00:00:00Z' }))
    expect(said(applied)).toEqual(['created organization Acme', 'created project Acme / Shop'])
  })

  it('makes no more keys than one answer can tell the secrets of', async () => {
    const keys = (name: string) => Array.from({ length: 501 }, (_, i) => ({ name: `${name}${i}` }))
    const projects = ['A', 'B'].map((name) => ({ name, keys: keys(name) }))
    const { status, body } = await plan({ organizations: [{ name: 'Acme', projects }] })
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('More than 1000 keys')])
  })

  it('is told of an external id that a revoked key has, when it is planned', async () => {
    const { body } = await apply(acme({ name: 'ci', external_id: 'x' }))
    await call(`/_latchkey/v1/keys/${body.keys[0]?.id}/revoke`, { json: {} })
    const planned = await plan(acme({ name: 'ci', external_id: 'x' }))
    expect([planned.status, planned.body.errors?.[0]?.detail]).toEqual([
      422,
      expect.stringContaining('external id of Acme / Shop / ci'),
    ])
  })
})
