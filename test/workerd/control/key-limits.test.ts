// What is left of the limits of a key, for whoever looks after it: over real limiters, that answer, refuse or fall silent.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { limitsOfKey } from '../../../src/gateway/limits-of-key.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { createTestGateway } from '../../support/gateway-deps.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { misfits, readDocument } from './openapi.ts'
import { browse, insertMember, loggedIn } from './people.ts'
import { fails, never } from './wrap.ts'

const PLAN = {
  limits: [{ name: 'per-minute', limit: 10, period_seconds: 60 }],
  quotas: [
    {
      name: 'per-month',
      limit: 1_000,
      period: 'month',
      per: 'organization',
      warn_at: 80,
      enforcement: 'exact',
    },
  ],
}
const UNKNOWN = { remaining: null, resets_at: null }
const RATE = {
  name: 'per-minute',
  kind: 'rate',
  per: 'key',
  limit: 10,
  period_seconds: 60,
  period: null,
  warn_at: null,
}
const QUOTA = {
  name: 'per-month',
  kind: 'quota',
  per: 'organization',
  limit: 1_000,
  period_seconds: null,
  period: 'month',
  warn_at: 80,
}

interface Shown {
  readonly plan: { readonly id: string; readonly name: string } | null
  readonly limits: readonly { readonly name: string; readonly remaining: number | null }[]
}

const ids = { organization: '', project: '', plan: '', key: '', secret: '' }
const show = (given: Call = {}, key = ids.key) => call<Shown>(`/_latchkey/v1/keys/${key}/limits`, given)
const use = (cost: number) => call('/_latchkey/v1/keys/verify', { json: { key: ids.secret, cost } })
const noteUse = (key = ids.key) =>
  db.update(apiKeys).set({ lastUsedAt: Date.now() }).where(eq(apiKeys.id, key))
const leftOf = async (given: Call = {}) => (await show(given)).body.limits.map(({ remaining }) => remaining)

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject()
  const plan = await create('plans', { name: newId('event'), ...PLAN })
  Object.assign(ids, { organization: organizationId, project: projectId, plan: plan.id })
  await call(`/_latchkey/v1/organizations/${organizationId}`, { method: 'PATCH', json: { plan_id: plan.id } })
  const { key, secret } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
  Object.assign(ids, { key: key.id, secret })
})

describe('the limits of a key', () => {
  it('are those of the plan in force, with what is left, and asking takes nothing', async () => {
    await use(3)
    await noteUse()
    for (let times = 0; times < 3; times++) expect(await leftOf()).toEqual([7, 997])
    const { body } = await show()
    expect(body).toMatchObject({ plan: { id: ids.plan }, limits: [RATE, QUOTA] })
    expect(misfits(body, { $ref: 'KeyLimits' }, await readDocument())).toEqual([])
  })

  it('are of no limiter while nobody has used the key: it would stand where somebody looked', async () => {
    const asked: string[] = []
    const deps = makeDeps({
      limitsOf: async (hash) => {
        asked.push(hash)
        return []
      },
    })
    expect((await show({ deps })).body.limits).toEqual([
      { ...RATE, ...UNKNOWN },
      { ...QUOTA, ...UNKNOWN },
    ])
    expect(asked).toEqual([])
    await noteUse()
    await show({ deps })
    expect(asked).toHaveLength(1)
  })

  it('go on through a rotation, and are told of the successor before its first use', async () => {
    await use(4)
    await noteUse()
    const rotated = await create<CreatedKey>(`keys/${ids.key}/rotate`, {})
    const { body } = await show({}, rotated.key.id)
    expect(body.limits.map(({ remaining }) => remaining)).toEqual([6, 996])
  })

  it('are those of the key itself before those of its project, and none without a plan', async () => {
    const own = await create('plans', { name: newId('event'), limits: [] })
    await call(`/_latchkey/v1/keys/${ids.key}`, { method: 'PATCH', json: { plan_id: own.id } })
    expect((await show()).body).toMatchObject({ plan: { id: own.id }, limits: [] })
    await call(`/_latchkey/v1/keys/${ids.key}`, { method: 'PATCH', json: { plan_id: null } })
    await call(`/_latchkey/v1/organizations/${ids.organization}`, {
      method: 'PATCH',
      json: { plan_id: null },
    })
    expect((await show()).body).toEqual({ plan: null, limits: [] })
  })

  it.each([
    ['throws', 'throws'],
    ['hangs', 'hangs'],
  ] as const)('are told without what is left where the limiter %s', async (_, limiter) => {
    await noteUse()
    const gateway = createTestGateway()
    gateway.faults.limiter = limiter
    const deps = makeDeps({ limitsOf: (hash) => limitsOfKey(hash, gateway.deps) })
    const { status, body } = await show({ deps })
    expect([status, body.limits]).toEqual([
      200,
      [
        { ...RATE, ...UNKNOWN },
        { ...QUOTA, ...UNKNOWN },
      ],
    ])
  })

  it.each([
    ['fails', fails('no gateway')],
    ['falls silent', never],
  ])('are told without what is left where whoever knows it %s, and the log says so', async (_, limitsOf) => {
    await noteUse()
    const deps = makeDeps({ limitsOf })
    expect((await show({ deps })).body.limits).toMatchObject([UNKNOWN, UNKNOWN])
    expect(deps.logged).toMatchObject([{ event: 'limits_not_known' }])
  })

  it('are told of a key that is over, whose limiter nobody asks', async () => {
    await noteUse()
    await call(`/_latchkey/v1/keys/${ids.key}/revoke`, { json: {} })
    expect((await show({ deps: makeDeps({ limitsOf: fails('asked') }) })).body.limits).toMatchObject([
      UNKNOWN,
      UNKNOWN,
    ])
  })

  it('are nothing that is said of another state of the plan', async () => {
    await noteUse()
    const stale = {
      ...RATE,
      kind: 'rate',
      per: 'key',
      limit: 20,
      remaining: 20,
      resets_at: null,
      period: null,
    } as const
    expect(await leftOf({ deps: makeDeps({ limitsOf: async () => [stale] }) })).toEqual([null, null])
  })

  it('are for a viewer of the organization, who may not read plans, and nobody of another one', async () => {
    const viewer = await loggedIn({
      kind: 'member',
      row: await insertMember({ organizationId: ids.organization, role: 'viewer' }),
    })
    const path = `/_latchkey/v1/keys/${ids.key}/limits`
    expect((await browse<Shown>(viewer, path)).body.plan?.id).toBe(ids.plan)
    expect((await browse(viewer, `/_latchkey/v1/plans/${ids.plan}`)).status).toBe(403)
    const stranger = await loggedIn({ kind: 'member', row: await insertMember() })
    expect((await browse(stranger, path)).status).toBe(404)
  })
})
