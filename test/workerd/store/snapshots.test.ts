import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { plans } from '../../../src/model/schema/plans.ts'
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
    ids.organization = await insertOrganization({ planId: 'plan_organization' })
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
    expect(snapshot.plans).toEqual([{ id: plan, name: 'Free' }])
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
})
