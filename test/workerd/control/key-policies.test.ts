// What organization, team, project and plan ask of keys, where keys are made, changed and rotated.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Principal } from '../../../src/control/deps.ts'
import { brokenAssignment, ifAssignable } from '../../../src/control/assignment.ts'
import { ok } from '../../../src/result.ts'
import { newId } from '../../../src/ids.ts'
import { call, create, createProject, makeDeps, type CreatedKey } from './client.ts'

const DAY_MS = 86_400_000
const ids = { organization: '', team: '', project: '' }

interface Refused {
  readonly code?: string
  readonly policy_level?: string
  readonly errors?: readonly { readonly pointer: string }[]
}

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
const setPolicy = (resource: string, id: string, policy: object | null) =>
  call<{ policy?: object } & Refused>(`/_latchkey/v1/${resource}/${id}`, {
    method: 'PATCH',
    json: { policy },
  })
const make = (fields: object = {}) =>
  call<CreatedKey & Refused>('/_latchkey/v1/keys', {
    json: { project_id: ids.project, name: 'K', ...fields },
  })
const why = ({ status, body }: { status: number; body: Refused }) => [
  status,
  body.policy_level,
  body.errors?.[0]?.pointer,
]

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId } = await createProject()
  const team = await create('teams', { organization_id: organizationId, name: 'Web' })
  const project = await create('projects', { organization_id: organizationId, team_id: team.id, name: 'App' })
  Object.assign(ids, { organization: organizationId, team: team.id, project: project.id })
})

describe('a policy', () => {
  it('is given where what has it is made, as a whole is sent later by PUT', async () => {
    const policy = { idle_days: 30, scope_ceiling: ['a:*'] }
    const organization_id = ids.organization
    for (const [resource, whole] of [
      ['organizations', { name: 'Acme', policy }],
      ['teams', { organization_id, name: 'Web', policy }],
      ['projects', { organization_id, name: 'App', policy }],
    ] as const) {
      const made = await create<{ id: string; policy: object }>(resource, whole)
      expect(made.policy).toEqual(policy)
      const again = await call(`/_latchkey/v1/${resource}/${made.id}`, { method: 'PUT', json: whole })
      expect([again.status, again.body.version]).toEqual([200, 1])
    }
  })

  it('is set as a whole, shown, and cleared', async () => {
    const policy = {
      max_lifetime_days: 90,
      rotation_age_days: 60,
      idle_days: 30,
      scope_ceiling: ['a:*'],
      never_expires: 'refuse',
    }
    for (const [resource, id] of [
      ['organizations', ids.organization],
      ['teams', ids.team],
      ['projects', ids.project],
    ] as const) {
      expect((await setPolicy(resource, id, policy)).body.policy).toEqual(policy)
      expect((await setPolicy(resource, id, { idle_days: 1 })).body.policy).toEqual({ idle_days: 1 })
      expect((await setPolicy(resource, id, null)).body.policy).toEqual({})
    }
  })

  it.each([
    { max_lifetime_days: 0 },
    { max_lifetime_days: 1.5 },
    { scope_ceiling: ['A b'] },
    { never_expires: 'no' },
    { colour: 1 },
  ])('refuses %o', async (policy) => {
    expect((await setPolicy('projects', ids.project, policy)).status).toBe(400)
  })

  it('is set by those alone who may', async () => {
    const principal: Principal = {
      id: 'op',
      reach: 'platform',
      permissions: new Set(['projects:write']),
      actor: { type: 'operator', id: 'op', break_glass: false },
      context: { request_id: 'r' },
    }
    const before = {
      name: 'a',
      policy: { idleDays: 3 } as { idleDays?: number },
      planId: null as string | null,
      recoverable: false,
    }
    const codeOf = async (set: Partial<typeof before>) => {
      const decide = () => ok({ done: 'updated', set, heldBy: 'nobody' as const })
      const decided = await ifAssignable<typeof before>(principal, decide)(before, 0)
      return decided.ok ? null : decided.error.code
    }
    expect(await codeOf({ name: 'b' })).toBeNull()
    // What is there already may be said again, as a PUT does.
    expect(await codeOf({ policy: { idleDays: 3 }, planId: null })).toBeNull()
    for (const set of [{ policy: {} }, { planId: 'plan_1' }, { recoverable: true }] as Partial<
      typeof before
    >[])
      expect(await codeOf(set)).toBe('permission_missing')
    expect(brokenAssignment(principal, { planId: null, policy: {} })).toBeNull()
    for (const row of [{ planId: 'plan_1' }, { recoverable: true }, { keyPrefix: 'acme' }])
      expect(brokenAssignment(principal, row)?.code).toBe('permission_missing')
  })
})

