// Many keys in one request: a result for each, nothing of an item half done, and few batches and publishes for all.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ControlDeps, Principal } from '../../../src/control/deps.ts'
import { changeKeys } from '../../../src/control/bulk-change.ts'
import { newId } from '../../../src/ids.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { permissionsOfMember } from '../../../src/policy/permissions.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'
import { databaseThat, fails } from './wrap.ts'

const KEYS = '/_latchkey/v1/keys'
const ids = { organization: '', project: '' }

type View = Readonly<Record<string, unknown>>
interface Bulk {
  readonly results: readonly {
    readonly index: number
    readonly status: number
    readonly key?: View
    readonly secret?: string
    readonly problem?: { readonly code: string; readonly detail: string; readonly errors?: readonly View[] }
  }[]
  readonly propagation: { readonly relays_total: number } | null
}

const bulk = (action: string, items: readonly object[], given: Call = {}) =>
  call<Bulk>(`${KEYS}/bulk`, { json: { action, items }, ...given })
const make = async (count: number, fields: object = {}) => {
  const items = Array.from({ length: count }, (_, i) => ({
    project_id: ids.project,
    name: `Key ${i}`,
    ...fields,
  }))
  const { body } = await bulk('create', items)
  return body.results.map(({ key }) => String(key?.id))
}
const read = async (id: string) => (await call<View>(`${KEYS}/${id}`)).body
const statuses = ({ body }: { body: Bulk }) => body.results.map(({ status }) => status)

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject()
  Object.assign(ids, { organization: organizationId, project: projectId })
})

describe('creating keys in bulk', () => {
  it('answers it as documented, each key with its secret, as one alone would be made', async () => {
    const fields = {
      scopes: ['a:b'],
      tags: ['blue'],
      metadata: { team: 'x' },
      network: { countries: ['CH'] },
    }
    const answer = await bulk('create', [
      { project_id: ids.project, name: 'Many', external_id: 'm', ...fields },
      { project_id: ids.project, name: 'Colour', colour: 'blue' },
      { project_id: newId('project'), name: 'Nowhere' },
      { project_id: ids.project, name: 'Past', expires_at: '2020-01-01T00:00:00Z' },
      { project_id: ids.project, name: 'Taken', external_id: 'm' },
      { project_id: ids.project, name: 'Planless', plan_id: newId('plan') },
    ])
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(misfits(answer.body, { $ref: 'BulkAnswer' }, await readDocument())).toEqual([])
    expect(statuses(answer)).toEqual([201, 400, 404, 422, 409, 404])
    expect(answer.body.results.map(({ problem }) => problem?.errors?.[0]?.pointer)).toEqual([
      undefined,
      '',
      '/project_id',
      '/expires_at',
      '/external_id',
      '/plan_id',
    ])
    const { key, secret } = answer.body.results[0] ?? {}
    expect(await read(String(key?.id))).toEqual(key)
    const single = await create<CreatedKey>('keys', { project_id: ids.project, name: 'Many', ...fields })
    const rows = await Promise.all(
      [String(key?.id), single.key.id].map((id) => db.select().from(apiKeys).where(eq(apiKeys.id, id)).get()),
    )
    const [many, one] = rows.map((row) =>
      Object.entries(row ?? {}).map(([name, value]) => [name, typeof value]),
    )
    expect(many?.filter(([name]) => name !== 'externalId')).toEqual(
      one?.filter(([name]) => name !== 'externalId'),
    )
    expect(rows[0]).toMatchObject({ hash: await digestKey(secret ?? ''), ...fields, planId: null })
    for (const query of ['tag=blue', 'metadata=team=x', 'name=man']) {
      const listed = await call<{ data: View[] }>(`${KEYS}?organization_id=${ids.organization}&${query}`)
      expect(listed.body.data).toHaveLength(2)
    }
  })
})

