import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { planLimits, planQuotas, plans } from '../../../src/model/schema/plans.ts'
import { routes, upstreams } from '../../../src/model/schema/routing.ts'
import { organizations, projects, teams } from '../../../src/model/schema/tenants.ts'
import { readConfigSnapshot, readKeySnapshot } from '../../../src/store/snapshots.ts'
import {
  databases,
  db,
  insertKey,
  insertOrganization,
  insertProject,
  insertTeam,
  NOW,
  random,
  times,
} from './rows.ts'

const STAMP = { epoch: 1, asOf: 7, now: NOW }
const readConfig = () => readConfigSnapshot(databases, STAMP, env.LATCHKEY_SECRET, random)

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('the snapshot of a key', () => {
  const ids = { organization: '', team: '', project: '' }
  let key = { id: '', hash: '' }
  const facts = async () => (await readKeySnapshot(databases, key.hash, STAMP)).key

  beforeEach(async () => {
    ids.organization = await insertOrganization({ planId: 'plan_organization', timeZone: 'Europe/Zurich' })
    ids.team = await insertTeam(ids.organization)
    ids.project = await insertProject(ids.organization, { name: 'Shop', teamId: ids.team })
    key = await insertKey(ids.organization, ids.project, {
      scopes: ['orders:read'],
      network: { addresses: ['10.0.0.0/8'] },
      metadata: { customer: 'ü' },
      expiresAt: NOW + 1000,
    })
  })

  it('joins key, project, team and organization, each with its own id, name and metadata', async () => {
    expect(await readKeySnapshot(databases, key.hash, STAMP)).toEqual({
      epoch: 1,
      asOf: 7,
      readAt: NOW,
      hash: key.hash,
      key: {
        id: key.id,
        lineage: key.id,
        kind: 'secret',
        environment: 'live',
        state: 'active',
        expiresAtMs: NOW + 1000,
        rotated: false,
        scopes: ['orders:read'],
        network: { addresses: ['10.0.0.0/8'] },
        organizationId: ids.organization,
        teamId: ids.team,
        projectId: ids.project,
        projectName: 'Shop',
        planId: 'plan_organization',
        metadata: { customer: 'ü' },
        timeZone: 'Europe/Zurich',
        anniversaryMs: NOW,
      },
    })
  })

  it('of an unknown hash is an absence, stamped like any other', async () => {
    const hash = '0'.repeat(64)
    expect(await readKeySnapshot(databases, hash, STAMP)).toEqual({
      epoch: 1,
      asOf: 7,
      readAt: NOW,
      hash,
      key: null,
    })
  })

  it('is found in whichever shard holds it, and once where two bindings name one database', async () => {
    const twice = { primary: env.DB, shards: [env.DB, env.DB] }
    expect((await readKeySnapshot(twice, key.hash, STAMP)).key?.id).toBe(key.id)
  })

  it('has the plan of the key before that of the project before that of the organization', async () => {
    await db.update(projects).set({ planId: 'plan_project' }).where(eq(projects.id, ids.project))
    expect((await facts())?.planId).toBe('plan_project')
    await db.update(apiKeys).set({ planId: 'plan_key' }).where(eq(apiKeys.id, key.id))
    expect((await facts())?.planId).toBe('plan_key')
  })

  it('ends with the rotation grace and names the rotation', async () => {
    await db
      .update(apiKeys)
      .set({ rotatedToId: newId('key'), rotationGraceEndsAt: NOW + 10 })
      .where(eq(apiKeys.id, key.id))
    expect(await facts()).toMatchObject({ rotated: true, expiresAtMs: NOW + 10 })
  })

  it.each([
    [
      'a deleted project',
      () => db.update(projects).set({ state: 'deleted' }).where(eq(projects.id, ids.project)),
      'revoked',
    ],
    [
      'a suspended team',
      () => db.update(teams).set({ state: 'suspended' }).where(eq(teams.id, ids.team)),
      'disabled',
    ],
    [
      'a suspended organization',
      () =>
        db.update(organizations).set({ state: 'suspended' }).where(eq(organizations.id, ids.organization)),
      'organization_suspended',
    ],
    [
      'a tombstone',
      () => db.update(apiKeys).set({ state: 'deleted' }).where(eq(apiKeys.id, key.id)),
      'revoked',
    ],
  ] as const)('of %s says so', async (_, change, state) => {
    await change()
    expect((await facts())?.state).toBe(state)
  })
})

