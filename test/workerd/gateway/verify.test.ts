// Whoever verifies a key is told what a request with it would be answered: each case is put to both, and the two are compared.
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import type { Question } from '../../../src/model/verification.ts'
import { verifyKey } from '../../../src/gateway/verify.ts'
import { notMigrated } from '../../../src/problem.ts'
import { err } from '../../../src/result.ts'
import { createTestGateway, serveOn, type TestGateway } from '../../support/gateway-deps.ts'
import { mintSecret, seedGateway, seedKey, seedPlan, seedRoute, seedTenants } from '../../support/seed.ts'

const ADDRESS = '203.0.113.7'
const WEB_ORIGIN = 'https://app.example.com'

interface Asked {
  readonly secret: string
  readonly path?: string
  readonly question?: Partial<Question>
  readonly country?: string
  readonly webOrigin?: string
}

interface Told {
  readonly code: unknown
  readonly status: number
  readonly detail: unknown
  readonly retryAfter: number | null
}

const question = (text: string, given: Partial<Question> = {}): Question => ({
  text,
  scopes: [],
  cost: 1,
  environment: null,
  strict: false,
  address: ADDRESS,
  country: null,
  webOrigin: null,
  within: null,
  ...given,
})

const verify = (gateway: TestGateway, asked: Question) => verifyKey(asked, 'req_test', gateway.deps)

/** What a request is told. */
async function toldToRequest(gateway: TestGateway, asked: Asked): Promise<Told> {
  const { secret, path = '/plain', country, webOrigin } = asked
  const headers = { authorization: `Bearer ${secret}`, 'cf-connecting-ip': ADDRESS }
  const request = new Request(`https://api.example.com${path}`, {
    headers: { ...headers, ...(webOrigin !== undefined && { origin: webOrigin }) },
    ...(country !== undefined && { cf: { country } }),
  })
  const response = await serveOn(gateway, request)
  const text = await response.text()
  await gateway.settle()
  const { code = null, detail = null }: { code?: unknown; detail?: unknown } = response.ok
    ? {}
    : JSON.parse(text)
  const retryAfter = response.headers.get('retry-after')
  return {
    code,
    status: response.status,
    detail,
    retryAfter: retryAfter === null ? null : Number(retryAfter),
  }
}

async function toldToVerifier(gateway: TestGateway, asked: Asked): Promise<Told> {
  const { secret, country = null, webOrigin = null } = asked
  const verdict = await verify(gateway, question(secret, { country, webOrigin, ...asked.question }))
  await gateway.settle()
  expect(verdict.valid).toBe(verdict.code === null)
  const { code, status, detail, retry_after_seconds: retryAfter } = verdict
  return { code, status, detail, retryAfter }
}

const past = Date.now() - 60_000
const made: Record<string, Asked> = {}

