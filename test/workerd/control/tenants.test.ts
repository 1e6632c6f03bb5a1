// Organizations, teams and projects: their fields, and the verbs that reach every key below them by one change.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import { readKeySnapshot } from '../../../src/store/snapshots.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { call, create, createProject, databases, makeDeps, type Call, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

type Tenant = 'organizations' | 'teams' | 'projects'

const ids = { organizations: '', teams: '', projects: '', key: '', hash: '' }
const SCHEMA = { organizations: 'ChangedOrganization', teams: 'ChangedTeam', projects: 'ChangedProject' }
const KIND = { organizations: 'organization', teams: 'team', projects: 'project' } as const
const TENANTS: readonly Tenant[] = ['organizations', 'teams', 'projects']

const pathOf = (tenant: Tenant) => `/_latchkey/v1/${tenant}/${ids[tenant]}`
const verb = (tenant: Tenant, name: string, given: Call = {}) =>
  call(`${pathOf(tenant)}/${name}`, { method: 'POST', ...given })
const patch = (tenant: Tenant, json: object, given: Call = {}) =>
  call(pathOf(tenant), { method: 'PATCH', json, ...given })
const remove = (tenant: Tenant, given: Call = {}) => call(pathOf(tenant), { method: 'DELETE', ...given })
const keyAtEdge = async () =>
  (await readKeySnapshot(databases, ids.hash, { epoch: 0, asOf: 0, now: 0 })).key?.state

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId } = await createProject()
  const team = await create('teams', { organization_id: organizationId, name: 'Web' })
  const project = await create('projects', {
    organization_id: organizationId,
    team_id: team.id,
    name: 'App',
  })
  const { key, secret } = await create<CreatedKey>('keys', { project_id: project.id, name: 'K' })
  Object.assign(ids, { organizations: organizationId, teams: team.id, projects: project.id })
  Object.assign(ids, { key: key.id, hash: await digestKey(secret) })
})

describe.each(TENANTS)('%s', (tenant) => {
  const published = () => [[{ kind: KIND[tenant], subject: ids[tenant] }]]
  const suspended = tenant === 'organizations' ? 'organization_suspended' : 'disabled'

  it('are suspended and resumed by one change each, whatever the number of their keys', async () => {
    const deps = makeDeps()
    const answer = await verb(tenant, 'suspend', { deps })
    expect(answer.status, answer.text).toBe(200)
    expect(misfits(answer.body, { $ref: SCHEMA[tenant] }, await readDocument())).toEqual([])
    expect(answer.body).toMatchObject({
      id: ids[tenant],
      state: 'suspended',
      version: 2,
      propagation: { relays_total: 2 },
    })
    expect(answer.body.suspended_at).toBe(answer.body.updated_at)
    expect(deps.publishes).toEqual(published())
    expect(await keyAtEdge()).toBe(suspended)

    const resumed = await verb(tenant, 'resume')
    expect(resumed.body).toMatchObject({ state: 'active', suspended_at: null, version: 3 })
    expect(await keyAtEdge()).toBe('active')
  })

  it('leave the state of a key its own', async () => {
    await verb(tenant, 'suspend')
    expect((await call(`/_latchkey/v1/keys/${ids.key}`)).body.state).toBe('active')
  })

  it('told twice change once, and are published twice', async () => {
    const deps = makeDeps()
    const first = await verb(tenant, 'suspend', { deps })
    const second = await verb(tenant, 'suspend', { deps })
    expect(second.body).toMatchObject({ version: 2, suspended_at: first.body.suspended_at })
    expect(deps.publishes).toHaveLength(2)
    const suspensions = (await eventsOf(ids.organizations)).filter(({ action }) =>
      action.endsWith('suspended'),
    )
    expect(suspensions).toHaveLength(1)
  })

  it('change what is given, clear what is null, and keep the rest', async () => {
    const given = { name: 'New', external_id: newId('event'), metadata: { a: [1] } }
    const before = (await call(pathOf(tenant))).body
    const { status, body } = await patch(tenant, given)
    const { propagation: _, ...resource } = body
    expect(status).toBe(200)
    expect(resource).toEqual({ ...before, ...given, version: 2, updated_at: body.updated_at })
    expect((await call(pathOf(tenant))).body).toEqual(resource)
    const cleared = await patch(tenant, { external_id: null, metadata: null })
    expect(cleared.body).toMatchObject({ name: 'New', external_id: null, metadata: {}, version: 3 })
  })

  it('refuse what only their verbs may change', async () => {
    for (const field of [{ state: 'active' }, { name: null }, { organization_id: ids.organizations }])
      expect((await patch(tenant, field)).status).toBe(400)
  })

  it('are gone once they are deleted', async () => {
    // A team is deleted without projects only.
    if (tenant === 'teams') await patch('projects', { team_id: null })
    const deps = makeDeps()
    const answer = await remove(tenant, { deps })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).toMatchObject({ id: ids[tenant], state: 'deleted', propagation: {} })
    expect(deps.publishes).toEqual(published())
    expect(await keyAtEdge()).toBe(tenant === 'teams' ? 'active' : 'revoked')
    const after = [call(pathOf(tenant)), remove(tenant), patch(tenant, {}), verb(tenant, 'resume')]
    for (const { status, body } of await Promise.all(after))
      expect([status, body.code]).toEqual([404, 'not_found'])
  })

  it('tell of every change in the chain of their organization', async () => {
    await patch(tenant, { name: 'New' })
    await verb(tenant, 'suspend')
    const [updated, suspension] = (await eventsOf(ids.organizations)).slice(-2)
    expect(updated).toMatchObject({
      action: `${KIND[tenant]}.updated`,
      targetId: ids[tenant],
      teamId: tenant === 'organizations' ? null : ids.teams,
      changes: { name: { to: 'New' } },
    })
    expect(suspension?.changes).toMatchObject({ state: { from: 'active', to: 'suspended' } })
    expect(await breaksOf(ids.organizations)).toEqual([])
  })
})

