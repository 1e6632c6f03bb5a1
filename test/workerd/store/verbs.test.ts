import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { apiKeys, keyTags } from '../../../src/model/schema/api-keys.ts'
import { planLimits, planQuotas, plans } from '../../../src/model/schema/plans.ts'
import { organizations } from '../../../src/model/schema/tenants.ts'
import { createKey, findKey, revokeKey } from '../../../src/store/api-keys.ts'
import { createOrganization, findOrganization, listOrganizations } from '../../../src/store/organizations.ts'
import { createPlan, findPlan, listPlans, type LimitRow } from '../../../src/store/plans.ts'
import { createProject, findProject, listProjects } from '../../../src/store/projects.ts'
import { findTeam } from '../../../src/store/teams.ts'
import { createUpstream, findUpstream } from '../../../src/store/upstreams.ts'
import {
  databases,
  db,
  insertKey,
  insertOrganization,
  insertProject,
  insertTeam,
  NOW,
  only,
  times,
} from './rows.ts'

const ids = { acme: '', other: '', project: '' }

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  ids.acme = await insertOrganization()
  ids.other = await insertOrganization()
  ids.project = await insertProject(ids.acme)
})

describe('what one organization reaches', () => {
  it('is itself', async () => {
    expect((await findOrganization(databases, only(ids.acme), ids.acme))?.id).toBe(ids.acme)
    expect(await findOrganization(databases, only(ids.other), ids.acme)).toBeNull()
    const { items } = await listOrganizations(databases, only(ids.other), { after: null, limit: 10 })
    expect(items.map(({ id }) => id)).toEqual([ids.other])
  })

  it('are its own projects, teams and keys', async () => {
    const team = await insertTeam(ids.acme)
    const key = await insertKey(ids.acme, ids.project)
    expect((await findProject(databases, only(ids.acme), ids.project))?.id).toBe(ids.project)
    expect((await findTeam(databases, ids.acme, team))?.id).toBe(team)
    expect((await findKey(databases, only(ids.acme), key.id))?.id).toBe(key.id)

    expect(await findProject(databases, only(ids.other), ids.project)).toBeNull()
    expect(await findTeam(databases, ids.other, team)).toBeNull()
    expect(await findKey(databases, only(ids.other), key.id)).toBeNull()
    expect(await revokeKey(databases, only(ids.other), key.id, 'policy', NOW)).toBeNull()
    expect((await findKey(databases, 'platform', key.id))?.state).toBe('active')
    const { items } = await listProjects(databases, only(ids.other), { after: null, limit: 10 })
    expect(items).toEqual([])
  })

  it('are not what is deleted', async () => {
    await db.update(organizations).set({ state: 'deleted' }).where(eq(organizations.id, ids.acme))
    expect(await findOrganization(databases, 'platform', ids.acme)).toBeNull()
  })
})

describe('a value that must be unique', () => {
  it('is refused by organization and project when it is taken, also at the same moment', async () => {
    const values = { name: 'A', externalId: newId('event'), ...times }
    const made = await Promise.all(
      Array.from({ length: 4 }, () =>
        createOrganization(databases, { id: newId('organization'), ...values }),
      ),
    )
    expect(made.filter(({ ok }) => ok)).toHaveLength(1)
    expect(made.find(({ ok }) => !ok)).toEqual({ ok: false, error: { field: 'external_id' } })

    const project = () =>
      createProject(databases, { id: newId('project'), organizationId: ids.acme, ...values })
    expect((await project()).ok).toBe(true)
    expect(await project()).toEqual({ ok: false, error: { field: 'external_id' } })
  })

  it('is refused by plan and upstream for their names', async () => {
    expect((await sameUpstream()).ok).toBe(true)
    expect(await sameUpstream()).toEqual({ ok: false, error: { field: 'name' } })
  })

  it('throws where it is ours to make unique', async () => {
    const row = { id: ids.acme, name: 'A', ...times }
    await expect(createOrganization(databases, row)).rejects.toThrow()
  })
})