beforeAll(async () => {
  await seedGateway({ path: '/plain' })
  await seedRoute({ path: '/orders', scopes: ['orders:read', 'orders:write'] })
  await seedRoute({ path: '/test', environment: 'test' })
  await seedRoute({ path: '/strict', strict: true })
  await seedRoute({ path: '/dear', cost: 11 })
  const { organization, project } = await seedTenants()
  const suspend = async (table: string, id: string) => {
    await env.DB.prepare(`UPDATE ${table} SET state = 'suspended' WHERE id = ?`).bind(id).run()
  }
  const suspended = await seedTenants()
  await suspend('organizations', suspended.organization)
  const teamless = await seedTenants()
  await suspend('teams', teamless.team)
  const rate = { name: 'burst', periodSeconds: 60, per: 'key' } as const
  const secretOf = async (...row: Parameters<typeof seedKey>) => (await seedKey(...row)).secret
  const placed = (at: { organization: string; project: string }) => ({
    organizationId: at.organization,
    projectId: at.project,
  })
  const good = await secretOf()
  const publishable = { kind: 'publishable', network: { webOrigins: [WEB_ORIGIN] } } as const
  Object.assign(made, {
    good: { secret: good },
    'of a team': { secret: await secretOf(placed({ organization, project })) },
    'with all scopes': {
      secret: await secretOf({ scopes: ['orders:*'] }),
      path: '/orders',
      question: { scopes: ['orders:read', 'orders:write'] },
    },
    strict: { secret: good, path: '/strict', question: { strict: true } },
    'of a page': { secret: await secretOf(publishable), webOrigin: WEB_ORIGIN },
    'no key': { secret: 'nonsense' },
    'a wrong digit': { secret: good.slice(0, -1) + (good.endsWith('a') ? 'b' : 'a') },
    'a wrong digit, strictly': {
      secret: `${good.slice(0, -1)}_`,
      path: '/strict',
      question: { strict: true },
    },
    'no ASCII': { secret: 'lk_live_ä' },
    'too long': { secret: 'x'.repeat(300) },
    invented: { secret: await mintSecret() },
    revoked: { secret: await secretOf({ state: 'revoked', revokedAt: past }) },
    deleted: { secret: await secretOf({ state: 'deleted', deletedAt: past }) },
    disabled: { secret: await secretOf({ state: 'disabled' }) },
    pending: { secret: await secretOf({ state: 'pending', activatedAt: null }) },
    expired: { secret: await secretOf({ expiresAt: past }) },
    'past its grace': { secret: await secretOf({ rotatedToId: 'key_x', rotationGraceEndsAt: past }) },
    'of a suspended organization': { secret: await secretOf(placed(suspended)) },
    'of a suspended team': { secret: await secretOf(placed(teamless)) },
    'live, for test': { secret: good, path: '/test', question: { environment: 'test' } },
    'with half of the scopes': {
      secret: await secretOf({ scopes: ['orders:read'] }),
      path: '/orders',
      question: { scopes: ['orders:read', 'orders:write'] },
    },
    'from elsewhere': { secret: await secretOf({ network: { addresses: ['192.0.2.0/24'] } }) },
    'from another country': {
      secret: await secretOf({ network: { countries: ['CH'] } }),
      country: 'DE',
    },
    'from no country': { secret: await secretOf({ network: { countries: ['CH'] } }) },
    'from another page': { secret: await secretOf(publishable), webOrigin: 'https://evil.example.com' },
    'from no page': { secret: await secretOf(publishable) },
    'that costs too much': {
      secret: await secretOf({ planId: await seedPlan([{ ...rate, limit: 10 }]) }),
      path: '/dear',
      question: { cost: 11 },
    },
    'with a budget of 3': {
      secret: await secretOf({ planId: await seedPlan([{ ...rate, limit: 3, periodSeconds: 3600 }]) }),
    },
    'whose plan lets nothing pass': {
      secret: await secretOf({ planId: await seedPlan([], [{ name: 'all', limit: 0, period: 'month' }]) }),
    },
  } satisfies Record<string, Asked>)
})

const EXPECTED: readonly (readonly [name: string, code: string | null])[] = [
  ['good', null],
  ['of a team', null],
  ['with all scopes', null],
  ['strict', null],
  ['of a page', null],
  ['no key', 'key_malformed'],
  ['a wrong digit', 'key_malformed'],
  ['a wrong digit, strictly', 'key_malformed'],
  ['too long', 'key_malformed'],
  ['invented', 'key_unknown'],
  ['revoked', 'key_revoked'],
  ['deleted', 'key_revoked'],
  ['disabled', 'key_disabled'],
  ['pending', 'key_disabled'],
  ['expired', 'key_expired'],
  ['past its grace', 'key_expired'],
  ['of a suspended organization', 'organization_suspended'],
  ['of a suspended team', 'key_disabled'],
  ['live, for test', 'environment_mismatch'],
  ['with half of the scopes', 'scope_missing'],
  ['from elsewhere', 'address_not_allowed'],
  ['from another country', 'country_not_allowed'],
  ['from no country', 'country_not_allowed'],
  ['from another page', 'origin_not_allowed'],
  ['from no page', 'origin_not_allowed'],
  ['that costs too much', 'rate_limited'],
  ['whose plan lets nothing pass', 'quota_exceeded'],
]

function asked(name: string): Asked {
  const found = made[name]
  if (found === undefined) throw new Error(`no case ${name}`)
  return found
}