describe('changing keys in bulk', () => {
  it('is one event and one result for each, and few batches and publishes for all', async () => {
    const keys = await make(120)
    const before = (await eventsOf(ids.organization)).length
    const deps = makeDeps()
    const answer = await bulk(
      'revoke',
      keys.map((id) => ({ id, reason: 'audit' })),
      { deps },
    )
    expect(new Set(statuses(answer))).toEqual(new Set([200]))
    expect(answer.body.results.map(({ index }) => index)).toEqual(keys.map((_, i) => i))
    expect(answer.body.propagation?.relays_total).toBe(2)
    expect(deps.publishes.map(({ length }) => length)).toEqual([50, 50, 20])
    const events = (await eventsOf(ids.organization)).slice(before)
    expect(events.map(({ targetId }) => targetId)).toEqual(keys)
    expect(await breaksOf(ids.organization)).toEqual([])
    const states = await db.select().from(apiKeys).where(eq(apiKeys.projectId, ids.project))
    expect(states.every(({ state, version }) => state === 'revoked' && version === 2)).toBe(true)
  })

  it('refuses items one by one, like the change of one key', async () => {
    const [first = '', second = '', third = ''] = await make(3)
    await call(`${KEYS}/${third}/revoke`, { method: 'POST' })
    const answer = await bulk('update', [
      { id: first, name: 'New', tags: ['red'], external_id: 'x' },
      { id: newId('key'), name: 'Nobody' },
      { id: first, name: 'Again' },
      { id: third, name: 'Late' },
      { id: second, scopes: ['No scope'] },
      { id: second, external_id: 'x' },
      { name: 'No id' },
    ])
    expect(statuses(answer)).toEqual([200, 404, 409, 409, 400, 409, 400])
    expect(await read(first)).toMatchObject({ name: 'New', tags: ['red'], external_id: 'x', version: 2 })
    expect(await read(second)).toMatchObject({ name: 'Key 1', external_id: null, version: 1 })
    const single = await call(`${KEYS}/${newId('key')}`, { method: 'PATCH', json: { name: 'x' } })
    expect(answer.body.results[1]?.problem).toEqual({
      code: single.body.code,
      title: single.body.title,
      detail: single.body.detail,
    })
  })

  it('changes of each key what was given for it, and nothing else', async () => {
    const [first = '', second = ''] = await make(2, { scopes: ['a:b'], metadata: { team: 'x' } })
    await db.update(apiKeys).set({ lastUsedAt: 7 }).where(eq(apiKeys.id, first))
    await bulk('update', [
      { id: first, name: 'New', expires_at: '2035-01-01T00:00:00Z' },
      { id: second, metadata: { team: 'y' }, scopes: null },
    ])
    expect(await read(first)).toMatchObject({ name: 'New', scopes: ['a:b'], metadata: { team: 'x' } })
    expect((await db.select().from(apiKeys).where(eq(apiKeys.id, first)).get())?.lastUsedAt).toBe(7)
    expect(await read(second)).toMatchObject({
      name: 'Key 1',
      expires_at: null,
      metadata: { team: 'y' },
      scopes: [],
    })
  })

  it('switches off and on, and says what was stored and is not yet in force', async () => {
    const keys = await make(2)
    const items = keys.map((id) => ({ id }))
    expect((await bulk('disable', items)).body.results.map(({ key }) => key?.state)).toEqual([
      'disabled',
      'disabled',
    ])
    const deps = makeDeps({ publish: () => Promise.reject(new Error('injected')) })
    const answer = await bulk('enable', items, { deps })
    expect([statuses(answer), answer.body.propagation]).toEqual([[503, 503], null])
    expect(answer.body.results[0]).toMatchObject({
      problem: { code: 'change_pending' },
      key: { state: 'active' },
    })
  })

  it('is a 404 for each key of another organization, and leaves no trace there', async () => {
    const [key = ''] = await make(1)
    const { organizationId: other } = await createProject()
    const principal: Principal = {
      id: 'op_test',
      reach: { organizationId: other },
      permissions: permissionsOfMember('admin'),
      actor: { type: 'operator', id: 'op_test', break_glass: false },
      context: { request_id: 'req_test' },
    }
    const before = await eventsOf(ids.organization)
    const refusals = []
    for await (const { refused } of changeKeys(makeDeps(), principal, 'revoke', [
      { index: 0, asked: { id: key } },
    ]))
      refusals.push(...refused)
    expect(refusals).toEqual([{ index: 0, refusal: { code: 'not_found' } }])
    expect(await eventsOf(ids.organization)).toEqual(before)
  })

  it('beside changes of single keys stays one chain', async () => {
    const keys = await make(60)
    const deps: ControlDeps = makeDeps({ sleep: (ms) => scheduler.wait(Math.min(ms, 20)) })
    const single = keys.slice(0, 6).map((id) => call(`${KEYS}/${id}/revoke`, { method: 'POST', deps }))
    const [answer] = await Promise.all([
      bulk(
        'disable',
        keys.map((id) => ({ id })),
        { deps },
      ),
      ...single,
    ])
    expect(statuses(answer).every((status) => [200, 409].includes(status))).toBe(true)
    expect(await breaksOf(ids.organization)).toEqual([])
    for (const id of keys.slice(0, 6)) expect((await read(id)).state).toBe('revoked')
  })
})

