// What every resource has in common: it is created, listed, got, and looks as the document says.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { call, create, createProject } from './client.ts'
import { misfits, readDocument, readEndpoints, type OpenApi } from './openapi.ts'

interface Sample {
  readonly resource: string
  /** The smallest and the largest body; each call gives new ones. */
  readonly bodies: () => Promise<readonly object[]>
}

let made = 0
const unique = () => `name ${++made}`

const SAMPLES: readonly Sample[] = [
  {
    resource: 'organizations',
    bodies: async () => {
      const plan = await create('plans', { name: unique(), limits: [] })
      return [
        { name: unique() },
        {
          name: 'Ünïcode 株式会社',
          external_id: unique(),
          plan_id: plan.id,
          metadata: { a: { b: [1, 'ü', null] } },
        },
      ]
    },
  },
  {
    resource: 'projects',
    bodies: async () => {
      const { id } = await create('organizations', { name: unique() })
      return [
        { organization_id: id, name: unique() },
        {
          organization_id: id,
          name: unique(),
          team_id: null,
          external_id: unique(),
          metadata: {},
          key_prefix: 'acme',
        },
      ]
    },
  },
  {
    resource: 'teams',
    bodies: async () => {
      const { id } = await create('organizations', { name: unique() })
      return [
        { organization_id: id, name: unique() },
        { organization_id: id, name: unique(), external_id: unique(), metadata: { lead: 'A' } },
      ]
    },
  },
  {
    resource: 'plans',
    bodies: async () => [
      { name: unique(), limits: [] },
      {
        name: unique(),
        limits: [
          {
            name: 'burst',
            limit: 0,
            period_seconds: 1,
            burst: 1,
            per: 'project',
            enforcement: 'exact',
            algorithm: 'gcra',
            on_outage: 'deny',
          },
          { name: 'logged', limit: 10_000, period_seconds: 60, burst: null, algorithm: 'sliding_log' },
          { name: 'sustained', limit: Number.MAX_SAFE_INTEGER, period_seconds: 86_400 },
        ],
        quotas: [
          {
            name: 'credits',
            limit: Number.MAX_SAFE_INTEGER,
            period: 'hour',
            refill: Number.MAX_SAFE_INTEGER,
          },
          { name: 'ever', limit: 0, period: 'lifetime', enforcement: 'async', refill: null, warn_at: null },
          {
            name: 'monthly',
            limit: 1000,
            period: 'month',
            per: 'organization',
            warn_at: 80,
            enforcement: 'exact',
            on_outage: 'deny',
            time_zone: 'utc',
            anchor: 'anniversary',
            refill: 1000,
          },
        ],
      },
    ],
  },
  {
    resource: 'upstreams',
    bodies: async () => [
      { name: unique(), url: 'https://origin.example.org/base/' },
      { name: unique(), service: 'BACKEND', timeout_ms: 300_000, retries: 3 },
    ],
  },
  {
    resource: 'routes',
    bodies: async () => {
      const { id } = await create('upstreams', { name: unique(), service: 'BACKEND' })
      return [
        { upstream_id: id, path: '/*' },
        {
          upstream_id: id,
          hosts: ['api.example.com', '*.example.com'],
          path: '/orders/:id/*',
          methods: ['GET', 'POST'],
          auth: 'required',
          scopes: ['orders:read'],
          cost: 0,
          strict: true,
          path_mode: 'encoded-slash',
          credential_locations: [
            { in: 'bearer' },
            { in: 'header', name: 'X-My-Key' },
            { in: 'query', name: 'api_key' },
            { in: 'cookie', name: 'key' },
            { in: 'websocket_protocol' },
          ],
          cors: {
            origins: ['https://*.example.com'],
            methods: ['GET'],
            headers: ['X-A'],
            expose_headers: ['X-B'],
            credentials: true,
            max_age_seconds: 600,
          },
          environment: 'test',
          timeout_ms: 1,
          rewrite: { strip_prefix: '/orders', add_prefix: '/v2/orders' },
          limits: ['burst'],
          priority: -5,
        },
      ]
    },
  },
]

let document: OpenApi
beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  document = await readDocument()
})

async function misfitsOf(
  method: string,
  path: string,
  status: number,
  body: unknown,
): Promise<readonly string[]> {
  const endpoint = (await readEndpoints()).find(
    (candidate) => candidate.method === method && candidate.path === path,
  )
  const schema = endpoint?.operation.responses[String(status)]?.content?.['application/json']?.schema
  return schema === undefined
    ? [`${method} ${path}: ${status} is not documented`]
    : misfits(body, schema, document)
}

