// Optimistic concurrency: answers carry the version, and a change can be bound to it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { call, create, createProject, type Call, type CreatedKey } from './client.ts'

const BASE = '/_latchkey/v1'

let organization = ''
const ids: Record<string, string> = {}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject()
  organization = organizationId
  const team = await create('teams', { organization_id: organizationId, name: 'T' })
  const upstream = await create('upstreams', { name: newId('event'), service: 'B' })
  const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
  Object.assign(ids, {
    organizations: organizationId,
    teams: team.id,
    projects: projectId,
    keys: key.id,
    plans: (await create('plans', { name: newId('event'), limits: [] })).id,
    upstreams: upstream.id,
    routes: (await create('routes', { upstream_id: upstream.id, path: '/a' })).id,
  })
})

function patch(name: string, ifMatch: string, given: Call = {}) {
  const headers = { 'if-match': ifMatch, ...given.headers }
  return call(`${BASE}/organizations/${organization}`, { method: 'PATCH', json: { name }, ...given, headers })
}

async function shown(): Promise<unknown> {
  return (await call(`${BASE}/organizations/${organization}`)).body.name
}

describe.each(['organizations', 'teams', 'projects', 'keys', 'plans', 'upstreams', 'routes'])(
  '%s',
  (resource) => {
    const json = () => (resource === 'routes' ? { path: '/b' } : { name: newId('event') })
    const path = () => `${BASE}/${resource}/${ids[resource]}`

    it('carry their version as ETag when found and when changed', async () => {
      expect((await call(path())).headers.get('etag')).toBe('"1"')
      const changed = await call(path(), { method: 'PATCH', json: json() })
      expect(changed.headers.get('etag')).toBe('"2"')
      expect((await call(path())).headers.get('etag')).toBe('"2"')
    })

    it('are changed at the version that is named, and at no other', async () => {
      const stale = await call(path(), { method: 'PATCH', json: json(), headers: { 'if-match': '"2"' } })
      expect([stale.status, stale.body.code, stale.body.version]).toEqual([412, 'precondition_failed', 1])
      expect(stale.headers.get('etag')).toBeNull()
      const right = await call(path(), { method: 'PATCH', json: json(), headers: { 'if-match': '"1"' } })
      expect(right.status).toBe(200)
    })
  },
)

it.each([
  ['organizations', { name: 'A' }],
  ['plans', { name: 'etag', limits: [] }],
])('a creation of %s answers with the ETag of what it made', async (resource, json) => {
  expect((await call(`${BASE}/${resource}`, { json })).headers.get('etag')).toBe('"1"')
})

describe('If-Match', () => {
  it.each(['*', ' * ', '"1"', '"7", "1"', ' "1" ,, "2"', 'W/"3", "1"'])('passes: %s', async (ifMatch) => {
    expect((await patch('New', ifMatch)).status).toBe(200)
  })

  it.each(['"2"', 'W/"1"', '"01"', '""'])('does not pass: %s', async (ifMatch) => {
    expect((await patch('New', ifMatch)).body.code).toBe('precondition_failed')
    expect(await shown()).toBe('Acme')
  })

  it.each(['1', '"1', '1"', '"1" "2"', '', ',', '*, "1"', '"a\tb"'])(
    'is refused as malformed: %j',
    async (ifMatch) => {
      const { status, body } = await patch('New', ifMatch)
      expect([status, body.code]).toEqual([400, 'request_invalid'])
      expect(await shown()).toBe('Acme')
    },
  )

  it('guards verbs and deletions too', async () => {
    const path = `${BASE}/organizations/${organization}`
    const headers = { 'if-match': '"9"' }
    expect((await call(`${path}/suspend`, { method: 'POST', headers })).status).toBe(412)
    expect((await call(path, { method: 'DELETE', headers })).status).toBe(412)
    expect((await call(path)).body).toMatchObject({ state: 'active', version: 1 })
  })

  it('is a 404 for what does not exist, whatever it names', async () => {
    const given = { method: 'PATCH', json: { name: 'A' }, headers: { 'if-match': '*' } }
    expect((await call(`${BASE}/organizations/${newId('organization')}`, given)).status).toBe(404)
  })

  it('lets one of many writers pass who have all seen the same', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => patch(`N${i}`, '"1"')))
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412, 412, 412, 412, 412])
  })

  it('fails on the settings, which have no version', async () => {
    const given = { method: 'PATCH', json: { expiry_warning_days: 3 }, headers: { 'if-match': '"1"' } }
    expect((await call(`${BASE}/settings`, given)).body.code).toBe('precondition_failed')
  })

  it('of a write that is repeated under its key is judged once', async () => {
    const headers = { 'idempotency-key': newId('event') }
    const first = await patch('New', '"1"', { headers })
    const second = await patch('New', '"1"', { headers })
    expect([first.status, second.status, second.headers.get('etag')]).toEqual([200, 200, '"2"'])
  })
})
