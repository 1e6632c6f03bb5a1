// Plans: their limits and quotas, and who has them.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { planLimits, planQuotas } from '../../../src/model/schema/plans.ts'
import { getConfigCopy } from '../../../src/store/edge.ts'
import { eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

const V1 = '/_latchkey/v1'
const CONFIG = [[{ kind: 'config', subject: 'config' }]]
const unique = () => newId('event')
const patch = (path: string, json: object, given: Call = {}) =>
  call<Answered>(`${V1}/${path}`, { method: 'PATCH', json, ...given })
const remove = (path: string) => call<Answered>(`${V1}/${path}`, { method: 'DELETE' })
const get = (path: string) => call<Answered>(`${V1}/${path}`)
const lastEvent = async () => (await eventsOf('platform')).at(-1)

type Answered = Record<string, unknown> & {
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[]
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('a plan', () => {
  const limit = { name: 'burst', limit: 5, period_seconds: 1 }
  const ids = { plan: '' }
  beforeEach(async () => {
    const quotas = [{ name: 'monthly', limit: 9, period: 'month' }]
    ids.plan = (await create('plans', { name: unique(), limits: [limit], quotas })).id
  })
  const path = () => `plans/${ids.plan}`

  it('changes its name and replaces whole lists, by one change of the configuration', async () => {
    const deps = makeDeps()
    const name = unique()
    const answer = await patch(path(), { name, limits: [{ ...limit, name: 'other' }] }, { deps })
    expect(answer.status, answer.text).toBe(200)
    expect(misfits(answer.body, { $ref: 'ChangedPlan' }, await readDocument())).toEqual([])
    expect(answer.body).toMatchObject({
      name,
      limits: [{ name: 'other' }],
      quotas: [{ name: 'monthly' }],
      version: 2,
    })
    expect(deps.publishes).toEqual(CONFIG)
    const { propagation: _, ...plan } = answer.body
    expect((await get(path())).body).toEqual(plan)
    const copied = (await getConfigCopy(env.KV))?.plans.find(({ id }) => id === ids.plan)
    expect(copied).toMatchObject({
      name,
      limits: [{ name: 'other', burst: 5 }],
      quotas: [{ name: 'monthly' }],
    })
    expect(await lastEvent()).toMatchObject({ action: 'plan.updated', targetId: ids.plan })
  })

  it('refuses a name that a quota has already, and one of another plan', async () => {
    const repeated = await patch(path(), { limits: [{ ...limit, name: 'monthly' }] })
    expect([repeated.status, repeated.body.errors?.[0]?.pointer]).toEqual([422, '/quotas/0/name'])
    const other = await create<{ name: string }>('plans', { name: unique(), limits: [] })
    expect((await patch(path(), { name: other.name })).status).toBe(409)
  })

  it('is not deleted while an organization, a project or a key has it', async () => {
    const { organizationId, projectId } = await createProject()
    const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
    for (const holder of [`organizations/${organizationId}`, `projects/${projectId}`, `keys/${key.id}`]) {
      await patch(holder, { plan_id: ids.plan })
      expect((await remove(path())).body.code, holder).toBe('conflict')
      await patch(holder, { plan_id: null })
    }
    expect((await remove(path())).status).toBe(200)
    expect((await get(path())).status).toBe(404)
    expect((await patch(`keys/${key.id}`, { plan_id: ids.plan })).status).toBe(404)
  })

  it('is deleted when whoever had it is deleted or revoked', async () => {
    const { organizationId, projectId } = await createProject()
    const second = (await create('projects', { organization_id: organizationId, name: 'B' })).id
    const fields = { name: 'K', plan_id: ids.plan }
    await create<CreatedKey>('keys', { project_id: projectId, ...fields })
    const { key } = await create<CreatedKey>('keys', { project_id: second, ...fields })
    await remove(`projects/${projectId}`)
    expect((await remove(path())).status).toBe(409)
    await call(`${V1}/keys/${key.id}/revoke`, { method: 'POST' })
    expect((await remove(path())).status).toBe(200)
  })

  it('is never given to a key and deleted at the same moment', async () => {
    const { projectId } = await createProject()
    for (let round = 0; round < 5; round++) {
      const plan = await create('plans', { name: unique(), limits: [] })
      const json = { project_id: projectId, name: 'K', plan_id: plan.id }
      const [deleted, made] = await Promise.all([remove(`plans/${plan.id}`), call(`${V1}/keys`, { json })])
      expect([
        [200, 404],
        [409, 201],
      ]).toContainEqual([deleted.status, made.status])
    }
  })
})

describe('what a plan does not say', () => {
  it('is the usual: leased, per key, by the calendar of the organization, open in an outage', async () => {
    const limits = [{ name: 'a', limit: 5, period_seconds: 1 }]
    const quotas = [{ name: 'b', limit: 9, period: 'lifetime' }]
    const { body } = await call(`${V1}/plans`, { json: { name: unique(), limits, quotas } })
    const usual = { per: 'key', enforcement: 'leased', on_outage: 'allow' }
    expect(body.limits).toEqual([{ ...limits[0], ...usual, burst: null, algorithm: 'gcra' }])
    const terms = { time_zone: 'organization', anchor: 'calendar', refill: null, warn_at: null }
    expect(body.quotas).toEqual([{ ...quotas[0], ...usual, ...terms }])
  })
})

describe('a change of limits and quotas', () => {
  const quota = { name: 'monthly', limit: 9, period: 'month', refill: 3 }
  const shown = async (path: string) => (await get(path)).body

  it('is told in the trail as it was and as it is', async () => {
    const { id } = await create('plans', { name: unique(), limits: [], quotas: [quota] })
    const before = await shown(`plans/${id}`)
    const limits = [{ name: 'burst', limit: 5, period_seconds: 1, burst: 2 }]
    await patch(`plans/${id}`, { limits, quotas: [{ ...quota, refill: null, anchor: 'anniversary' }] })
    const after = await shown(`plans/${id}`)
    expect((await lastEvent())?.changes).toEqual({
      limits: { from: [], to: after.limits },
      quotas: { from: before.quotas, to: after.quotas },
    })
    expect(after.quotas).toMatchObject([{ refill: null, anchor: 'anniversary' }])
  })

  it('that changes nothing is not told, and published all the same', async () => {
    const { id } = await create('plans', { name: unique(), limits: [], quotas: [quota] })
    const { quotas } = await shown(`plans/${id}`)
    const before = await eventsOf('platform')
    const deps = makeDeps()
    expect((await patch(`plans/${id}`, { quotas }, { deps })).body).toMatchObject({ version: 1, quotas })
    expect([await eventsOf('platform'), deps.publishes]).toEqual([before, CONFIG])
  })
})

it.each(['hour', 'lifetime'] as const)('counts no anniversaries of a period of %s', async (period) => {
  const quotas = [{ name: 'all', limit: 9, period, anchor: 'anniversary' }]
  const json = { name: unique(), limits: [], quotas }
  const answer = await call('/_latchkey/v1/plans', { method: 'POST', json })
  expect(answer.body).toMatchObject({ code: 'value_refused', errors: [{ pointer: '/quotas/0/anchor' }] })
})

describe('what was stored before a rule came', () => {
  const log = { name: 'log', limit: 20_000, periodSeconds: 1, algorithm: 'sliding_log', burst: 7 } as const
  const ever = { name: 'ever', limit: 9, period: 'lifetime', refill: 10 } as const
  const ids = { plan: '' }
  const path = () => `plans/${ids.plan}`

  beforeEach(async () => {
    ids.plan = (await create('plans', { name: unique(), limits: [] })).id
    await db.insert(planLimits).values({ planId: ids.plan, ...log })
    await db.insert(planQuotas).values({ planId: ids.plan, ...ever })
  })

  it('is shown, and stays in force when something else changes', async () => {
    const limits = [{ name: 'log', limit: 20_000, burst: 7, algorithm: 'sliding_log' }]
    const quotas = [{ name: 'ever', refill: 10, period: 'lifetime' }]
    expect((await get(path())).body).toMatchObject({ limits, quotas })
    const answer = await patch(path(), { name: unique() })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).toMatchObject({ limits, quotas })
    const copied = (await getConfigCopy(env.KV))?.plans.find(({ id }) => id === ids.plan)
    expect(copied).toMatchObject({ limits: [{ name: 'log', burst: 20_000 }], quotas })
  })

  it('does not hinder a change of the other list', async () => {
    expect((await patch(path(), { limits: [] })).body).toMatchObject({
      limits: [],
      quotas: [{ name: 'ever' }],
    })
  })

  it('is refused when it is given again, with what to do instead', async () => {
    const { limits, quotas } = (await get(path())).body
    const limit = await patch(path(), { limits })
    expect([limit.status, limit.body.errors]).toEqual([
      422,
      [
        {
          pointer: '/limits/0/burst',
          detail: 'The burst of a sliding log is its limit: leave burst out, or use gcra.',
        },
      ],
    ])
    const { status, body } = await patch(path(), { quotas })
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/quotas/0/refill'])
    expect(body.errors?.[0]?.detail).toContain('leave refill out')
  })
})