describe('a verdict is what a request would be answered', () => {
  it.each(EXPECTED)('for a key: %s', async (name, code) => {
    // Each on an isolate of its own, and then both on one, so that copies count as well as first looks.
    const shared = createTestGateway()
    const toRequest = await toldToRequest(createTestGateway(), asked(name))
    expect(toRequest.code).toBe(code)
    expect(await toldToVerifier(createTestGateway(), asked(name))).toEqual(toRequest)
    expect(await toldToVerifier(shared, asked(name))).toEqual(toRequest)
    expect(await toldToRequest(shared, asked(name))).toEqual(toRequest)
    expect(await toldToVerifier(shared, asked(name))).toEqual(toRequest)
  })

  it('for text that no header could carry', async () => {
    for (const text of ['', '\0', 'lk_live_ä', '\u{1f511}', ' '.repeat(1000)])
      expect((await verify(createTestGateway(), question(text))).code).toBe('key_malformed')
  })

  it('for a budget that both use up together', async () => {
    const { secret } = asked('with a budget of 3')
    const gateway = createTestGateway()
    expect((await toldToRequest(gateway, { secret })).code).toBeNull()
    expect((await toldToVerifier(gateway, { secret })).code).toBeNull()
    expect((await toldToRequest(gateway, { secret })).code).toBeNull()
    const toVerifier = await toldToVerifier(gateway, { secret })
    expect(toVerifier).toMatchObject({ code: 'rate_limited', status: 429 })
    expect(await toldToRequest(gateway, { secret })).toEqual(toVerifier)
    expect(await toldToVerifier(createTestGateway(), { secret })).toMatchObject({ code: 'rate_limited' })
  })

  it('for addresses that have failed too often', async () => {
    const gateway = createTestGateway()
    gateway.faults.failures = 'refuses'
    const first = { secret: await mintSecret() }
    expect((await toldToVerifier(gateway, first)).code).toBe('key_unknown')
    const second = { secret: await mintSecret() }
    const toVerifier = await toldToVerifier(gateway, second)
    expect(toVerifier).toMatchObject({ code: 'rate_limited', retryAfter: 60 })
    expect(await toldToRequest(gateway, second)).toEqual(toVerifier)
    // Whoever asks for somebody whose address is not known is not held up by it.
    const nobody = await toldToVerifier(gateway, { ...second, question: { address: null } })
    expect(nobody.code).toBe('key_unknown')
  })

  it('when storage is away, which says nothing of the key', async () => {
    const gateway = createTestGateway()
    await toldToRequest(gateway, asked('good'))
    const { secret } = await seedKey()
    Object.assign(gateway.faults, { kv: 'throws', d1: 'throws' })
    const toVerifier = await toldToVerifier(gateway, { secret })
    expect(toVerifier).toMatchObject({ code: 'verification_unavailable', status: 503, retryAfter: 2 })
    expect(await toldToRequest(gateway, { secret })).toEqual(toVerifier)
  })

  it('when the tables are missing', async () => {
    const gateway = createTestGateway()
    gateway.deps.readKey = async () => err('no_schema')
    const { secret } = await seedKey()
    const toVerifier = await toldToVerifier(gateway, { secret })
    expect(toVerifier).toMatchObject({ code: 'not_configured', detail: notMigrated().detail })
    expect(await toldToRequest(gateway, { secret })).toEqual(toVerifier)
  })

  it('when something is broken', async () => {
    const gateway = createTestGateway()
    const broken = () => {
      throw new Error('broken')
    }
    Object.assign(gateway.deps.memory, { keys: { get: broken } })
    const toVerifier = await toldToVerifier(gateway, asked('good'))
    expect(toVerifier).toMatchObject({ code: 'internal_error', status: 500 })
    expect(await toldToRequest(gateway, asked('good'))).toEqual(toVerifier)
  })

  it('after a revocation, as soon as a request is refused', async () => {
    const gateway = createTestGateway()
    const { secret, hash } = await seedKey()
    expect((await toldToVerifier(gateway, { secret })).code).toBeNull()
    await env.DB.prepare(`UPDATE api_keys SET state = 'revoked' WHERE hash = ?`).bind(hash).run()
    await hubOf(env).publish([{ kind: 'key', subject: hash }])
    gateway.clockMs += 1_001
    expect((await toldToVerifier(gateway, { secret })).code).toBe('key_revoked')
    expect((await toldToRequest(gateway, { secret })).code).toBe('key_revoked')
  })
})
