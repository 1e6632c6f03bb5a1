import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { computeCheck, importCheckSecret } from '../../../src/keys/check.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import { parseKey } from '../../../src/keys/format.ts'
import { getKeyCopy } from '../../../src/store/edge.ts'
import { readKeySnapshot } from '../../../src/store/snapshots.ts'
import { call, create, createProject, databases, makeDeps, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

const KEYS = '/_latchkey/v1/keys'
const ids = { organization: '', project: '' }

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject({ key_prefix: 'acme' })
  Object.assign(ids, { organization: organizationId, project: projectId })
})

const createKey = (fields: object = {}) =>
  create<CreatedKey>('keys', { project_id: ids.project, name: 'Key', ...fields })

describe('creating a key', () => {
  it('answers it as documented, not to be stored by anybody on the way', async () => {
    const answer = await call(KEYS, { json: { project_id: ids.project, name: 'Key' } })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const document = await readDocument()
    expect(misfits(answer.body, { $ref: 'CreatedKey' }, document)).toEqual([])
  })

  it('gives a key of the project with true check digits', async () => {
    const { secret, key } = await createKey({ environment: 'test' })
    const parsed = parseKey(secret, [])
    if (parsed?.format !== 'native') throw new Error('not a key')
    expect(parsed.shape).toEqual({ prefix: 'acme', region: null, environment: 'test', kind: 'secret' })
    const config = await makeDeps().findConfig()
    if (!config.ok) throw new Error(config.error.code)
    const { checkSecrets } = config.value.settings
    expect(await computeCheck(await importCheckSecret(checkSecrets[0] ?? ''), parsed.body)).toBe(parsed.check)
    expect(key).toMatchObject({ start: secret.slice(0, -34), last4: secret.slice(-4), environment: 'test' })
  })

  it('shows what it was given, normalised', async () => {
    const { key } = await createKey({
      scopes: ['orders:read', 'orders:read', 'users:*'],
      tags: ['blue', 'blue', 'red'],
      network: {
        addresses: ['10.0.0.0/8', '2001:db8::1'],
        countries: ['de', 'CH'],
        web_origins: ['https://a.example.com'],
      },
      metadata: { plan: 'gold' },
      external_id: 'k-1',
      expires_at: '2035-01-01T02:00:00.5+02:00',
    })
    expect(key).toMatchObject({
      organization_id: ids.organization,
      project_id: ids.project,
      state: 'active',
      kind: 'secret',
      environment: 'live',
      scopes: ['orders:read', 'users:*'],
      tags: ['blue', 'red'],
      network: {
        addresses: ['10.0.0.0/8', '2001:db8::1'],
        countries: ['DE', 'CH'],
        web_origins: ['https://a.example.com'],
      },
      metadata: { plan: 'gold' },
      external_id: 'k-1',
      expires_at: '2035-01-01T00:00:00.500Z',
      revoked_at: null,
      revocation_reason: null,
      rotated_from_id: null,
      last_used_at: null,
      version: 1,
    })
  })

  it('gives a publishable key to web origins', async () => {
    const { secret } = await createKey({
      kind: 'publishable',
      network: { web_origins: ['https://a.example.com'] },
    })
    expect(secret).toMatch(/^acme_pk_live_/)
  })

  it('puts a copy where the gateway looks, and publishes nothing: nobody can hold a copy of it', async () => {
    const deps = makeDeps()
    const { secret, key } = await create<CreatedKey>('keys', { project_id: ids.project, name: 'K' }, deps)
    const hash = await digestKey(secret)
    expect((await getKeyCopy(env.KV, hash))?.key).toMatchObject({ id: key.id, state: 'active' })
    expect(deps.publishes).toEqual([])
  })

  it('is refused for a project whose organization is gone, like a project that never was', async () => {
    await env.DB.prepare("UPDATE organizations SET state = 'deleted' WHERE id = ?")
      .bind(ids.organization)
      .run()
    const { status, body } = await call(KEYS, { json: { project_id: ids.project, name: 'Key' } })
    expect([status, body.code]).toEqual([404, 'not_found'])
  })
})

describe('the secret of a key', () => {
  it('stands in no later answer, no table, no copy and no log', async () => {
    const deps = makeDeps()
    const { secret, key } = await create<CreatedKey>('keys', { project_id: ids.project, name: 'K' }, deps)
    const digits = secret.slice(-34, -4)
    const answers = await Promise.all([
      call(`${KEYS}/${key.id}`, { deps }),
      call(KEYS, { deps }),
      call(`${KEYS}/${key.id}/revoke`, { json: {}, deps }),
      call(KEYS, { json: { project_id: ids.project, name: 'K', secret }, deps }),
    ])
    for (const { text } of answers) expect(text).not.toContain(digits)
    expect(await dumpOf(env.DB)).not.toContain(digits)
    expect(await dumpOf(env.DB)).toContain(key.id)
    const { keys } = await env.KV.list()
    const copies = await Promise.all(keys.map(({ name }) => env.KV.get(name)))
    expect(JSON.stringify([keys, copies])).not.toContain(digits)
    expect(JSON.stringify(deps.logged)).not.toContain(digits)
  })

  it('and its hash are shown to nobody', async () => {
    const { secret, key } = await createKey()
    const hash = await digestKey(secret)
    for (const path of [`${KEYS}/${key.id}`, KEYS]) expect((await call(path)).text).not.toContain(hash)
  })
})