describe('a bulk request', () => {
  it('keeps the secrets of what was stored where storage fails behind it', async () => {
    const batches = { count: 0 }
    const gone = databaseThat(fails('D1 is gone'), (method) => method === 'batch' && ++batches.count > 1)
    const deps = makeDeps({ databases: gone })
    const items = Array.from({ length: 60 }, (_, i) => ({ project_id: ids.project, name: `Key ${i}` }))
    const answer = await bulk('create', items, { deps })
    expect(answer.status, answer.text).toBe(200)
    expect(statuses(answer)).toEqual([...Array<number>(50).fill(201), ...Array<number>(10).fill(500)])
    expect(answer.body.results.filter(({ secret }) => secret !== undefined)).toHaveLength(50)
    expect(answer.body.results[59]?.problem).toMatchObject({ code: 'internal_error' })
    expect(JSON.stringify(deps.logged)).toContain('bulk_chunk_failed')
    const [first] = answer.body.results
    expect((await read(String(first?.key?.id))).state).toBe('active')
  })

  it.each([
    ['revoke', {}, { state: 'revoked' }],
    ['disable', {}, { state: 'disabled' }],
    ['update', { name: 'New' }, { name: 'New' }],
  ] as const)('of which storage fails at a part leaves the keys of that part alone: %s', async (...of) => {
    const [action, fields, changed] = of
    const keys = await make(60)
    const batches = { count: 0 }
    const failing = databaseThat(fails('injected'), (method) => method === 'batch' && ++batches.count === 2)
    const items = keys.map((id) => ({ id, ...fields }))
    const answer = await bulk(action, items, { deps: makeDeps({ databases: failing }) })
    expect(statuses(answer)).toEqual(keys.map((_, i) => (i < 50 ? 200 : 500)))
    const rows = await db.select().from(apiKeys).where(eq(apiKeys.projectId, ids.project))
    const expected = keys.map((id, i) => (i < 50 ? { id, ...changed } : { id, state: 'active' }))
    expect(rows.toSorted((a, b) => keys.indexOf(a.id) - keys.indexOf(b.id))).toMatchObject(expected)
    expect(rows.filter(({ name }) => name === 'New')).toHaveLength(action === 'update' ? 50 : 0)
    expect(await breaksOf(ids.organization)).toEqual([])
  })

  it('of a thousand keys is done', async () => {
    const keys = await make(1_000)
    expect(new Set(keys).size).toBe(1_000)
    const answer = await bulk(
      'disable',
      keys.map((id) => ({ id })),
    )
    expect(new Set(statuses(answer))).toEqual(new Set([200]))
    expect(await breaksOf(ids.organization)).toEqual([])
  }, 30_000)

  it.each([
    { action: 'create', items: [] },
    { action: 'delete', items: [{ id: 'a' }] },
    { action: 'revoke', items: Array.from({ length: 1_001 }, () => ({ id: 'a' })) },
    { action: 'revoke', items: [1] },
  ])('is refused as a whole where it is none', async (json) => {
    expect((await call(`${KEYS}/bulk`, { json })).status).toBe(400)
  })
})