describe('an organization', () => {
  it('has a plan and a time zone of its own, which every copy of its keys learns of', async () => {
    const plan = await create('plans', { name: newId('event'), limits: [] })
    const change = [{ kind: 'organization', subject: ids.organizations }]
    for (const fields of [{ plan_id: plan.id }, { time_zone: 'Europe/Zurich' }, { plan_id: null }]) {
      const deps = makeDeps()
      expect((await patch('organizations', fields, { deps })).body).toMatchObject(fields)
      expect(deps.publishes).toEqual([change])
      expect(deps.condemned.map(({ changes }) => changes)).toEqual([change])
    }
    const stamp = { epoch: 0, asOf: 0, now: 0 }
    const { key } = await readKeySnapshot(databases, ids.hash, stamp)
    expect(key).toMatchObject({ timeZone: 'Europe/Zurich', planId: null })
  })

  it('may say its time zone when it is made', async () => {
    const made = await call('/_latchkey/v1/organizations', {
      json: { name: 'A', time_zone: 'Europe/Zurich' },
    })
    expect([made.status, made.body.time_zone]).toEqual([201, 'Europe/Zurich'])
    expect(await create('organizations', { name: 'A' })).toMatchObject({ time_zone: 'UTC' })
    const wrong = await call('/_latchkey/v1/organizations', { json: { name: 'A', time_zone: 'Zurich' } })
    expect(wrong.status).toBe(400)
  })

  it('is published for nothing that no copy holds', async () => {
    const deps = makeDeps()
    for (const fields of [{}, { name: 'New' }, { external_id: newId('event') }, { metadata: { a: 1 } }])
      await patch('organizations', fields, { deps })
    expect(deps.publishes).toEqual([])
  })

  it.each(['Mars/Olympus', '+02:00', 'Europe/Zurich ', '', 7])(
    'refuses the time zone %j',
    async (time_zone) => {
      expect((await patch('organizations', { time_zone })).status).toBe(400)
    },
  )

  it('that is deleted takes no project, no team and no key', async () => {
    await remove('organizations')
    const inside = { organization_id: ids.organizations, name: 'A' }
    for (const [resource, json] of [
      ['projects', inside],
      ['teams', inside],
      ['keys', { project_id: ids.projects, name: 'A' }],
    ] as const)
      expect((await call(`/_latchkey/v1/${resource}`, { json })).status, resource).toBe(404)
  })
})

describe('a project', () => {
  it('moves to another team of its organization, and to no other', async () => {
    const other = await create('teams', { organization_id: ids.organizations, name: 'Other' })
    const foreign = await create('teams', {
      organization_id: (await createProject()).organizationId,
      name: 'Foreign',
    })
    const deps = makeDeps()
    expect((await patch('projects', { team_id: other.id }, { deps })).body.team_id).toBe(other.id)
    expect(deps.publishes).toHaveLength(1)
    const refused = await patch('projects', { team_id: foreign.id })
    expect([refused.status, refused.body.errors]).toMatchObject([404, [{ pointer: '/team_id' }]])
  })

  it('moves to another plan, and back to that of its organization, by one change each', async () => {
    const plan = await create('plans', { name: newId('event'), limits: [] })
    for (const plan_id of [plan.id, null]) {
      const deps = makeDeps()
      expect((await patch('projects', { plan_id }, { deps })).body.plan_id).toBe(plan_id)
      expect(deps.publishes).toEqual([[{ kind: 'project', subject: ids.projects }]])
    }
  })

  it('is published for its name, which consumers see, and not for its metadata', async () => {
    const deps = makeDeps()
    await patch('projects', { metadata: { a: 1 } }, { deps })
    expect(deps.publishes).toEqual([])
    await patch('projects', { name: 'New' }, { deps })
    expect(deps.publishes).toHaveLength(1)
  })

  it('that is deleted makes no key', async () => {
    await remove('projects')
    const { status } = await call('/_latchkey/v1/keys', { json: { project_id: ids.projects, name: 'A' } })
    expect(status).toBe(404)
  })
})

describe('a team', () => {
  it('is not deleted while a project belongs to it', async () => {
    const { status, body } = await remove('teams')
    expect([status, body.code]).toEqual([409, 'conflict'])
    await remove('projects')
    expect((await remove('teams')).status).toBe(200)
  })

  it('is not deleted by one who looked before a project came', async () => {
    await remove('projects')
    const project = { organization_id: ids.organizations, team_id: ids.teams, name: 'A' }
    const [deleted, created] = await Promise.all([
      remove('teams'),
      call('/_latchkey/v1/projects', { json: project }),
    ])
    expect([
      [200, 404],
      [409, 201],
    ]).toContainEqual([deleted.status, created.status])
  })

  it('is listed in its organization', async () => {
    const path = '/_latchkey/v1/teams?organization_id='
    const listed = await call<{ data: { id: string }[] }>(path + ids.organizations)
    expect(listed.body.data.map(({ id }) => id)).toEqual([ids.teams])
    expect((await call<{ data: [] }>(path + newId('organization'))).body.data).toEqual([])
  })
})
