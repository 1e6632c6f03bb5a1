// What becomes of a key: its fields, and the verbs that switch it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import { getKeyCopy } from '../../../src/store/edge.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

const KEYS = '/_latchkey/v1/keys'
const ids = { project: '', key: '', hash: '' }

interface Changed {
  readonly key: Readonly<Record<string, unknown>>
  readonly propagation: { readonly relays_total: number }
  readonly code?: string
  readonly errors?: readonly { readonly pointer: string }[]
}

const createKey = (fields: object = {}) =>
  create<CreatedKey>('keys', { project_id: ids.project, name: 'Key', ...fields })
const patch = (json: object, given: Call = {}, id = ids.key) =>
  call<Changed>(`${KEYS}/${id}`, { method: 'PATCH', json, ...given })
const verb = (name: string, given: Call = {}) =>
  call<Changed>(`${KEYS}/${ids.key}/${name}`, { method: 'POST', ...given })
const factsInKv = async () => (await getKeyCopy(env.KV, ids.hash))?.key

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  ids.project = (await createProject()).projectId
  const { key, secret } = await createKey({ tags: ['old'], scopes: ['a:b'], external_id: 'k' })
  Object.assign(ids, { key: key.id, hash: await digestKey(secret) })
})

describe('changing a key', () => {
  it('answers it as documented, with what was given and nothing else changed', async () => {
    const plan = await create('plans', { name: newId('event'), limits: [] })
    const fields = {
      name: 'New',
      scopes: ['orders:read'],
      expires_at: '2035-01-01T00:00:00.000Z',
      plan_id: plan.id,
      network: { addresses: ['10.0.0.0/8'] },
      tags: ['blue', 'red'],
      metadata: { a: 1 },
      external_id: 'k2',
    }
    const before = (await call(`${KEYS}/${ids.key}`)).body
    const { status, body } = await patch(fields)
    expect(status).toBe(200)
    expect(misfits(body, { $ref: 'ChangedKey' }, await readDocument())).toEqual([])
    expect(body.key).toEqual({ ...before, ...fields, version: 2, updated_at: body.key.updated_at })
    expect((await call(`${KEYS}/${ids.key}`)).body).toEqual(body.key)
    expect(await factsInKv()).toMatchObject({ scopes: ['orders:read'], planId: plan.id, metadata: { a: 1 } })
    const listed = await call<{ data: unknown[] }>(`${KEYS}?tag=blue&project_id=${ids.project}`)
    expect(listed.body.data).toHaveLength(1)
  })

  it('clears what is null', async () => {
    const none = { scopes: null, expires_at: null, plan_id: null, network: null, tags: null, metadata: null }
    const { body } = await patch({ ...none, external_id: null })
    expect(body.key).toMatchObject({ scopes: [], tags: [], metadata: {}, network: {}, external_id: null })
  })

  it.each([
    ['scopes', { scopes: [] }],
    ['expiry', { expires_at: '2035-01-01T00:00:00Z' }],
    ['network', { network: { countries: ['CH'] } }],
    ['metadata', { metadata: { a: 1 } }],
  ])('is published where the edge holds the field: %s', async (_, fields) => {
    const deps = makeDeps()
    const { body } = await patch(fields, { deps })
    expect(deps.publishes).toEqual([[{ kind: 'key', subject: ids.hash }]])
    expect(body.propagation.relays_total).toBe(2)
  })

  it('is not published where nobody there sees it', async () => {
    const deps = makeDeps()
    const { body } = await patch({ name: 'New', tags: ['x'], external_id: 'y' }, { deps })
    expect([deps.publishes, body.propagation.relays_total]).toEqual([[], 0])
  })

  it('with nothing given changes nothing', async () => {
    const deps = makeDeps()
    const { status, body } = await patch({}, { deps })
    expect([status, body.key.version, deps.publishes]).toEqual([200, 1, []])
  })

  it.each([
    ['an expiry that has passed', { expires_at: '2020-01-01T00:00:00Z' }, 422, '/expires_at'],
    ['a plan that nobody has', { plan_id: newId('plan') }, 404, '/plan_id'],
    ['no name', { name: null }, 400, '/name'],
    ['its hash', { hash: 'a' }, 400, '/hash'],
    ['its project', { project_id: newId('project') }, 400, '/project_id'],
    ['its state', { state: 'active' }, 400, '/state'],
  ])('refuses %s', async (_, fields, status, pointer) => {
    const answer = await patch(fields)
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([status, pointer])
  })

  it('judges a publishable key as it would be stored', async () => {
    const { key } = await createKey({
      kind: 'publishable',
      network: { web_origins: ['https://a.example.com'] },
    })
    expect((await patch({ network: null }, {}, key.id)).body.errors?.[0]?.pointer).toBe(
      '/network/web_origins',
    )
    expect((await patch({ scopes: ['a:b'] }, {}, key.id)).body.errors?.[0]?.pointer).toBe('/scopes')
    expect((await patch({ name: 'New' }, {}, key.id)).status).toBe(200)
  })

  it('refuses an external id that another key has', async () => {
    const { key } = await createKey()
    const { status, body } = await patch({ external_id: 'k' }, {}, key.id)
    expect([status, body.errors?.[0]?.pointer]).toEqual([409, '/external_id'])
  })
})

