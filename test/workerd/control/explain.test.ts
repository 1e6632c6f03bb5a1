// POST /routes/explain on stored routes and keys: whose key is meant, what is refused before the gateway is asked, what is shown.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { isControlUrl } from '../../../src/gateway/control-target.ts'
import { newId } from '../../../src/ids.ts'
import { call, create, createProject, makeDeps, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

interface Explained {
  readonly answer: { readonly kind: string; readonly status: number | null; readonly code: string | null }
  readonly key_id: string | null
  readonly route_id: string | null
  readonly origin_url: string | null
  readonly remedies: readonly {
    readonly action: string
    readonly target: string | null
    readonly detail: string
  }[]
  readonly errors?: readonly { readonly pointer: string }[]
  readonly code?: string
}

const ask = (json: object, changes: Parameters<typeof makeDeps>[0] = {}) =>
  call<Explained>('/_latchkey/v1/routes/explain', { json, deps: makeDeps(changes) })

const URL_OF_ORDER = 'https://api.example.com/orders/1'
let key: CreatedKey
let routeId = ''

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const { projectId } = await createProject()
  key = await create<CreatedKey>('keys', { project_id: projectId, name: 'CI', scopes: ['orders:read'] })
  const { id } = await create('upstreams', { name: 'Orders', url: 'https://origin.example.org' })
  const route = { upstream_id: id, path: '/orders/*', methods: ['GET'], scopes: ['orders:read'] }
  routeId = (await create('routes', route)).id
})

it('says which route would forward a request with this key, and where to', async () => {
  for (const credential of [{ key_id: key.key.id }, { key: key.secret }]) {
    const { status, body } = await ask({ url: `${URL_OF_ORDER}?page=2`, ...credential })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      answer: { kind: 'forwarded', status: null, code: null },
      key_id: key.key.id,
      route_id: routeId,
      origin_url: 'https://origin.example.org/orders/1?page=2',
      remedies: [],
    })
  }
})

it('fits its schema, whatever the answer', async () => {
  const document = await readDocument()
  const schema = { $ref: '#/components/schemas/ExplainAnswer' }
  for (const json of [
    { url: URL_OF_ORDER, key_id: key.key.id },
    { url: URL_OF_ORDER, method: 'DELETE' },
    { url: URL_OF_ORDER, scopes: ['other:read'], environment: 'test' },
    { url: 'https://api.example.com/nothing' },
    { url: 'https://api.example.com/%2e%2e/' },
  ])
    expect(misfits((await ask(json)).body, schema, document), JSON.stringify(json)).toEqual([])
})

it('takes a child token, which is longer than any key', async () => {
  const lent = await call<{ token: string }>('/_latchkey/token', { json: {}, token: key.secret })
  expect(lent.body.token.length).toBeGreaterThan(256)
  const { status, body } = await ask({ url: URL_OF_ORDER, key: lent.body.token })
  expect([status, body.answer.kind, body.key_id]).toEqual([200, 'forwarded', key.key.id])
})

it('says what would let a request pass', async () => {
  const { body } = await ask({ url: URL_OF_ORDER, method: 'POST', key_id: key.key.id })
  expect(body.answer).toMatchObject({ kind: 'refused', status: 405, code: 'method_not_allowed' })
  expect(body.remedies).toEqual([{ action: 'change_route', target: routeId, detail: 'Add the method POST.' }])
  const scopes = await ask({ url: URL_OF_ORDER, scopes: ['other:read'] })
  expect(scopes.body.key_id).toBeNull()
  expect(scopes.body.remedies).toEqual([
    { action: 'change_key', target: null, detail: 'Grant the scope orders:read.' },
  ])
})

it('knows a revoked key', async () => {
  const { projectId } = await createProject()
  const other = await create<CreatedKey>('keys', { project_id: projectId, name: 'Old' })
  await call(`/_latchkey/v1/keys/${other.key.id}/revoke`, { json: {} })
  const { body } = await ask({ url: URL_OF_ORDER, key_id: other.key.id })
  expect(body.answer).toMatchObject({ status: 401, code: 'key_revoked' })
  expect(body.remedies.map(({ target }) => target)).toContain(other.key.id)
})

describe('what is refused', () => {
  it.each([
    ['a URL that is none', { url: '/orders' }, '/url'],
    ['a URL with a space', { url: 'https://api.example.com/a b' }, '/url'],
    ['a method that HTTP has not', { url: URL_OF_ORDER, method: 'FETCH' }, '/method'],
    ['a header that splits', { url: URL_OF_ORDER, headers: { a: 'b\r\nc: d' } }, '/headers/a'],
    ['the name of a header that is none', { url: URL_OF_ORDER, headers: { 'a b': 'c' } }, '/headers/a b'],
    ['two credentials', { url: URL_OF_ORDER, scopes: [], key: 'x' }, ''],
    ['an environment without scopes', { url: URL_OF_ORDER, environment: 'live' }, ''],
    ['a range as an address', { url: URL_OF_ORDER, address: '203.0.113.0/24' }, '/address'],
    ['a country in words', { url: URL_OF_ORDER, country: 'Switzerland' }, '/country'],
  ])('is %s', async (_, json, pointer) => {
    const { status, body } = await ask(json)
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, pointer])
  })

  it.each([
    'https://api.example.com/_latchkey/v1/keys',
    'https://api.example.com/%5Flatchkey/v1/keys',
    'https://api.example.com./_latch%6Bey',
    'http://api.example.com:80/_latchkey/?a=b',
  ])('is a URL of the control plane itself, however it is spelled: %s', async (url) => {
    const { status, body } = await ask({ url })
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/url'])
  })

  it('is what belongs to the control plane on every host, where it has one of its own', async () => {
    const config = { controlHost: 'admin.example.com' }
    const isOwn = (url: string) => isControlUrl(url, config)
    expect(isOwn('https://api.example.com/_latchkey/v1/keys')).toBe(false)
    expect(isOwn('https://api.example.com/_latchkey/self')).toBe(true)
    expect(isOwn('https://admin.example.com./_latchkey/v1/keys')).toBe(true)
    expect(isOwn('https://admin.example.com/a/%2e%2e/_latchkey/')).toBe(false)
  })

  it('is the id of a key that nobody has, as everywhere', async () => {
    const { status, body } = await ask({ url: URL_OF_ORDER, key_id: newId('key') })
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([404, 'not_found', '/key_id'])
  })
})
