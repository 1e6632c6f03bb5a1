// What a verification takes, tells and leaves behind.
import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { limiterName } from '../../../src/limits/rpc.ts'
import type { Question, Verdict } from '../../../src/model/verification.ts'
import { verifyKey } from '../../../src/gateway/verify.ts'
import { callWith, createTestGateway, type TestGateway } from '../../support/gateway-deps.ts'
import { mintSecret, seedGateway, seedKey, seedPlan, seedTenants } from '../../support/seed.ts'
import { lend } from '../../support/tokens.ts'

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
  const subject = gateway.deps.memory.subjects.get(limiterName('key', id))
  expect([...(subject?.holdings.values() ?? [])].map(({ refusals }) => refusals.size)).toEqual([32])
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

it('whoever is bound to an organization has nobody held up by naming an address', async () => {
  const gateway = createTestGateway()
  const address = '203.0.113.7'
  const { organization } = await seedTenants()
  const within = { organizationId: organization }
  gateway.faults.failures = 'refuses'
  for (let i = 0; i < 3; i++)
    expect((await verify(gateway, await mintSecret(), { address, within })).code).toBe('key_unknown')
  expect(gateway.calls.failures).toBe(0)
  const { secret } = await seedKey()
  expect((await callWith(secret, gateway, '/any', { 'cf-connecting-ip': address })).status).toBe(200)
})

it("somebody else's child token is unknown too, also after its end; one's own says when that was", async () => {
  const gateway = createTestGateway()
  const own = await seedTenants()
  const other = await seedTenants()
  const within = { organizationId: own.organization }
  const asked = async ({ organization, project }: typeof own, expiresAtMs: number) => {
    const parent = await seedKey({ organizationId: organization, projectId: project })
    const token = await lend(parent, { expiresAtMs })
    return Promise.all([false, true].map((strict) => verify(gateway, token, { within, strict, cost: 0 })))
  }
  const ended = gateway.clockMs - 1_000
  const unknown = { valid: false, code: 'key_unknown', evidence: {}, key: null }
  const foreign = [await asked(other, ended), await asked(other, gateway.clockMs + 60_000)].flat()
  expect(foreign).toMatchObject([unknown, unknown, unknown, unknown])
  expect(new Set(foreign.map((verdict) => JSON.stringify(verdict))).size).toBe(1)
  const expired = { code: 'key_expired', evidence: { expired_at: new Date(ended).toISOString() } }
  expect(await asked(own, ended)).toMatchObject([expired, expired])
})

it('what a key was before it moved away is not told with the verdict that it is unknown', async () => {
  const gateway = createTestGateway()
  const { organization, project } = await seedTenants()
  const other = await seedTenants()
  const { secret, id, hash } = await seedKey({
    planId: plans.small,
    organizationId: organization,
    projectId: project,
  })
  const { limiter } = gateway.deps
  let isMoved = false
  // It moves while its limiter is asked, for longer than the bound.
  gateway.deps.limiter = (name) => ({
    ...limiter(name),
    async take(call) {
      if (!isMoved) {
        isMoved = true
        const to = [other.organization, other.project, id]
        await env.DB.prepare('UPDATE api_keys SET organization_id = ?, project_id = ? WHERE id = ?')
          .bind(...to)
          .run()
        await hubOf(env).publish([{ kind: 'key', subject: hash }])
        gateway.clockMs += 1_001
      }
      return limiter(name).take(call)
    },
  })
  const verdict = await verify(gateway, secret, { within: { organizationId: organization } })
  expect(verdict).toMatchObject({ valid: false, code: 'key_unknown', key: null, limits: [] })
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
