import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { keyTags, type apiKeys } from '../../../src/model/schema/api-keys.ts'
import { planLimits, planQuotas, plans } from '../../../src/model/schema/plans.ts'
import { organizations } from '../../../src/model/schema/tenants.ts'
import { findKey, insertKey as keyInsert, newKeyRow, updateKey } from '../../../src/store/api-keys.ts'
import { orConflict } from '../../../src/store/conflict.ts'
import { open } from '../../../src/store/database.ts'
import {
  findOrganization,
  insertOrganization as organizationInsert,
  listOrganizations,
  newOrganizationRow,
} from '../../../src/store/organizations.ts'
import {
  findPlan,
  insertPlan,
  listPlans,
  newPlanRecord,
  updatePlan,
  type LimitRow,
  type QuotaRow,
} from '../../../src/store/plans.ts'
import {
  findProject,
  insertProject as projectInsert,
  listProjects,
  newProjectRow,
} from '../../../src/store/projects.ts'
import { runBatch, type Statement } from '../../../src/store/statement.ts'
import { findTeam, hasProjects, listTeams } from '../../../src/store/teams.ts'
import { findUpstream, insertUpstream, newUpstreamRow } from '../../../src/store/upstreams.ts'
import {
  databases,
  db,
  insertKey,
  insertOrganization,
  insertProject,
  insertTeam,
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
    const { items } = await listOrganizations(databases, only(ids.other), {}, { after: null, limit: 10 })
    expect(items.map(({ id }) => id)).toEqual([ids.other])
  })

  it('are its own projects, teams and keys', async () => {
    const team = await insertTeam(ids.acme)
    const key = await insertKey(ids.acme, ids.project)
    expect((await findProject(databases, only(ids.acme), ids.project))?.id).toBe(ids.project)
    expect((await findTeam(databases, only(ids.acme), team))?.id).toBe(team)
    expect((await findKey(databases, only(ids.acme), key.id))?.id).toBe(key.id)

    expect(await findProject(databases, only(ids.other), ids.project)).toBeNull()
    expect(await findTeam(databases, only(ids.other), team)).toBeNull()
    expect(await findKey(databases, only(ids.other), key.id)).toBeNull()
    expect((await listTeams(databases, only(ids.other), {}, { after: null, limit: 10 })).items).toEqual([])
    const { items } = await listProjects(databases, only(ids.other), {}, { after: null, limit: 10 })
    expect(items).toEqual([])
  })

  it('are not what is deleted', async () => {
    await db.update(organizations).set({ state: 'deleted' }).where(eq(organizations.id, ids.acme))
    expect(await findOrganization(databases, 'platform', ids.acme)).toBeNull()
  })
})

/** A taken value of one of these is an outcome. */
const write = (statements: readonly Statement[]) =>
  orConflict(runBatch(open(env.DB), statements), ['external_id', 'name'])

const taken = (field: string) => ({ ok: false, error: { field } })

describe('a row with the defaults of its table', () => {
  it('is what D1 makes of it', async () => {
    const organization = newOrganizationRow({ id: newId('organization'), name: 'A', ...times })
    await write(organizationInsert(db, organization))
    expect(await findOrganization(databases, 'platform', organization.id)).toEqual(organization)
    const project = newProjectRow({
      id: newId('project'),
      organizationId: organization.id,
      name: 'P',
      ...times,
    })
    await write(projectInsert(db, project))
    expect(await findProject(databases, 'platform', project.id)).toEqual(project)
    const upstream = newUpstreamRow({ id: newId('upstream'), name: newId('event'), service: 'B', ...times })
    await write(insertUpstream(db, upstream))
    expect(await findUpstream(databases, upstream.id)).toEqual(upstream)
    const key = keyRow()
    await write(keyInsert(db, key))
    expect(await findKey(databases, 'platform', key.id)).toEqual(key)
  })
})

describe('a value that must be unique', () => {
  it('is refused by organization and project when it is taken, also at the same moment', async () => {
    const values = { name: 'A', externalId: newId('event'), ...times }
    const made = await Promise.all(
      Array.from({ length: 4 }, () =>
        write(organizationInsert(db, newOrganizationRow({ id: newId('organization'), ...values }))),
      ),
    )
    expect(made.filter(({ ok }) => ok)).toHaveLength(1)
    expect(made.find(({ ok }) => !ok)).toEqual(taken('external_id'))

    const project = () =>
      write(projectInsert(db, newProjectRow({ id: newId('project'), organizationId: ids.acme, ...values })))
    expect((await project()).ok).toBe(true)
    expect(await project()).toEqual(taken('external_id'))
  })

  it('is refused by upstreams for their names', async () => {
    expect((await sameUpstream()).ok).toBe(true)
    expect(await sameUpstream()).toEqual(taken('name'))
  })

  it('throws where it is ours to make unique', async () => {
    const row = newOrganizationRow({ id: ids.acme, name: 'A', ...times })
    await expect(write(organizationInsert(db, row))).rejects.toThrow()
  })
})

