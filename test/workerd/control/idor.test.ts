// What is somebody else's is answered exactly as what does not exist, wherever its id stands: in a path, a query or a body, of
// every endpoint that the OpenAPI document names. An endpoint that is added later is tried as well, and an id field that this
// test does not know fails it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { permissionsOfMember, type Permission } from '../../../src/policy/permissions.ts'
import { makeDeps, type Answer } from './client.ts'
import { everything, makeHoldings, type Holdings, type Owned } from './holdings.ts'
import { readDocument, readEndpoints, type Endpoint, type Schema } from './openapi.ts'
import { browse } from './people.ts'

const document = await readDocument()
const endpoints = (await readEndpoints()).filter(({ isPublic }) => !isPublic)
const label = ({ method, path }: Endpoint) => `${method} ${path}`

const OWNED_PATHS: Readonly<Record<string, Owned>> = {
  organizations: 'organization',
  teams: 'team',
  projects: 'project',
  keys: 'key',
  members: 'member',
  sessions: 'session',
}
const OWNED_FIELDS: Readonly<Record<string, Owned>> = {
  organization_id: 'organization',
  team_id: 'team',
  project_id: 'project',
  member_id: 'member',
  owner_member_id: 'member',
  key_id: 'key',
}
/** They belong to the platform. No role of a member holds a permission for them. */
const SHARED_PATHS = ['plans', 'upstreams', 'routes', 'operators']
const SHARED_FIELDS = ['plan_id', 'upstream_id', 'route_id']
/** Ids in words of the caller. */
const FOREIGN_FIELDS = ['external_id', 'request_id']
/** Of the audit trail, which is filtered by them within reach: test/workerd/control/audit-events.test.ts. */
const AUDITED_PATHS = ['audit-events']
const AUDITED_FIELDS = ['actor_id', 'target_id']
/** Set when a thing is made. A PUT may repeat them, and any other value is refused, whoever has it. */
const FIXED_FIELDS: ReadonlySet<string> = new Set(['organization_id', 'project_id'])

/** Bodies that would be good, were it not for one id. */
const BODIES: Readonly<Record<string, (own: Holdings['ids']) => object>> = {
  'POST /_latchkey/v1/teams': ({ organization }) => ({ organization_id: organization, name: 'New' }),
  'POST /_latchkey/v1/projects': ({ organization }) => ({ organization_id: organization, name: 'New' }),
  'POST /_latchkey/v1/keys': ({ project }) => ({ project_id: project, name: 'New' }),
  'POST /_latchkey/v1/members': ({ organization, team }) => ({
    organization_id: organization,
    team_id: team,
    role: 'team_lead',
    email: 'new@example.com',
  }),
  'PUT /_latchkey/v1/teams/{id}': () => ({ name: 'New' }),
  'PUT /_latchkey/v1/projects/{id}': () => ({ name: 'New', recoverable: true }),
  'PUT /_latchkey/v1/keys/{id}': () => ({ name: 'New' }),
  'PATCH /_latchkey/v1/members/{id}': ({ team }) => ({ role: 'team_lead', team_id: team }),
}

function propertiesOf({ operation }: Endpoint): Readonly<Record<string, Schema>> {
  const schema = operation.requestBody?.content['application/json']?.schema
  const name = schema?.$ref?.split('/').at(-1) ?? ''
  return schema?.properties ?? document.components.schemas[name]?.properties ?? {}
}

const idFieldsOf = (names: readonly string[]) => names.filter((name) => name.endsWith('_id'))

const withPath = endpoints.filter(({ path }) => path.includes('{id}'))
const queries = endpoints.flatMap((endpoint) =>
  idFieldsOf(endpoint.queryNames).map((field) => ({ endpoint, field })),
)
const fields = endpoints.flatMap((endpoint) =>
  idFieldsOf(Object.keys(propertiesOf(endpoint))).map((field) => ({ endpoint, field })),
)

const kindOfPath = ({ path }: Endpoint): Owned | undefined => OWNED_PATHS[path.split('/')[3] ?? '']

let own: Holdings
let theirs: Holdings
let absent: Holdings['ids']

const CASES = [
  {
    who: 'an administrator of another organization',
    role: 'admin',
    foreign: (kind: Owned | undefined) => kind !== undefined,
    start: async () => {
      theirs = await makeHoldings('admin')
      own = await makeHoldings('admin')
    },
  },
  {
    who: 'a lead of another team of the same organization',
    role: 'team_lead',
    /** A lead reads its organization: that one is not somebody else's. */
    foreign: (kind: Owned | undefined) => kind !== undefined && kind !== 'organization',
    start: async () => {
      theirs = await makeHoldings('team_lead')
      own = await makeHoldings('team_lead', theirs.ids.organization)
    },
  },
  {
    who: 'a lead, of what belongs to no team',
    role: 'team_lead',
    foreign: (kind: Owned | undefined) => kind !== undefined && kind !== 'organization',
    start: async () => {
      theirs = await makeHoldings('member', undefined, { team_id: null })
      own = await makeHoldings('team_lead', theirs.ids.organization)
    },
  },
] as const

const NOW = Date.now()

/** Time stands still, so that answers can be compared as text. */
async function ask({ method, path }: Endpoint, query = '', json?: object): Promise<Answer> {
  const given = { method, deps: makeDeps({ now: () => NOW }), ...(json !== undefined && { json }) }
  return browse(own.jar, path + query, given)
}

const at = (endpoint: Endpoint, id: string): Endpoint => ({
  ...endpoint,
  path: endpoint.path.replace('{id}', id),
})