describe.each(SAMPLES)('$resource', ({ resource, bodies }) => {
  const path = `/_latchkey/v1/${resource}`

  it('answer a creation with the resource as documented, at once found by get and list', async () => {
    for (const json of await bodies()) {
      const created = await call(path, { json })
      expect(created.status, created.text).toBe(201)
      expect(await misfitsOf('POST', path, 201, created.body)).toEqual([])
      const { propagation: _, ...resource } = created.body

      const got = await call(`${path}/${String(created.body.id)}`)
      expect(got.status).toBe(200)
      expect(got.body).toEqual(resource)

      const listed = await call<{ data: unknown[] }>(`${path}?limit=1`)
      expect(await misfitsOf('GET', path, 200, listed.body)).toEqual([])
      expect(listed.body.data).toEqual([resource])
    }
  })

  it('show what they were given, with times in UTC and a version', async () => {
    const [, json] = await bodies()
    const { body } = await call(path, { json })
    const normalised = { ...json, ...NORMALISED[resource] }
    expect(body).toMatchObject(normalised)
    expect(body).toMatchObject({ version: 1, state: 'active', updated_at: body.created_at })
    expect(body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('are listed newest first, page by page', async () => {
    for (let i = 0; i < 2; i++) for (const json of await bodies()) await create(resource, json)
    const all = await idsOf(`${path}?limit=200`)
    expect(all).toEqual(all.toSorted().toReversed())
    const paged: string[] = []
    let cursor: string | null = ''
    do {
      const query: string = cursor === '' ? '?limit=1' : `?limit=1&cursor=${cursor}`
      const { body } = await call<{ data: { id: string }[]; next_cursor: string | null }>(path + query)
      paged.push(...body.data.map(({ id }) => id))
      cursor = body.next_cursor
    } while (cursor !== null)
    expect(paged).toEqual(all)
  })

  it('refuse a cursor that was altered, or that is of another list', async () => {
    for (let i = 0; i < 2; i++) for (const json of await bodies()) await create(resource, json)
    const { body } = await call<{ next_cursor: string }>(`${path}?limit=1`)
    const [id = '', mac = ''] = body.next_cursor.split('.')
    const other = (
      await call<{ next_cursor: string }>(
        `/_latchkey/v1/${resource === 'plans' ? 'upstreams' : 'plans'}?limit=1`,
      )
    ).body
    const forged = [
      `${id}.${flip(mac)}`,
      `${flip(id)}.${mac}`,
      `${id}.`,
      id,
      `${id}.${mac}.${mac}`,
      other.next_cursor,
    ]
    for (const cursor of forged) {
      const answer = await call(`${path}?cursor=${cursor}`)
      expect(answer.status, cursor).toBe(400)
      expect(answer.body.code).toBe('request_invalid')
    }
  })
})

/** Where an answer differs from what was sent. */
const NORMALISED: Readonly<Record<string, object>> = {
  routes: {
    credential_locations: [
      { in: 'bearer' },
      { in: 'header', name: 'x-my-key' },
      { in: 'query', name: 'api_key' },
      { in: 'cookie', name: 'key' },
      { in: 'websocket_protocol' },
    ],
    cors: {
      origins: ['https://*.example.com'],
      methods: ['GET'],
      headers: ['x-a'],
      expose_headers: ['x-b'],
      credentials: true,
      max_age_seconds: 600,
    },
  },
}

describe('the depth of a body', () => {
  it('is that of its values, not of brackets in its texts', async () => {
    const metadata = {
      text: '[{"\\'.repeat(100),
      quote: '"]}',
      deep: JSON.parse('['.repeat(28) + ']'.repeat(28)) as unknown,
    }
    const answer = await call('/_latchkey/v1/organizations', { json: { name: '[[[['.repeat(32), metadata } })
    expect(answer.status, answer.text).toBe(201)
    expect(answer.body.metadata).toEqual(metadata)
  })
})

describe('lists', () => {
  it('of projects take an organization, and cursors belong to the filter', async () => {
    const { organizationId, projectId } = await createProject()
    const second = await create('projects', { organization_id: organizationId, name: 'B' })
    await createProject()
    const path = '/_latchkey/v1/projects'
    expect(await idsOf(`${path}?organization_id=${organizationId}`)).toEqual([second.id, projectId])
    expect(await idsOf(`${path}?organization_id=${newId('organization')}`)).toEqual([])
    const { body } = await call(`${path}?organization_id=${organizationId}&limit=1`)
    expect((await call(`${path}?limit=1&cursor=${String(body.next_cursor)}`)).status).toBe(400)
  })

  it('of routes take an upstream', async () => {
    const upstream = await create('upstreams', { name: unique(), service: 'BACKEND' })
    const route = await create('routes', { upstream_id: upstream.id, path: '/a' })
    expect(await idsOf(`/_latchkey/v1/routes?upstream_id=${upstream.id}`)).toEqual([route.id])
  })
})

async function idsOf(path: string): Promise<readonly string[]> {
  const { body } = await call<{ data: { id: string }[] }>(path)
  return body.data.map(({ id }) => id)
}

function flip(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
}
