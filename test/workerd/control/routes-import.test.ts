// Routes of an OpenAPI document, planned and applied by the control plane itself: what latchkey routes import asks of it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { textOf, type JsonObject } from '../../../src/cli/json.ts'
import { translate } from '../../../src/cli/openapi/routes.ts'
import { mergeWith, USUAL } from '../../../src/cli/openapi/standing.ts'
import { ROUTE_DEFAULTS } from '../../../src/control/schemas/replacement.ts'
import { call, create, type Answer } from './client.ts'
import { apply, clear, plan, said } from './declared-client.ts'

const ROUTES = '/_latchkey/v1/routes'
const TERMS = {
  upstream: 'pets',
  base: null,
  hosts: [],
  prefix: '',
  schemes: null,
  scopeNames: new Map<string, string>(),
}

/** @param read what reading takes */
const petsWith = (read: string): JsonObject => ({
  openapi: '3.1.0',
  servers: [{ url: 'https://pets.example.com/v1' }],
  security: [{ oauth: [read] }],
  paths: {
    '/pets': {
      get: { operationId: 'listPets' },
      post: { operationId: 'createPet', security: [{ oauth: ['pets:write'] }, { key: ['pets:write'] }] },
    },
    '/pets/{pet-id}': { get: {}, options: { security: [{ key: [] }, {}] } },
    '/health': { get: { operationId: 'health', security: [] } },
  },
  components: {
    securitySchemes: {
      oauth: { type: 'oauth2', flows: {} },
      key: { type: 'apiKey', in: 'cookie', name: 'pet_key' },
    },
  },
})

interface Page {
  readonly data: readonly JsonObject[]
  readonly next_cursor: string | null
}

let upstreamId: string
beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  await clear()
  upstreamId = (await create<{ id: string }>('upstreams', { name: 'pets', url: 'https://pets.example.org' }))
    .id
})

async function standing(): Promise<readonly JsonObject[]> {
  const routes: JsonObject[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Answer<Page> = await call(`${ROUTES}?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`)
    routes.push(...page.body.data)
    cursor = page.body.next_cursor
  }
  return routes
}

async function imported(document: JsonObject) {
  const { translated, objections } = translate(document, TERMS)
  const merged = mergeWith(await standing(), translated, upstreamId)
  return { routes: merged.routes, objections: [...objections, ...merged.objections] }
}

it('is applied as it is, and a second import plans nothing', async () => {
  const { routes, objections } = await imported(petsWith('pets:read'))
  expect(objections).toEqual([])
  const applied = await apply({ routes })
  expect([applied.status, applied.body.errors]).toEqual([200, undefined])
  expect(said(applied)).toHaveLength(5)
  const again = await imported(petsWith('pets:read'))
  expect(again.objections).toEqual([])
  expect((await plan({ routes: again.routes })).body.changes).toEqual([])
})

it('changes what the document says, and leaves what it does not speak of', async () => {
  await apply({ routes: (await imported(petsWith('pets:read'))).routes })
  await create('routes', { name: 'by hand', path: '/other', upstream_id: upstreamId })
  const listPets = (await standing()).find(({ name }) => name === 'listPets')
  await call(`${ROUTES}/${textOf(listPets?.id) ?? ''}`, {
    method: 'PATCH',
    json: { cost: 7, timeout_ms: 900 },
  })
  const { routes } = await imported(petsWith('pets:list'))
  const applied = await apply({ routes })
  expect(applied.body.changes.map(({ label, fields }) => [label, fields])).toEqual([
    ['listPets', [{ name: 'scopes', from: ['pets:read'], to: ['pets:list'] }]],
    ['GET /pets/{pet-id}', [{ name: 'scopes', from: ['pets:read'], to: ['pets:list'] }]],
  ])
  const after = await standing()
  expect(after.find(({ name }) => name === 'listPets')).toMatchObject({ cost: 7, timeout_ms: 900 })
  expect(after.some(({ name }) => name === 'by hand')).toBe(true)
})

it('takes over a route without a name that says the same', async () => {
  const before = { path: '/v1/health', methods: ['GET'], auth: 'none', cost: 3, upstream_id: upstreamId }
  const { id } = await create<{ id: string }>('routes', before)
  const { routes, objections } = await imported(petsWith('pets:read'))
  expect(objections).toEqual([])
  await apply({ routes })
  const named = (await standing()).filter(({ path }) => path === '/v1/health')
  expect(named).toMatchObject([{ id, name: 'health', cost: 3 }])
})

it('is refused where another route decides on the same requests', async () => {
  await create('routes', { name: 'all', path: '/v1/pets/:any', upstream_id: upstreamId })
  const { objections } = await imported(petsWith('pets:read'))
  expect(objections.map(({ pointer }) => pointer)).toEqual([
    '/paths/~1pets~1{pet-id}/get',
    '/paths/~1pets~1{pet-id}/options',
  ])
})

it('knows what a route has of which nothing is said', () => {
  expect(ROUTE_DEFAULTS).toMatchObject(USUAL)
})

it('of a thousand operations is one request, the second time too', async () => {
  const resources = Array.from({ length: 250 }, (_, n) => `resource-${n}`)
  const paths = resources.map((name) => {
    const scoped = (verb: string) => ({
      operationId: `${verb}-${name}`,
      security: [{ oauth: [`${name}:${verb}`] }],
    })
    return [
      `/${name}/{id}`,
      { get: scoped('read'), put: scoped('replace'), patch: scoped('change'), delete: scoped('end') },
    ]
  })
  const document = { ...petsWith('pets:read'), paths: Object.fromEntries(paths) as JsonObject }
  const applied = await apply({ routes: (await imported(document)).routes })
  expect([applied.status, applied.body.changes.length]).toEqual([200, 1_000])
  const again = await imported(document)
  expect(again.objections).toEqual([])
  expect((await plan({ routes: again.routes })).body.changes).toEqual([])
})