describe('revoking a key', () => {
  it('answers the key and the time after which nothing passes', async () => {
    const { key } = await createKey()
    const before = Date.now()
    const answer = await call<Revoked>(`${KEYS}/${key.id}/revoke`, { json: { reason: 'leaked' } })
    expect(answer.status).toBe(200)
    expect(misfits(answer.body, { $ref: 'ChangedKey' }, await readDocument())).toEqual([])
    expect(answer.body.key).toMatchObject({ state: 'revoked', revocation_reason: 'leaked', version: 2 })
    const { propagation } = answer.body
    expect(propagation).toMatchObject({ relays_acknowledged: 2, relays_total: 2 })
    expect(Date.parse(propagation.effective_by)).toBeGreaterThanOrEqual(before + 1_000)
    expect(Date.parse(propagation.effective_by)).toBeLessThanOrEqual(Date.now() + 1_000)
  })

  it('reaches D1, the copy in KV and this isolate before it answers', async () => {
    const { secret, key } = await createKey()
    const hash = await digestKey(secret)
    const deps = makeDeps()
    await call(`${KEYS}/${key.id}/revoke`, { json: {}, deps })
    expect((await readKeySnapshot(databases, hash, { epoch: 0, asOf: 0, now: 0 })).key?.state).toBe('revoked')
    expect((await getKeyCopy(env.KV, hash))?.key?.state).toBe('revoked')
    expect(deps.condemned.map(({ changes }) => changes)).toEqual([[{ kind: 'key', subject: hash }]])
  })

  it('needs no body, and repeated keeps the first reason', async () => {
    const { key } = await createKey()
    const path = `${KEYS}/${key.id}/revoke`
    const first = await call<Revoked>(path, { method: 'POST' })
    expect(first.body.key).toMatchObject({ state: 'revoked', revocation_reason: 'unspecified' })
    const second = await call<Revoked>(path, { json: { reason: 'left the company' } })
    expect(second.status).toBe(200)
    expect(second.body.key).toEqual(first.body.key)
  })

  it('of a leak that comes to light later takes the place of any other reason, for good', async () => {
    const { key } = await createKey()
    const path = `${KEYS}/${key.id}/revoke`
    const first = await call<Revoked>(path, { json: { reason: 'left the company' } })
    for (const reason of ['Leaked', 'tidying up']) {
      const { body } = await call<Revoked>(path, { json: { reason } })
      expect(body.key).toMatchObject({ revocation_reason: 'Leaked', revoked_at: first.body.key.revoked_at })
    }
    expect((await call(`${KEYS}/${key.id}/restore`, { method: 'POST' })).status).toBe(409)
  })

  it('refuses a reason that is no text', async () => {
    const { key } = await createKey()
    for (const reason of ['', ' ', 7, 'x'.repeat(257), 'a\u0000']) {
      expect((await call(`${KEYS}/${key.id}/revoke`, { json: { reason } })).status).toBe(400)
    }
    expect((await call(`${KEYS}/${key.id}`)).body.state).toBe('active')
  })
})

describe('a list of keys', () => {
  it('filters by each of its parameters', async () => {
    const blue = await createKey({ tags: ['blue'] })
    const plain = await createKey()
    await call(`${KEYS}/${plain.key.id}/revoke`, { json: {} })
    const one = `organization_id=${ids.organization}`
    const list = async (query: string) => {
      const { body } = await call<{ data: { id: string }[] }>(`${KEYS}?${query}`)
      return body.data.map(({ id }) => id)
    }
    expect(await list(one)).toEqual([plain.key.id, blue.key.id])
    expect(await list(`project_id=${ids.project}&state=active`)).toEqual([blue.key.id])
    expect(await list(`${one}&state=revoked`)).toEqual([plain.key.id])
    expect(await list(`${one}&tag=blue`)).toEqual([blue.key.id])
    expect(await list(`last4=${blue.secret.slice(-4)}&project_id=${ids.project}`)).toContain(blue.key.id)
    expect(await list(`${one}&state=expired`)).toEqual([])
  })

  it('shows a key as expired from its expiry on', async () => {
    const { key } = await createKey({ expires_at: '2035-01-01T00:00:00Z' })
    const end = Date.parse('2035-01-01T00:00:00Z')
    const path = `${KEYS}/${key.id}`
    expect((await call(path, { deps: at(end - 1) })).body.state).toBe('active')
    expect((await call(path, { deps: at(end) })).body.state).toBe('expired')
    const list = await call<{ data: unknown[] }>(`${KEYS}?state=expired&project_id=${ids.project}`, {
      deps: at(end),
    })
    expect(list.body.data).toHaveLength(1)
  })

  it('refuses a cursor under other filters than it was made for', async () => {
    await createKey()
    await createKey()
    const filtered = `${KEYS}?limit=1&project_id=${ids.project}`
    const { body } = await call(filtered)
    const cursor = String(body.next_cursor)
    expect((await call(`${filtered}&cursor=${cursor}`)).status).toBe(200)
    expect((await call(`${KEYS}?limit=1&cursor=${cursor}`)).status).toBe(400)
    expect((await call(`${filtered}&state=active&cursor=${cursor}`)).status).toBe(400)
  })

  it('refuses a state that is never shown', async () => {
    expect((await call(`${KEYS}?state=deleted`)).status).toBe(400)
  })
})

const at = (now: number) => makeDeps({ now: () => now })

interface Revoked {
  readonly key: Readonly<Record<string, unknown>>
  readonly propagation: { readonly effective_by: string }
}

/** Every row of every table, as text. */
async function dumpOf(database: D1Database): Promise<string> {
  const tables = await database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*'")
    .all<{ name: string }>()
  const rows = await Promise.all(
    tables.results.map(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all()),
  )
  return JSON.stringify(rows.map(({ results }) => results))
}
