// What a verification takes, tells and leaves behind.
import { beforeAll, expect, it } from 'vitest'
import { limiterName } from '../../../src/limits/rpc.ts'
import type { Question, Verdict } from '../../../src/model/verification.ts'
import { verifyKey } from '../../../src/gateway/verify.ts'
import { callWith, createTestGateway, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey, seedPlan, seedTenants } from '../../support/seed.ts'

const plans = { small: '', many: '' }

beforeAll(async () => {
  await seedGateway()
  plans.small = await seedPlan([{ name: 'hourly', limit: 10, periodSeconds: 3600, per: 'key' }])
  plans.many = await seedPlan(
    [{ name: 'burst', limit: 5, periodSeconds: 3600, per: 'project' }],
    [{ name: 'monthly', limit: 100, period: 'month', per: 'organization' }],
  )
})

const verify = (gateway: TestGateway, text: string, given: Partial<Question> = {}) =>
  verifyKey(
    {
      text,
      scopes: [],
      cost: 1,
      environment: null,
      strict: false,
      address: null,
      country: null,
      webOrigin: null,
      within: null,
      ...given,
    },
    'req_test',
    gateway.deps,
  )

const remaining = ({ limits }: Verdict) => limits.map((limit) => limit.remaining)

it('a verification takes its cost, and tells what is left', async () => {
  const gateway = createTestGateway()
  const { secret } = await seedKey({ planId: plans.small })
  expect(remaining(await verify(gateway, secret, { cost: 4 }))).toEqual([6])
  expect(remaining(await verify(gateway, secret, { cost: 4 }))).toEqual([2])
  const refused = await verify(gateway, secret, { cost: 4 })
  expect(refused).toMatchObject({ valid: false, code: 'rate_limited', evidence: { limit: 'hourly' } })
  expect(refused.key?.id).toMatch(/^key_/)
  expect(remaining(refused)).toEqual([2])
})

it('a cost of 0 takes nothing, counts nothing and still tells what is left', async () => {
  const gateway = createTestGateway()
  const { secret } = await seedKey({ planId: plans.small })
  for (let i = 0; i < 3; i++) expect(remaining(await verify(gateway, secret, { cost: 0 }))).toEqual([10])
  await verify(gateway, secret, { cost: 10 })
  expect(await verify(gateway, secret, { cost: 0 })).toMatchObject({ valid: true })
  expect(remaining(await verify(createTestGateway(), secret, { cost: 0 }))).toEqual([0])
  await gateway.settle()
  const counts = gateway.handedOver.flatMap((batch) => batch.counts)
  expect(counts.map(({ count, outcome, routeId }) => ({ count, outcome, routeId }))).toEqual([
    { count: 1, outcome: 'passed', routeId: '' },
  ])
})

it('of costs that are refused, an isolate remembers few, however many are asked for', async () => {
  const gateway = createTestGateway()
  const { secret, id } = await seedKey({ planId: plans.small })
  for (let cost = 11; cost < 111; cost++)
    expect((await verify(gateway, secret, { cost })).code).toBe('rate_limited')
  const { holdings = new Map() } = gateway.deps.memory.subjects.get(limiterName('key', id)) ?? {}
  expect([...holdings.values()].map(({ refusals }) => refusals.size)).toEqual([32])
  // The last one is still among them: it asks nobody.
  gateway.resetCalls()
  expect((await verify(gateway, secret, { cost: 110 })).code).toBe('rate_limited')
  expect(gateway.calls.limiterCalls).toBe(0)
})

it('of limits whose limiter cannot be reached, it says that it does not know', async () => {
  const gateway = createTestGateway()
  const { secret } = await seedKey({ planId: plans.small })
  gateway.faults.limiter = 'throws'
  const verdict = await verify(gateway, secret, { cost: 0 })
  expect(verdict).toMatchObject({ valid: true, limits: [{ remaining: null, resets_at: null }] })
})

it('a verdict says whose the key is and how each of its limits stands', async () => {
  const gateway = createTestGateway()
  const { organization, team, project } = await seedTenants()
  const { secret, id } = await seedKey({
    planId: plans.many,
    organizationId: organization,
    projectId: project,
    scopes: ['orders:read'],
    metadata: { tier: 2 },
    expiresAt: 4_102_444_800_000,
  })
  const verdict = await verify(gateway, secret, { cost: 0 })
  expect(verdict).toEqual({
    valid: true,
    code: null,
    status: 200,
    detail: null,
    evidence: {},
    retry_after_seconds: null,
    key: {
      id,
      organization_id: organization,
      team_id: team,
      project_id: project,
      project_name: 'Site',
      kind: 'secret',
      environment: 'live',
      scopes: ['orders:read'],
      plan: { id: plans.many, name: `Plan ${plans.many}` },
      expires_at: '2100-01-01T00:00:00.000Z',
      rotated: false,
      metadata: { tier: 2 },
      token_id: null,
    },
    limits: [
      {
        name: 'burst',
        kind: 'rate',
        per: 'project',
        limit: 5,
        period_seconds: 3600,
        period: null,
        remaining: 5,
        resets_at: expect.any(String),
      },
      {
        name: 'monthly',
        kind: 'quota',
        per: 'organization',
        limit: 100,
        period_seconds: null,
        period: 'month',
        remaining: 100,
        resets_at: expect.any(String),
      },
    ],
  })
})

it("somebody else's key is unknown, and nothing is taken of its budget", async () => {
  const gateway = createTestGateway()
  const { organization, team, project } = await seedTenants()
  const place = { organizationId: organization, projectId: project }
  const { secret } = await seedKey({ planId: plans.small, ...place })
  const revoked = await seedKey({ state: 'revoked', ...place })
  const elsewhere = await seedTenants()
  for (const within of [
    { organizationId: elsewhere.organization },
    { organizationId: organization, teamId: elsewhere.team },
    { organizationId: elsewhere.organization, teamId: team },
  ])
    for (const text of [secret, revoked.secret]) {
      const verdict = await verify(gateway, text, { cost: 10, within })
      expect(verdict).toMatchObject({ valid: false, code: 'key_unknown', key: null, limits: [] })
    }
  for (const within of [{ organizationId: organization }, { organizationId: organization, teamId: team }])
    expect(remaining(await verify(gateway, secret, { cost: 5, within }))).toHaveLength(1)
  expect(remaining(await verify(gateway, secret, { cost: 0 }))).toEqual([0])
})

it('it is logged as a request is, without the key', async () => {
  const gateway = createTestGateway()
  const { secret, id, hash } = await seedKey({ state: 'disabled' })
  await verify(gateway, secret)
  await gateway.settle()
  const lines = gateway.logs.filter(({ event }) => event === 'verification')
  expect(lines).toMatchObject([
    { outcome: 'refused', code: 'key_disabled', request_id: 'req_test', key_id: id },
  ])
  for (const text of [secret, hash]) expect(JSON.stringify(gateway.logs)).not.toContain(text)
})

it('verifications and requests share what the isolate holds of a limit', async () => {
  const gateway = createTestGateway()
  const { secret } = await seedKey({ planId: plans.small })
  for (let i = 0; i < 5; i++) {
    expect((await callWith(secret, gateway)).status).toBe(200)
    expect((await verify(gateway, secret)).valid).toBe(true)
  }
  expect((await callWith(secret, gateway)).status).toBe(429)
  expect((await verify(gateway, secret)).valid).toBe(false)
})
