// PUT: the whole of a resource, however often it is sent.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { eventsOf } from '../store/chain.ts'
import { call, create, createProject, type CreatedKey } from './client.ts'

const BASE = '/_latchkey/v1'

type View = Readonly<Record<string, unknown>>

interface Sample {
  /** Only what a creation must give. */
  readonly smallest: object
  /** Every field that can be changed. */
  readonly largest: object
  /** What never changes, as another one would have it. */
  readonly moved?: Readonly<Record<string, unknown>>
}

const name = () => newId('event')

const SAMPLES: Readonly<Record<string, () => Promise<Sample>>> = {
  organizations: async () => ({
    smallest: { name: name() },
    largest: {
      name: name(),
      external_id: name(),
      plan_id: (await create('plans', { name: name(), limits: [] })).id,
      metadata: { a: 1 },
      time_zone: 'Europe/Zurich',
    },
  }),
  teams: async () => {
    const { organizationId } = await createProject()
    const organization_id = organizationId
    return {
      smallest: { organization_id, name: name() },
      largest: { organization_id, name: name(), external_id: name(), metadata: { a: 1 } },
      moved: { organization_id: newId('organization') },
    }
  },
  projects: async () => {
    const { organizationId: organization_id } = await createProject()
    const { id: team_id } = await create('teams', { organization_id, name: 'T' })
    return {
      smallest: { organization_id, name: name() },
      largest: { organization_id, name: name(), team_id, external_id: name(), metadata: { a: 1 } },
      moved: { organization_id: newId('organization'), key_prefix: 'other' },
    }
  },
  keys: async () => {
    const { projectId: project_id } = await createProject()
    return {
      smallest: { project_id, name: name() },
      largest: {
        name: name(),
        scopes: ['a:b'],
        expires_at: '2099-01-01T00:00:00.000Z',
        network: { addresses: ['10.0.0.0/8'] },
        tags: ['blue'],
        metadata: { a: 1 },
        external_id: name(),
      },
      moved: { project_id: newId('project'), environment: 'test', kind: 'publishable' },
    }
  },
  plans: async () => ({
    smallest: { name: name(), limits: [] },
    largest: {
      name: name(),
      limits: [
        { name: 'z', limit: 1, period_seconds: 1 },
        { name: 'a', limit: 1, period_seconds: 1 },
      ],
      quotas: [{ name: 'q', limit: 5, period: 'day' }],
    },
  }),
  upstreams: async () => ({
    smallest: { name: name(), service: 'B' },
    largest: { name: name(), url: 'https://origin.example.org', timeout_ms: 5, retries: 0 },
  }),
  routes: async () => {
    const { id: upstream_id } = await create('upstreams', { name: name(), service: 'B' })
    return {
      smallest: { upstream_id, path: '/a' },
      largest: {
        upstream_id,
        path: '/b/*',
        hosts: ['a.example.com'],
        methods: ['GET'],
        auth: 'required',
        scopes: ['a:b'],
        cost: 3,
        strict: true,
        path_mode: 'encoded-slash',
        credential_locations: [{ in: 'bearer' }],
        cors: { origins: ['https://a.example.com'] },
        environment: 'live',
        timeout_ms: 5,
        rewrite: { strip_prefix: '/b' },
        limits: ['a'],
        priority: 4,
      },
    }
  },
}

const NOT_ITS_OWN: ReadonlySet<string> = new Set([
  'id',
  'version',
  'created_at',
  'updated_at',
  'propagation',
  'start',
  'last4',
])

/** What the client decides of a resource. */
function ownFields(answered: unknown): View {
  const { key, ...rest } = answered as { key?: View } & View
  return Object.fromEntries(Object.entries(key ?? rest).filter(([field]) => !NOT_ITS_OWN.has(field)))
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe.each(Object.entries(SAMPLES))('a PUT of %s', (resource, sampleOf) => {
  async function made(body: object): Promise<string> {
    const answered = await create<{ id?: string; key?: { id: string } }>(resource, body)
    return `${BASE}/${resource}/${answered.key?.id ?? answered.id}`
  }

  const put = (path: string, json: object) => call(path, { method: 'PUT', json })

  it('sets what is given, and what is absent back to what it is in a new one', async () => {
    const { smallest, largest } = await sampleOf()
    const path = await made(smallest)
    const fresh = ownFields((await call(path)).body)
    const whole = await put(path, largest)
    expect([whole.status, whole.body]).toMatchObject([200, {}])
    expect(ownFields((await call(path)).body)).not.toEqual(fresh)
    for (const [field, value] of Object.entries(largest))
      if (typeof value !== 'object') expect(ownFields(whole.body)[field]).toBe(value)
    expect((await put(path, smallest)).status).toBe(200)
    expect(ownFields((await call(path)).body)).toEqual(fresh)
  })

  it('is one change, and none when it is repeated', async () => {
    const { smallest, largest } = await sampleOf()
    const path = await made(smallest)
    expect((await put(path, largest)).headers.get('etag')).toBe('"2"')
    expect((await put(path, largest)).headers.get('etag')).toBe('"2"')
    expect((await put(path, smallest)).headers.get('etag')).toBe('"3"')
  })

  it('needs what a creation needs, and knows no other field', async () => {
    const { smallest } = await sampleOf()
    const path = await made(smallest)
    expect((await put(path, {})).status).toBe(400)
    expect((await put(path, { ...smallest, colour: 'blue' })).status).toBe(400)
    expect((await put(path, { ...smallest, state: 'deleted' })).status).toBe(400)
  })

  it('moves nothing that is set for good', async () => {
    const { smallest, moved = {} } = await sampleOf()
    const path = await made(smallest)
    for (const [field, value] of Object.entries(moved)) {
      const { status, body } = await put(path, { ...smallest, [field]: value })
      expect([status, body.errors]).toMatchObject([422, [{ pointer: `/${field}` }]])
    }
    expect((await call(path)).body.version).toBe(1)
  })

  it('makes nothing where nothing is', async () => {
    const { smallest } = await sampleOf()
    expect((await put(`${BASE}/${resource}/x`, smallest)).status).toBe(404)
  })

  it('keeps to the version that If-Match names', async () => {
    const { smallest } = await sampleOf()
    const path = await made(smallest)
    const given = { method: 'PUT', json: smallest, headers: { 'if-match': '"2"' } }
    expect((await call(path, given)).status).toBe(412)
  })
})

describe('a PUT of a key', () => {
  it('leaves an expiry that has passed meanwhile as it is', async () => {
    const { projectId: project_id } = await createProject()
    const { key } = await create<CreatedKey>('keys', { project_id, name: 'K' })
    const expired = await call<{ key: View }>(`${BASE}/keys/${key.id}/expire`, { method: 'POST' })
    const json = { name: 'N', expires_at: expired.body.key.expires_at }
    expect((await call(`${BASE}/keys/${key.id}`, { method: 'PUT', json })).status).toBe(200)
    const other = { name: 'N', expires_at: '2020-01-01T00:00:00Z' }
    expect((await call(`${BASE}/keys/${key.id}`, { method: 'PUT', json: other })).status).toBe(422)
  })

  it('stands in the audit trail as the change that it is', async () => {
    const { organizationId, projectId: project_id } = await createProject()
    const { key } = await create<CreatedKey>('keys', { project_id, name: 'K' })
    await call(`${BASE}/keys/${key.id}`, { method: 'PUT', json: { name: 'N' } })
    expect((await eventsOf(organizationId)).at(-1)).toMatchObject({
      action: 'key.updated',
      changes: { name: { from: 'K', to: 'N' } },
    })
  })
})