const bodyOf = (endpoint: Endpoint, more: object = {}) =>
  endpoint.hasBody ? { ...BODIES[label(endpoint)]?.(own.ids), ...more } : undefined

/** 404 to who may use the endpoint, 403 to who may not, in the same words for both ids, and nothing is written. */
async function expectSame(
  endpoint: Endpoint,
  role: (typeof CASES)[number]['role'],
  tryId: (ids: Holdings['ids']) => Promise<Answer>,
  refusal = 404,
): Promise<void> {
  const before = await everything()
  const [foreign, none] = [await tryId(theirs.ids), await tryId(absent)]
  expect(await everything()).toBe(before)
  expect(foreign.text).toBe(none.text)
  const may =
    endpoint.permission === 'none' || permissionsOfMember(role).has(endpoint.permission as Permission)
  expect([foreign.status, none.status]).toEqual(may ? [refusal, refusal] : [403, 403])
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

it('knows every place where an id can stand', () => {
  const names = withPath.map(({ path }) => path.split('/')[3] ?? '')
  const known = new Set([...Object.keys(OWNED_PATHS), ...SHARED_PATHS, ...AUDITED_PATHS])
  expect(names.filter((name) => !known.has(name))).toEqual([])
  const knownFields = new Set([
    ...Object.keys(OWNED_FIELDS),
    ...SHARED_FIELDS,
    ...FOREIGN_FIELDS,
    ...AUDITED_FIELDS,
  ])
  expect([...queries, ...fields].filter(({ field }) => !knownFields.has(field))).toEqual([])
})

describe.each(CASES)('to $who', ({ role, foreign, start }) => {
  beforeEach(async () => {
    await start()
    absent = {
      organization: newId('organization'),
      team: newId('team'),
      project: newId('project'),
      key: newId('key'),
      member: newId('member'),
      session: newId('session'),
    }
  })

  it.each(withPath.filter((endpoint) => foreign(kindOfPath(endpoint))).map((e) => [label(e), e] as const))(
    'the id in the path of %s is that of nothing',
    async (_, endpoint) => {
      const kind = kindOfPath(endpoint) ?? 'key'
      await expectSame(endpoint, role, (ids) => ask(at(endpoint, ids[kind]), '', bodyOf(endpoint)))
    },
  )

  it.each(
    queries
      .filter(({ field }) => foreign(OWNED_FIELDS[field]))
      .map(({ endpoint, field }) => [field, label(endpoint), endpoint] as const),
  )('the query %s of %s finds nothing', async (field, _, endpoint) => {
    const kind = OWNED_FIELDS[field] ?? 'key'
    const [found, none] = [
      await ask(endpoint, `?${field}=${theirs.ids[kind]}`),
      await ask(endpoint, `?${field}=${absent[kind]}`),
    ]
    expect([found.status, found.text]).toEqual([none.status, none.text])
    for (const id of Object.values(theirs.ids))
      if (id !== own.ids.organization) expect(found.text).not.toContain(id)
  })

  it.each(
    fields
      .filter(({ field }) => foreign(OWNED_FIELDS[field]))
      .map(({ endpoint, field }) => [field, label(endpoint), endpoint] as const),
  )('the field %s of %s names nothing', async (field, _, endpoint) => {
    const kind = OWNED_FIELDS[field] ?? 'key'
    const ownPath = at(endpoint, own.ids[kindOfPath(endpoint) ?? 'key'])
    const refusal = endpoint.method === 'PUT' && FIXED_FIELDS.has(field) ? 422 : 404
    const tryId = (ids: Holdings['ids']) => ask(ownPath, '', bodyOf(endpoint, { [field]: ids[kind] }))
    await expectSame(endpoint, role, tryId, refusal)
  })

  it.each(['revoke', 'update', 'disable', 'enable', 'create'])('%s in bulk finds nothing', async (action) => {
    const item = ({ key, project }: Holdings['ids']) =>
      action === 'create' ? { project_id: project, name: 'New' } : { id: key }
    const before = await everything()
    const at = Date.now()
    const deps = makeDeps({ now: () => at })
    const [one, none] = await Promise.all(
      [theirs.ids, absent].map((ids) =>
        browse(own.jar, '/_latchkey/v1/keys/bulk', { json: { action, items: [item(ids)] }, deps }),
      ),
    )
    expect(one?.body).toMatchObject({ results: [{ index: 0, status: 404 }] })
    expect(one?.text).toBe(none?.text)
    expect(await everything()).toBe(before)
  })

  it('a key is not found by itself, nor by what is shown of it', async () => {
    const { secret, start: beginning, last4 } = theirs.key
    for (const json of [{ key: secret }, { start: beginning, last4 }]) {
      const { status, body } = await browse(own.jar, '/_latchkey/v1/keys/inspect', { json })
      expect([status, body.code]).toEqual([404, 'not_found'])
    }
  })

  it('lists hold what is its own, and nothing else', async () => {
    const lists = endpoints.filter(
      ({ queryNames, permission }) =>
        queryNames.includes('cursor') && permissionsOfMember(role).has(permission as Permission),
    )
    expect(lists.length).toBeGreaterThan(4)
    const foreignIds = Object.entries(theirs.ids).flatMap(([kind, id]) =>
      foreign(kind as Owned) ? [id] : [],
    )
    for (const endpoint of lists) {
      const kind = kindOfPath(endpoint)
      const path = kind === undefined ? endpoint.path : endpoint.path.replace('{id}', own.ids[kind])
      const { status, text } = await ask({ ...endpoint, path })
      expect(status).toBe(200)
      for (const id of foreignIds) expect(text).not.toContain(id)
    }
  })
})