describe('a plan', () => {
  const planOf = (
    name: string,
    limits: (id: string) => readonly LimitRow[],
    quotas: readonly QuotaRow[] = [],
  ) => {
    const id = newId('plan')
    return newPlanRecord({ id, name, ...times }, limits(id), quotas)
  }

  it('is stored with its limits and quotas, or not at all', async () => {
    const first = planOf('Free', (id) =>
      Array.from({ length: 16 }, (_, i) => limitOf(id, `limit-${String(i).padStart(2, '0')}`)),
    )
    const quotas = [
      {
        planId: first.id,
        name: 'monthly',
        limit: 9,
        period: 'month',
        per: 'project',
        warnAt: 80,
        enforcement: 'exact',
        onOutage: 'deny',
        timeZone: 'utc',
        anchor: 'anniversary',
        refill: 3,
      } as const,
    ]
    const plan = { ...first, quotas }
    expect((await write(insertPlan(db, plan))).ok).toBe(true)
    expect(await findPlan(databases, plan.id)).toEqual(plan)

    const second = planOf('Free', (id) => [limitOf(id, 'a')])
    expect(await write(insertPlan(db, second))).toEqual(taken('name'))
    expect(await db.$count(planLimits, eq(planLimits.planId, second.id))).toBe(0)
  })

  it('is changed in the parts that are given, and only at the version that was read', async () => {
    const plan = planOf('Gold', (id) => [limitOf(id, 'a'), limitOf(id, 'b')])
    await write(insertPlan(db, plan))
    await write(updatePlan(db, plan, { name: 'Silver', version: 2 }))
    expect(await findPlan(databases, plan.id)).toMatchObject({ name: 'Silver', limits: plan.limits })
    await write(updatePlan(db, { ...plan, version: 2 }, { limits: [limitOf(plan.id, 'c')], version: 3 }))
    expect((await findPlan(databases, plan.id))?.limits.map(({ name }) => name)).toEqual(['c'])
    await write(updatePlan(db, plan, { name: 'Late', version: 2 }))
    expect((await findPlan(databases, plan.id))?.name).toBe('Silver')
  })

  it('is listed with its own parts, in pages of more plans than D1 takes parameters', async () => {
    await db.delete(planLimits)
    await db.delete(planQuotas)
    await db.delete(plans)
    for (let i = 0; i < 105; i++)
      await write(
        insertPlan(
          db,
          planOf(`plan ${i}`, (id) => [limitOf(id, `limit-${i}`)]),
        ),
      )
    const { items, next } = await listPlans(databases, { after: null, limit: 104 })
    expect(items).toHaveLength(104)
    expect(items.every((plan) => plan.limits[0]?.planId === plan.id && plan.limits.length === 1)).toBe(true)
    expect((await listPlans(databases, { after: next, limit: 104 })).items).toHaveLength(1)
  })
})

describe('an upstream', () => {
  it('that is deleted is not found', async () => {
    const row = newUpstreamRow({
      id: newId('upstream'),
      name: 'gone',
      service: 'A',
      state: 'deleted',
      ...times,
    })
    await write(insertUpstream(db, row))
    expect(await findUpstream(databases, row.id)).toBeNull()
  })
})

describe('a team', () => {
  it('has projects while one that is not deleted belongs to it', async () => {
    const id = await insertTeam(ids.acme)
    const team = { id, organizationId: ids.acme }
    expect(await hasProjects(databases, team)).toBe(false)
    await insertProject(ids.acme, { teamId: id, state: 'deleted' })
    expect(await hasProjects(databases, team)).toBe(false)
    await insertProject(ids.acme, { teamId: id, state: 'suspended' })
    expect(await hasProjects(databases, team)).toBe(true)
  })
})

describe('a key', () => {
  it('is stored with a row per tag, or not at all', async () => {
    const first = keyRow({ externalId: 'k1', tags: ['a', 'b'] })
    expect((await write(keyInsert(db, first))).ok).toBe(true)
    expect(await db.$count(keyTags, eq(keyTags.keyId, first.id))).toBe(2)
    const second = keyRow({ externalId: 'k1', tags: ['a'] })
    expect(await write(keyInsert(db, second))).toEqual(taken('external_id'))
    expect(await db.$count(keyTags, eq(keyTags.keyId, second.id))).toBe(0)
  })

  it('has new tags with its row, and keeps them where they are not among the changes', async () => {
    const key = keyRow({ tags: ['a', 'b'] })
    await write(keyInsert(db, key))
    await write(updateKey(db, key, { tags: ['b', 'c'], version: 2 }))
    await write(updateKey(db, { ...key, version: 2 }, { name: 'N', version: 3 }))
    const rows = await db.select().from(keyTags).where(eq(keyTags.keyId, key.id))
    expect(rows.map(({ tag }) => tag).sort()).toEqual(['b', 'c'])
    expect(await findKey(databases, 'platform', key.id)).toMatchObject({ tags: ['b', 'c'], name: 'N' })
  })
})

const sameUpstream = () =>
  write(insertUpstream(db, newUpstreamRow({ id: newId('upstream'), name: 'same', service: 'A', ...times })))

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

const keyRow = (fields: Partial<typeof apiKeys.$inferInsert> = {}) =>
  newKeyRow({
    id: newId('key'),
    organizationId: ids.acme,
    projectId: ids.project,
    lineage: 'key_1',
    hash: newId('event'),
    start: 'lk',
    last4: 'wxyz',
    name: 'K',
    createdBy: 'test',
    ...times,
    ...fields,
  })