describe('a plan', () => {
  it('is stored with its limits and quotas, or not at all', async () => {
    const id = newId('plan')
    const limits = Array.from({ length: 16 }, (_, i) => limitOf(id, `limit-${String(i).padStart(2, '0')}`))
    const quotas = [
      { planId: id, name: 'monthly', limit: 9, period: 'month', per: 'project', warnAt: 80 } as const,
    ]
    expect((await createPlan(databases, { id, name: 'Free', ...times }, limits, quotas)).ok).toBe(true)
    expect(await findPlan(databases, id)).toMatchObject({ name: 'Free', limits, quotas })

    const second = newId('plan')
    const taken = await createPlan(
      databases,
      { id: second, name: 'Free', ...times },
      [limitOf(second, 'a')],
      [],
    )
    expect(taken).toEqual({ ok: false, error: { field: 'name' } })
    expect(await db.$count(planLimits, eq(planLimits.planId, second))).toBe(0)
  })

  it('is listed with its own parts, in pages of more plans than D1 takes parameters', async () => {
    await db.delete(planLimits)
    await db.delete(planQuotas)
    await db.delete(plans)
    for (let i = 0; i < 105; i++) {
      const id = newId('plan')
      await createPlan(databases, { id, name: `plan ${i}`, ...times }, [limitOf(id, `limit-${i}`)], [])
    }
    const { items, next } = await listPlans(databases, { after: null, limit: 104 })
    expect(items).toHaveLength(104)
    expect(items.every((plan) => plan.limits[0]?.planId === plan.id && plan.limits.length === 1)).toBe(true)
    expect((await listPlans(databases, { after: next, limit: 104 })).items).toHaveLength(1)
  })
})

describe('an upstream', () => {
  it('that is deleted is not found', async () => {
    const created = await createUpstream(databases, {
      id: newId('upstream'),
      name: 'gone',
      service: 'A',
      state: 'deleted',
      ...times,
    })
    if (!created.ok) throw new Error('not created')
    expect(await findUpstream(databases, created.value.id)).toBeNull()
  })
})

describe('a key', () => {
  it('is stored with a row per tag, or not at all', async () => {
    const first = keyRow({ externalId: 'k1' })
    expect((await createKey(databases, first)).ok).toBe(true)
    expect(await db.$count(keyTags, eq(keyTags.keyId, first.id))).toBe(2)
    const second = keyRow({ externalId: 'k1' })
    expect(await createKey(databases, second)).toEqual({ ok: false, error: { field: 'external_id' } })
    expect(await db.$count(keyTags, eq(keyTags.keyId, second.id))).toBe(0)
  })

  it('is revoked once: the first reason and time stay', async () => {
    const { id } = await insertKey(ids.acme, ids.project)
    const first = await revokeKey(databases, 'platform', id, 'leaked', NOW + 1)
    expect(first).toMatchObject({
      state: 'revoked',
      revocationReason: 'leaked',
      revokedAt: NOW + 1,
      version: 2,
    })
    expect(await revokeKey(databases, only(ids.acme), id, 'policy', NOW + 2)).toEqual(first)
  })

  it('revoked by many at once has one reason', async () => {
    const { id } = await insertKey(ids.acme, ids.project)
    const reasons = ['leaked', 'policy', 'owner_request', 'superseded'] as const
    const rows = await Promise.all(reasons.map((reason) => revokeKey(databases, 'platform', id, reason, NOW)))
    expect(new Set(rows.map((revoked) => revoked?.revocationReason)).size).toBe(1)
    expect(rows.every((revoked) => revoked?.version === 2)).toBe(true)
  })

  it('that is deleted cannot be revoked', async () => {
    const { id } = await insertKey(ids.acme, ids.project, { state: 'deleted' })
    expect(await revokeKey(databases, 'platform', id, 'policy', NOW)).toBeNull()
    expect((await db.select().from(apiKeys).where(eq(apiKeys.id, id)).get())?.state).toBe('deleted')
  })
})

const sameUpstream = () =>
  createUpstream(databases, { id: newId('upstream'), name: 'same', service: 'A', ...times })

const limitOf = (planId: string, name: string): LimitRow => ({
  planId,
  name,
  limit: 5,
  periodSeconds: 60,
  burst: null,
  per: 'key',
  enforcement: 'leased',
  algorithm: 'gcra',
  onOutage: 'allow',
})

const keyRow = (fields: object = {}) => ({
  id: newId('key'),
  organizationId: ids.acme,
  projectId: ids.project,
  lineage: 'key_1',
  hash: newId('event'),
  start: 'lk',
  last4: 'wxyz',
  name: 'K',
  tags: ['a', 'b'],
  createdBy: 'test',
  ...times,
  ...fields,
})