describe('a key', () => {
  it('is disabled and enabled, and the edge learns of both', async () => {
    expect((await verb('disable')).body.key.state).toBe('disabled')
    expect((await factsInKv())?.state).toBe('disabled')
    expect((await verb('enable')).body.key).toMatchObject({ state: 'active', version: 3 })
    expect((await factsInKv())?.state).toBe('active')
  })

  it('expires now, and stays expired at the time of the first call', async () => {
    const { body } = await verb('expire')
    expect(body.key.state).toBe('expired')
    expect(Date.parse(String(body.key.expires_at))).toBeLessThanOrEqual(Date.now())
    expect((await factsInKv())?.expiresAtMs).toBe(Date.parse(String(body.key.expires_at)))
    const later = await verb('expire', { deps: makeDeps({ now: () => Date.now() + 60_000 }) })
    expect(later.body.key).toMatchObject({ expires_at: body.key.expires_at, version: 2 })
  })

  it('has ended for good once it has expired: no other expiry brings it back', async () => {
    await patch({ expires_at: '2035-01-01T00:00:00Z' })
    const { body } = await verb('expire')
    for (const expires_at of [null, '2035-01-01T00:00:00Z']) {
      const answer = await patch({ expires_at })
      expect([answer.status, answer.body.code]).toEqual([409, 'conflict'])
    }
    const same = { expires_at: body.key.expires_at, name: 'New' }
    expect((await patch(same)).body.key).toMatchObject({ ...same, state: 'expired' })
  })

  it('whose time came by itself has ended too', async () => {
    const soon = new Date(Date.now() + 60_000).toISOString()
    await patch({ expires_at: soon })
    const deps = makeDeps({ now: () => Date.now() + 60_001 })
    expect((await patch({ expires_at: null }, { deps })).status).toBe(409)
    expect((await patch({ expires_at: null })).status).toBe(200)
  })

  it.each(['disable', 'expire', 'revoke'])(
    'that was told twice to %s changes once and is published twice',
    async (name) => {
      const deps = makeDeps()
      const first = await verb(name, { deps })
      const second = await verb(name, { deps })
      expect(second.body.key).toEqual(first.body.key)
      expect(deps.publishes).toHaveLength(2)
    },
  )

  it('that is revoked never changes again', async () => {
    await verb('revoke')
    const answers = [
      await patch({ name: 'New' }),
      ...(await Promise.all(['disable', 'enable', 'expire'].map((name) => verb(name)))),
    ]
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [409, 'conflict']),
    )
    expect((await call(`${KEYS}/${ids.key}`)).body).toMatchObject({ state: 'revoked', version: 2 })
  })
})