describe('a key', () => {
  it('is held to every level, and told which one refuses', async () => {
    await setPolicy('organizations', ids.organization, { max_lifetime_days: 90 })
    expect(why(await make())).toEqual([422, 'organization', '/expires_at'])
    expect(why(await make({ expires_at: inDays(91) }))).toEqual([422, 'organization', '/expires_at'])
    await setPolicy('teams', ids.team, { scope_ceiling: ['orders:*'] })
    expect(why(await make({ expires_at: inDays(80), scopes: ['*'] }))).toEqual([422, 'team', '/scopes'])
    await setPolicy('projects', ids.project, { max_lifetime_days: 30 })
    const expires_at = inDays(80)
    expect(why(await make({ expires_at, scopes: ['orders:read'] }))).toEqual([422, 'project', '/expires_at'])
    expect((await make({ expires_at: inDays(29), scopes: ['orders:read'] })).status).toBe(201)
  })

  it('is given no plan whose rules it does not meet, alone and in bulk', async () => {
    const strict = async (key_rules: object) =>
      (await create('plans', { name: newId('event'), limits: [], key_rules })).id
    const short = await strict({ max_lifetime_days: 10 })
    const narrow = await strict({ scope_ceiling: ['orders:*'] })
    const free = (await create('plans', { name: newId('event'), limits: [] })).id
    const { key } = (await make({ scopes: ['users:read'] })).body
    const patch = (json: object) => call<Refused>(`/_latchkey/v1/keys/${key.id}`, { method: 'PATCH', json })
    expect(why(await patch({ plan_id: short }))).toEqual([422, 'plan', '/expires_at'])
    expect(why(await patch({ plan_id: narrow }))).toEqual([422, 'plan', '/scopes'])
    const items = [{ id: key.id, plan_id: short }]
    const bulk = await call<{ results: { status: number }[] }>('/_latchkey/v1/keys/bulk', {
      json: { action: 'update', items },
    })
    expect(bulk.body.results.map(({ status }) => status)).toEqual([422])
    expect((await patch({ plan_id: free })).status).toBe(200)
    expect((await patch({ plan_id: short, expires_at: inDays(9) })).status).toBe(200)
    expect((await patch({ plan_id: narrow, scopes: ['orders:read'], expires_at: null })).status).toBe(200)
    // What takes the place of the plan that goes has rules too.
    await call(`/_latchkey/v1/projects/${ids.project}`, { method: 'PATCH', json: { plan_id: short } })
    expect(why(await patch({ plan_id: null }))).toEqual([422, 'plan', '/expires_at'])
  })

  it('is held to the rules of the plan that is in force for it', async () => {
    const plan = await create('plans', {
      name: newId('event'),
      limits: [],
      key_rules: { never_expires: 'refuse' },
    })
    expect(why(await make({ plan_id: plan.id }))).toEqual([422, 'plan', '/expires_at'])
    await call(`/_latchkey/v1/projects/${ids.project}`, { method: 'PATCH', json: { plan_id: plan.id } })
    expect(why(await make())).toEqual([422, 'plan', '/expires_at'])
    expect((await make({ expires_at: inDays(9) })).status).toBe(201)
  })

  it('is judged by what is being changed alone', async () => {
    const { key } = (await make({ scopes: ['a:b'] })).body
    await setPolicy('organizations', ids.organization, { max_lifetime_days: 9, scope_ceiling: ['a:c'] })
    const path = `/_latchkey/v1/keys/${key.id}`
    const patch = (json: object) => call<Refused>(path, { method: 'PATCH', json })
    expect((await patch({ name: 'New' })).status).toBe(200)
    expect(why(await patch({ expires_at: null }))).toEqual([422, 'organization', '/expires_at'])
    expect(why(await patch({ scopes: ['a:b'] }))).toEqual([422, 'organization', '/scopes'])
    expect((await patch({ scopes: ['a:c'], expires_at: inDays(8) })).status).toBe(200)
  })

  it('is rotated into one that meets the policies', async () => {
    const { key } = (await make()).body
    await setPolicy('organizations', ids.organization, { max_lifetime_days: 9 })
    const path = `/_latchkey/v1/keys/${key.id}/rotate`
    expect(why(await call<Refused>(path, { json: {} }))).toEqual([422, 'organization', '/expires_at'])
    expect((await call(path, { json: { expires_at: inDays(8) } })).status).toBe(201)
  })
})

describe('the report of compliance', () => {
  it('counts by project what does not do as the narrowest policy asks', async () => {
    await make()
    await make({ expires_at: inDays(5) })
    const { key } = (await make()).body
    await call(`/_latchkey/v1/keys/${key.id}/revoke`, { method: 'POST' })
    const report = async (days: number) => {
      const deps = makeDeps({ now: () => Date.now() + days * DAY_MS })
      const path = `/_latchkey/v1/compliance?organization_id=${ids.organization}`
      const { body } = await call<{ data: { project_id: string }[] }>(path, { deps })
      return body.data.find(({ project_id }) => project_id === ids.project)
    }
    const nothing = { active: 2, never_expires: 1, rotation_due: 0, idle: 0 }
    expect(await report(4)).toMatchObject(nothing)
    await setPolicy('organizations', ids.organization, { rotation_age_days: 9, idle_days: 3 })
    await setPolicy('teams', ids.team, { rotation_age_days: 2 })
    await setPolicy('projects', ids.project, { idle_days: 5 })
    expect(await report(1)).toMatchObject(nothing)
    expect(await report(4)).toMatchObject({ active: 2, never_expires: 1, rotation_due: 2, idle: 2 })
    expect(await report(6)).toMatchObject({ active: 1, never_expires: 1, rotation_due: 1, idle: 1 })
  })

  it('tells of one project where one is asked for', async () => {
    const reportOn = async (id: string) => {
      const path = `/_latchkey/v1/compliance?project_id=${id}`
      const { body } = await call<{ data: { project_id: string }[] }>(path)
      return body.data.map(({ project_id }) => project_id)
    }
    expect(await reportOn(ids.project)).toEqual([ids.project])
    expect(await reportOn(newId('project'))).toEqual([])
  })
})
