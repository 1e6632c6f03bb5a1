// The declared configuration: planned, applied in one batch, exported.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DeclaredConfig } from '../../../src/control/schemas/declared.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { plans } from '../../../src/model/schema/plans.ts'
import { organizations } from '../../../src/model/schema/tenants.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, create, makeDeps } from './client.ts'
import { apply, clear, exported, plan, said, type Config } from './declared-client.ts'
import { misfits, readDocument } from './openapi.ts'
import { databaseThat, fails, wrap } from './wrap.ts'

const CONFIG = '/_latchkey/v1/config'

/** D1 that counts the statements of its batches. */
function counting(counted: { statements: number }) {
  const database = wrap(env.DB, {
    withSession: (constraint: string) => {
      const session = env.DB.withSession(constraint)
      return wrap(session, {
        batch: (statements: D1PreparedStatement[]) => {
          counted.statements += statements.length
          return session.batch(statements)
        },
      })
    },
  })
  return { primary: database, shards: [database] }
}

const KEY = {
  name: 'ci',
  scopes: ['orders:read'],
  tags: ['pipeline'],
  expires_at: '2099-01-01T00:00:00.000Z',
}
const ACME = {
  name: 'Acme',
  external_id: 'acme',
  plan: 'starter',
  policy: { scope_ceiling: ['orders:*'] },
  teams: [{ name: 'Search', metadata: { floor: 2 } }],
  projects: [
    { name: 'Shop', team: 'Search', keys: [KEY] },
    { name: 'Batch', key_prefix: 'acme' },
  ],
}
const WHOLE = {
  settings: { expiry_warning_days: 14 },
  plans: [
    {
      name: 'starter',
      limits: [
        { name: 'per-second', limit: 10, period_seconds: 1 },
        { name: 'per-minute', limit: 60, period_seconds: 60, burst: 5 },
      ],
      quotas: [{ name: 'monthly', limit: 10_000, period: 'month', warn_at: 80 }],
    },
  ],
  upstreams: [{ name: 'Orders', url: 'https://origin.example.org' }],
  routes: [
    { path: '/orders/*', upstream: 'Orders', scopes: ['orders:read'], methods: ['GET'] },
    { name: 'health', path: '/health', upstream: 'Orders', auth: 'none' },
  ],
  organizations: [ACME],
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(clear)

describe('a plan', () => {
  it('says what would be made, and makes nothing', async () => {
    const answer = await plan(WHOLE)
    expect(misfits(answer.body, { $ref: 'ConfigPlan' }, await readDocument())).toEqual([])
    expect(said(answer)).toEqual([
      'updated settings settings',
      'created plan starter',
      'created upstream Orders',
      'created route GET /orders/*',
      'created route health',
      'created organization Acme',
      'created team Acme / Search',
      'created project Acme / Shop',
      'created project Acme / Batch',
      'created key Acme / Shop / ci',
    ])
    expect(await db.select().from(organizations)).toEqual([])
  })

  it('is the same plan as long as nothing changes', async () => {
    const [first, second] = [await plan(WHOLE), await plan(WHOLE)]
    expect(first.body.plan).toBe(second.body.plan)
    expect((await plan({ plans: WHOLE.plans })).body.plan).not.toBe(first.body.plan)
  })
})

describe('applied', () => {
  it('everything stands, by one batch and one publish, and the plan is empty', async () => {
    const deps = makeDeps()
    const answer = await apply(WHOLE, {}, { deps })
    expect(answer.status, answer.text).toBe(200)
    expect(misfits(answer.body, { $ref: 'AppliedConfig' }, await readDocument())).toEqual([])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(deps.publishes).toEqual([[{ kind: 'config', subject: 'config' }]])
    expect(answer.body.keys).toMatchObject([{ label: 'Acme / Shop / ci', secret: expect.any(String) }])
    const again = await plan(WHOLE)
    expect(again.body).toMatchObject({ changes: [], unmanaged: [], last_applied: { same_document: true } })
  })

  it('is told in the chains of the platform and of each organization, which hold together', async () => {
    await apply(WHOLE)
    const [organization] = await db.select().from(organizations)
    for (const chain of ['platform', organization?.id ?? '']) expect(await breaksOf(chain)).toEqual([])
    const own = (await eventsOf(organization?.id ?? '')).map(({ action }) => action)
    expect(own).toEqual([
      'organization.created',
      'team.created',
      'project.created',
      'project.created',
      'key.created',
    ])
    expect((await eventsOf('platform')).map(({ action }) => action)).toContain('config.applied')
  })

  it('a second time changes nothing, and tells nothing', async () => {
    const first = makeDeps()
    await apply(WHOLE, {}, { deps: first })
    await first.settle()
    const before = (await eventsOf('platform')).length
    const deps = makeDeps()
    const answer = await apply(WHOLE, {}, { deps })
    expect(answer.body).toMatchObject({ changes: [], keys: [] })
    expect(deps.publishes).toEqual([])
    expect((await eventsOf('platform')).length).toBe(before)
  })

  it('a key passes with its secret', async () => {
    const { body } = await apply(WHOLE)
    const verified = await call(`/_latchkey/v1/keys/verify`, { json: { key: body.keys[0]?.secret } })
    expect(verified.body).toMatchObject({ valid: true, key: { scopes: ['orders:read'] } })
  })

  it('shows the new secrets also where the feed did not take the change', async () => {
    const deps = makeDeps({ publish: fails('the hub is gone') })
    const { status, body } = await apply(WHOLE, {}, { deps })
    expect(status).toBe(200)
    expect(body).toMatchObject({ propagation: null, keys: [{ label: 'Acme / Shop / ci' }] })
  })

  it('of 600 keys, takes as many statements as of one', async () => {
    const count = async (keys: number) => {
      const counted = { statements: 0 }
      const wanted = Array.from({ length: keys }, (_, i) => ({ name: `key ${keys}/${i}`, tags: ['a', 'b'] }))
      const deps = makeDeps({ databases: counting(counted) })
      const answer = await apply(
        { organizations: [{ name: `Of ${keys}`, projects: [{ name: 'P', keys: wanted }] }] },
        {},
        { deps },
      )
      expect(answer.status, answer.text).toBe(200)
      expect(new Set(answer.body.keys.map(({ secret }) => secret)).size).toBe(keys)
      return counted.statements
    }
    expect(await count(600)).toBe(await count(1))
  })

  it('changes what differs, field by field, and publishes whom that reaches', async () => {
    await apply(WHOLE)
    const changed = {
      organizations: [
        {
          ...ACME,
          projects: [{ name: 'Shop', keys: [{ ...KEY, scopes: ['orders:*'], disabled: true }] }],
        },
      ],
    }
    const planned = await plan(changed)
    expect(planned.body.changes).toMatchObject([
      { label: 'Acme / Shop', fields: [{ name: 'team', from: 'Search', to: null }] },
      { label: 'Acme / Shop / ci', action: 'updated', fields: [{ name: 'scopes' }] },
      {
        label: 'Acme / Shop / ci',
        action: 'disabled',
        fields: [{ name: 'disabled', from: false, to: true }],
      },
    ])
    expect(planned.body.unmanaged).toMatchObject([{ resource: 'project', label: 'Acme / Batch' }])
    const deps = makeDeps()
    const applied = await apply(changed, { plan: planned.body.plan }, { deps })
    expect(applied.status, applied.text).toBe(200)
    expect(
      deps.publishes
        .flat()
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['key', 'project'])
    expect((await db.select().from(apiKeys))[0]).toMatchObject({ state: 'disabled', scopes: ['orders:*'] })
    expect((await plan(changed)).body.changes).toEqual([])
  })

  it('ends what is not named where that is asked for, and says so before', async () => {
    await apply(WHOLE)
    const less = {
      routes: [WHOLE.routes[1]],
      organizations: [{ ...ACME, projects: [{ name: 'Shop', team: 'Search', keys: [] }] }],
    }
    expect(said(await plan(less))).toEqual([])
    expect(said(await plan(less, { prune: true }))).toEqual([
      'deleted route GET /orders/*',
      'deleted project Acme / Batch',
      'revoked key Acme / Shop / ci',
    ])
    await apply(less, { prune: true })
    expect((await db.select().from(apiKeys))[0]).toMatchObject({
      state: 'revoked',
      revocationReason: 'Not declared any more',
    })
    expect((await plan(less, { prune: true })).body.changes).toEqual([])
  })

  it('ends nothing that nobody has seen in a plan', async () => {
    await apply(WHOLE)
    const answer = await apply({ organizations: [] }, { prune: true, plan: undefined })
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '/plan'])
    expect(await db.select().from(organizations)).toMatchObject([{ state: 'active' }])
  })

  it('suspends and resumes', async () => {
    await apply(WHOLE)
    const suspended = { organizations: [{ ...ACME, suspended: true }] }
    expect(said(await apply(suspended))).toEqual(['suspended organization Acme'])
    // To say nothing of it is not to resume what somebody stopped by hand.
    expect(said(await apply({ organizations: [ACME] }))).toEqual([])
    const resumed = { organizations: [{ ...ACME, suspended: false }] }
    expect(said(await apply(resumed))).toEqual(['resumed organization Acme'])
  })

  it('takes over by name what was made by hand, and gives it its external id', async () => {
    const made = await create('organizations', { name: 'Acme' })
    const answer = await apply({ organizations: [{ name: 'Acme', external_id: 'acme' }] })
    expect(answer.body.changes).toMatchObject([
      { id: made.id, fields: [{ name: 'external_id', to: 'acme' }] },
    ])
  })
})