describe('the snapshot of the configuration', () => {
  it('of an empty database has settings and nothing else', async () => {
    const snapshot = await readConfig()
    expect(snapshot).toMatchObject({ epoch: 1, asOf: 7, readAt: NOW, routes: [], upstreams: [], plans: [] })
    expect(snapshot.settings.gatewayId).toMatch(/^lk-[0-9A-Za-z]{10}$/)
  })

  it('holds what is active, with defaults resolved, and nothing that is deleted', async () => {
    const active = { url: newId('upstream'), service: newId('upstream') }
    await db.insert(upstreams).values({ id: active.url, name: 'a', url: 'https://a.example.com', ...times })
    await db.insert(upstreams).values({ id: active.service, name: 'b', service: 'BACKEND', ...times })
    await db
      .insert(upstreams)
      .values({ id: newId('upstream'), name: 'c', service: 'OLD', state: 'deleted', ...times })
    const route = newId('route')
    await db.insert(routes).values({ id: route, upstreamId: active.url, path: '/*', ...times })
    await db
      .insert(routes)
      .values({ id: newId('route'), upstreamId: active.url, path: '/old', state: 'deleted', ...times })
    const plan = newId('plan')
    await db.insert(plans).values({ id: plan, name: 'Free', ...times })

    const snapshot = await readConfig()
    expect(snapshot.upstreams.map(({ id, target }) => ({ id, target }))).toEqual([
      { id: active.url, target: { url: 'https://a.example.com' } },
      { id: active.service, target: { service: 'BACKEND' } },
    ])
    expect(snapshot.plans).toEqual([{ id: plan, name: 'Free', limits: [], quotas: [] }])
    expect(snapshot.routes).toEqual([
      {
        id: route,
        upstreamId: active.url,
        hosts: [],
        path: '/*',
        methods: [],
        auth: 'required',
        scopes: [],
        cost: 1,
        limits: null,
        strict: false,
        pathMode: 'strict',
        credentialLocations: [{ in: 'bearer' }, { in: 'header', name: 'x-api-key' }],
        cors: null,
        environment: null,
        timeoutMs: null,
        rewrite: null,
        priority: 0,
      },
    ])
  })

  it('names the limits that bind at a route, as they were given', async () => {
    const upstreamId = newId('upstream')
    await db.insert(upstreams).values({ id: upstreamId, name: upstreamId, service: 'BACKEND', ...times })
    const [named, none] = [newId('route'), newId('route')]
    await db.insert(routes).values({ id: named, upstreamId, path: '/named', limits: ['b', 'a'], ...times })
    await db.insert(routes).values({ id: none, upstreamId, path: '/none', limits: [], ...times })
    const bound = new Map((await readConfig()).routes.map(({ id, limits }) => [id, limits]))
    expect([bound.get(named), bound.get(none)]).toEqual([['b', 'a'], []])
  })
})

describe('the plans of a snapshot', () => {
  const id = { active: '', deleted: '' }
  const factsOf = async (planId: string) => (await readConfig()).plans.find((plan) => plan.id === planId)

  beforeEach(async () => {
    id.active = newId('plan')
    id.deleted = newId('plan')
    await db.insert(plans).values({ id: id.active, name: id.active, ...times })
    await db.insert(plans).values({ id: id.deleted, name: id.deleted, state: 'deleted', ...times })
    for (const planId of [id.active, id.deleted])
      for (const name of ['z', 'a']) {
        await db.insert(planLimits).values({ planId, name: `limit-${name}`, limit: 9, periodSeconds: 60 })
        await db.insert(planQuotas).values({ planId, name: `quota-${name}`, limit: 9, period: 'month' })
      }
  })

  it('hold their own limits and quotas, by name, whatever the order in which they were stored', async () => {
    const facts = await factsOf(id.active)
    expect(facts?.limits.map(({ name }) => name)).toEqual(['limit-a', 'limit-z'])
    expect(facts?.quotas.map(({ name }) => name)).toEqual(['quota-a', 'quota-z'])
    expect(await factsOf(id.deleted)).toBeUndefined()
  })

  it('say every field, with defaults resolved and without the id of the plan', async () => {
    const facts = await factsOf(id.active)
    const counted = { limit: 9, per: 'key', enforcement: 'leased', onOutage: 'allow' }
    expect(facts?.limits[0]).toEqual({
      name: 'limit-a',
      ...counted,
      periodSeconds: 60,
      burst: 9,
      algorithm: 'gcra',
    })
    expect(facts?.quotas[0]).toEqual({
      name: 'quota-a',
      ...counted,
      period: 'month',
      timeZone: 'organization',
      anchor: 'calendar',
      refill: null,
      warnAt: null,
    })
  })

  it('take over what is stored of each', async () => {
    const planId = id.active
    const stored = { per: 'organization', enforcement: 'exact', onOutage: 'deny' } as const
    const limit = { limit: 5, periodSeconds: 1, burst: 2, algorithm: 'gcra', ...stored } as const
    const terms = {
      period: 'lifetime',
      timeZone: 'utc',
      anchor: 'anniversary',
      refill: 3,
      warnAt: 80,
    } as const
    await db.insert(planLimits).values({ planId, name: 'limit-m', ...limit })
    await db.insert(planQuotas).values({ planId, name: 'quota-m', limit: 5, ...terms, ...stored })
    const facts = await factsOf(planId)
    expect(facts?.limits[1]).toEqual({ name: 'limit-m', ...limit })
    expect(facts?.quotas[1]).toEqual({ name: 'quota-m', limit: 5, ...terms, ...stored })
  })

  it('give a sliding log no burst but its limit, also one that was stored with another', async () => {
    const log = { name: 'log', limit: 20_000, periodSeconds: 1, algorithm: 'sliding_log' } as const
    await db.insert(planLimits).values({ planId: id.active, ...log, burst: 5 })
    expect((await factsOf(id.active))?.limits[2]).toMatchObject({ ...log, burst: 20_000 })
  })
})