describe('what the gateway was changed by others', () => {
  it('is drift: a plan of the document that was applied last', async () => {
    await apply(WHOLE)
    const [starter] = await db.select().from(plans)
    await call(`/_latchkey/v1/plans/${starter?.id}`, { method: 'PATCH', json: { limits: [] } })
    const drift = await plan(WHOLE)
    expect(drift.body.last_applied).toMatchObject({ same_document: true })
    expect(drift.body.changes).toMatchObject([{ label: 'starter', fields: [{ name: 'limits', from: [] }] }])
  })

  it('makes an agreed plan another one, which is not applied', async () => {
    const agreed = (await plan(WHOLE)).body.plan
    await create('upstreams', { name: 'Orders', url: 'https://origin.example.org' })
    const answer = await apply(WHOLE, { plan: agreed })
    expect(answer.status).toBe(409)
    expect(await db.select().from(organizations)).toEqual([])
  })

  it('at the same time: two documents are applied one after the other', async () => {
    const first = { organizations: [{ ...ACME, plan: null, name: 'First' }] }
    const second = { organizations: [{ ...ACME, plan: null, name: 'Second' }] }
    const answers = await Promise.all([apply(first), apply(second)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const rows = await db.select().from(organizations)
    expect(rows).toHaveLength(1)
    expect(['First', 'Second']).toContain(rows[0]?.name)
    expect(await db.select().from(apiKeys)).toHaveLength(1)
    expect(await breaksOf(rows[0]?.id ?? '')).toEqual([])
  })
})

describe('exported', () => {
  it('it is the document that was applied, and fits its schema', async () => {
    await apply(WHOLE)
    const document = await exported()
    expect(DeclaredConfig.safeParse(document).success).toBe(true)
    expect(document).toMatchObject({
      ...WHOLE,
      plans: [{ ...WHOLE.plans[0], limits: WHOLE.plans[0]?.limits.toReversed() }],
    })
    expect((await plan(document, { prune: true })).body.changes).toEqual([])
  })

  it('and applied to an empty gateway, it is exported again', async () => {
    await apply(WHOLE)
    await apply({ organizations: [{ ...ACME, suspended: true, time_zone: 'Europe/Zurich' }] })
    const document = await exported()
    await clear()
    expect((await apply(document)).status).toBe(200)
    expect(await exported()).toEqual(document)
  })

  it('of one organization, it holds nothing of the others or of the platform', async () => {
    await apply(WHOLE)
    const other = await create('organizations', { name: 'Other' })
    const { body } = await call(`${CONFIG}/export?organization_id=${other.id}`)
    expect(body).toEqual({ version: 1, organizations: [{ name: 'Other', teams: [], projects: [] }] })
    const nobody = await call(`${CONFIG}/export?organization_id=${other.id.slice(0, -1)}0`)
    expect([200, 404]).toContain(nobody.status)
  })
})

describe('refused, with nothing stored', () => {
  const refusals: readonly (readonly [string, Config, string])[] = [
    [
      'a plan that is not there',
      { organizations: [{ name: 'A', plan: 'gold' }] },
      '/config/organizations/0/plan',
    ],
    [
      'an upstream that is not there',
      { routes: [{ path: '/', upstream: 'X' }] },
      '/config/routes/0/upstream',
    ],
    [
      'a team of another organization',
      {
        organizations: [
          { name: 'A', teams: [{ name: 'T' }] },
          { name: 'B', projects: [{ name: 'P', team: 'T' }] },
        ],
      },
      '/config/organizations/1/projects/0/team',
    ],
    [
      'an entry that stands twice',
      {
        plans: [
          { name: 'x', limits: [] },
          { name: 'x', limits: [] },
        ],
      },
      '/config/plans/1',
    ],
    [
      'a key above the ceiling of its organization',
      {
        organizations: [
          {
            name: 'A',
            policy: { scope_ceiling: ['a:read'] },
            projects: [{ name: 'P', keys: [{ name: 'k', scopes: ['a:write'] }] }],
          },
        ],
      },
      '/config/organizations/0/projects/0/keys/0/scopes',
    ],
    [
      'a key that outlives the rules of its plan',
      {
        plans: [{ name: 'short', limits: [], key_rules: { max_lifetime_days: 1 } }],
        organizations: [{ name: 'A', plan: 'short', projects: [{ name: 'P', keys: [{ name: 'k' }] }] }],
      },
      '/config/organizations/0/projects/0/keys/0/expires_at',
    ],
    [
      'an upstream inside',
      { upstreams: [{ name: 'X', url: 'https://169.254.169.254/' }] },
      '/config/upstreams/0/url',
    ],
    [
      'scopes on a route that lets everybody pass',
      {
        upstreams: [{ name: 'X', url: 'https://origin.example.org' }],
        routes: [{ path: '/', upstream: 'X', auth: 'none', scopes: ['a:b'] }],
      },
      '/config/routes/0/scopes',
    ],
  ]
  it.each(refusals)('%s', async (_, config, pointer) => {
    const good = { ...config, plans: [{ name: 'good', limits: [] }, ...((config.plans ?? []) as object[])] }
    const expected = pointer.replace(
      /^\/config\/plans\/(\d)/,
      (_all, index) => `/config/plans/${Number(index) + 1}`,
    )
    for (const answer of [await plan(good), await apply(good)]) {
      expect(answer.status).toBe(422)
      expect(answer.body.errors?.map((error) => error.pointer)).toContain(expected)
    }
    expect(await db.select().from(plans)).toEqual([])
    expect(await db.select().from(organizations)).toEqual([])
  })

  it('a name that several have', async () => {
    await create('organizations', { name: 'Acme' })
    await create('organizations', { name: 'Acme' })
    const { body } = await plan({ organizations: [{ name: 'Acme' }] })
    expect(body.errors).toMatchObject([{ pointer: '/config/organizations/0' }])
  })

  it('the end of a plan that somebody has, or of an upstream that a route leads to', async () => {
    await apply(WHOLE)
    expect((await plan({ plans: [] }, { prune: true })).body.errors).toMatchObject([
      { pointer: '/config/plans' },
    ])
    expect((await plan({ upstreams: [] }, { prune: true })).body.errors).toMatchObject([
      {
        pointer: '/config/upstreams',
        detail: expect.stringContaining('the route GET /orders/* leads to it'),
      },
      { pointer: '/config/upstreams', detail: expect.stringContaining('the route health leads to it') },
    ])
    const teamless = { organizations: [{ name: 'Acme', external_id: 'acme', teams: [] }] }
    expect((await plan(teamless, { prune: true })).body.errors).toMatchObject([
      { pointer: '/config/organizations/0/teams' },
    ])
  })

  it('what is set for good', async () => {
    await apply(WHOLE)
    const moved = { ...KEY, environment: 'test' }
    const otherwise = [{ name: 'Shop', key_prefix: 'other' }, { name: 'Batch' }]
    const { body } = await plan({ organizations: [{ ...ACME, projects: otherwise }] })
    expect(body.errors).toMatchObject([{ pointer: '/config/organizations/0/projects/0/key_prefix' }])
    const other = await plan({
      organizations: [{ ...ACME, projects: [{ name: 'Shop', team: 'Search', keys: [moved] }] }],
    })
    expect(other.body.errors).toMatchObject([
      { pointer: '/config/organizations/0/projects/0/keys/0/environment' },
    ])
  })

  it('everything, where the database gives way in the middle', async () => {
    const deps = makeDeps({ databases: databaseThat(fails('D1 is gone'), (method) => method === 'batch') })
    const answer = await apply({ organizations: [ACME] }, {}, { deps })
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(await db.select().from(organizations)).toEqual([])
  })
})
