// What the holder of a key may do with the key alone: look, revoke, rotate, lend.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { lend } from '../../support/tokens.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { fails } from './wrap.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { MALFORMED } from './malformed-json.ts'
import { misfits, readDocument } from './openapi.ts'

const SELF = '/_latchkey/self'
const ROTATE = '/_latchkey/self/rotate'
const TOKEN = '/_latchkey/token'
const ENDPOINTS = [
  ['GET', SELF],
  ['DELETE', SELF],
  ['POST', ROTATE],
  ['POST', TOKEN],
] as const
const WRITES = ENDPOINTS.filter(([method]) => method !== 'GET')
const JSON_TYPE = { 'content-type': 'application/json' }

const NO_DATABASE = new Proxy(env.DB, {
  get() {
    throw new Error('storage was read')
  },
})

type View = Readonly<Record<string, unknown>>
interface Told {
  readonly key: View
  readonly secret: string
  readonly previous: View
  readonly token: View | null
  readonly plan: View | null
  readonly limits: readonly View[]
  readonly propagation: View | null
  readonly code?: string
  readonly detail?: string
}

const document = await readDocument()
const own = { organization: '', project: '', key: '', secret: '' }

const as = (token: string | null, method: string, path: string, given: Call = {}) =>
  call<Told>(path, { method, token, ...given })
const codeOf = async (token: string, method = 'GET', path: string = SELF) =>
  (await as(token, method, path)).body.code
const read = async (id: string) => (await call<View>(`/_latchkey/v1/keys/${id}`)).body
const makeKey = (fields: object = {}) =>
  create<CreatedKey>('keys', { project_id: own.project, name: 'Mine', ...fields })

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(async () => {
  const { organizationId, projectId } = await createProject({ self_rotation: true })
  Object.assign(own, { organization: organizationId, project: projectId })
  const { key, secret } = await makeKey({
    scopes: ['orders:*'],
    metadata: { note: 'pays late' },
    tags: ['watched'],
    external_id: crypto.randomUUID(),
  })
  Object.assign(own, { key: key.id, secret })
})

// Whoever holds a key may always end it (self-leaked.test.ts).
describe.each(ENDPOINTS.filter(([method]) => method !== 'DELETE'))('%s %s', (method, path) => {
  it.each([
    ['disabled', () => call(`/_latchkey/v1/keys/${own.key}/disable`, { json: {} }), 'key_disabled'],
    [
      'of a suspended organization',
      () => call(`/_latchkey/v1/organizations/${own.organization}/suspend`, { method: 'POST' }),
      'organization_suspended',
    ],
  ] as const)('refuses a key that is %s', async (_state, change, code) => {
    await change()
    expect(await codeOf(own.secret, method, path)).toBe(code)
  })

  it('refuses a key from where it may not be used', async () => {
    const { secret } = await makeKey({ network: { addresses: ['192.0.2.0/24'] } })
    expect(await codeOf(secret, method, path)).toBe('address_not_allowed')
    const from = (address: string) =>
      as(secret, method, path, { headers: { 'cf-connecting-ip': address } }).then(({ status }) => status)
    expect(await from('203.0.113.1')).toBe(403)
    expect(await from('192.0.2.1')).toBeLessThan(300)
  })
})

describe.each(ENDPOINTS)('%s %s', (method, path) => {
  it.each<[what: string, given: Call, code: string]>([
    ['no credential', { token: null }, 'key_missing'],
    ['the ADMIN_TOKEN', { token: env.ADMIN_TOKEN }, 'key_malformed'],
    ['an invented key', { token: `lk_live_${'a'.repeat(38)}` }, 'key_malformed'],
    ['an invented token', { token: `lkt_${'a'.repeat(80)}.${'a'.repeat(43)}` }, 'key_malformed'],
    ['a key in the query alone', { token: null }, 'key_missing'],
    ['a session', { token: null, headers: { cookie: '__Host-latchkey_session=x' } }, 'key_missing'],
  ])('refuses %s, before anything else is looked at', async (what, given, code) => {
    const query = what.includes('query') ? `?key=${own.secret}` : ''
    const answer = await call(path + query, { method, ...given, ...(method !== 'GET' && { raw: '[[' }) })
    expect(answer).toMatchObject({ status: 401, body: { code } })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="gateway.example.com"/)
  })

  it('refuses two keys, and takes one that stands in X-API-Key', async () => {
    const { secret } = await makeKey()
    const two = await as(own.secret, method, path, { headers: { 'x-api-key': secret } })
    expect(two).toMatchObject({ status: 400, body: { code: 'key_ambiguous' } })
    const one = await as(null, method, path, { headers: { 'x-api-key': own.secret } })
    expect(one.status).toBeLessThan(300)
  })

  it('answers the same over cleartext, whatever the key', async () => {
    for (const token of [own.secret, 'x', null]) {
      const answer = await as(token, method, path, { origin: 'http://gateway.example.com' })
      expect(answer).toMatchObject({ status: 403, body: { code: 'tls_required' } })
    }
    expect((await read(own.key)).state).toBe('active')
  })

  it.each<[state: string, change: string, code: string]>([
    ['revoked', 'revoke', 'key_revoked'],
    ['expired', 'expire', 'key_expired'],
  ])('refuses a key that is %s', async (_state, change, code) => {
    await call(`/_latchkey/v1/keys/${own.key}/${change}`, { json: {} })
    expect(await codeOf(own.secret, method, path)).toBe(code)
  })

  it('says that nobody can tell while storage is away', async () => {
    const away = { code: 'verification_unavailable', retryAfterSeconds: 2 } as const
    const deps = makeDeps({ authenticateHolder: async () => ({ ok: false, error: away }) })
    expect(await as(own.secret, method, path, { deps })).toMatchObject({ status: 503 })
  })

  it('has no other methods, and no slash behind it', async () => {
    const other = await as(own.secret, 'PUT', path)
    expect(other).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect((await as(own.secret, method, `${path}/`)).status).toBe(404)
  })
})

describe.each(WRITES)('the body of %s %s', (method, path) => {
  it('is refused where it is no JSON, or says more than it may', async () => {
    const refusals: readonly (readonly [string, Call])[] = [
      ['media_type_unsupported', { raw: 'a=b', headers: { 'content-type': 'text/plain' } }],
      ['request_invalid', { json: [] }],
      ['request_invalid', { json: { key_id: own.key } }],
      ['request_invalid', { json: { expires_at: '2099-01-01T00:00:00Z' } }],
      ['request_invalid', { raw: '{"__proto__":{"reason":"x"}}', headers: JSON_TYPE }],
      ['body_too_large', { json: { reason: 'x'.repeat(257 * 1024) } }],
      ...MALFORMED.map(([, raw]) => ['request_invalid', { raw, headers: JSON_TYPE }] as const),
    ]
    for (const [code, given] of refusals)
      expect((await as(own.secret, method, path, given)).body.code).toBe(code)
    expect((await read(own.key)).state).toBe('active')
  })

  it('is not even read of a child token or a publishable key', async () => {
    const token = await lend({ hash: await digestKey(own.secret) })
    const web_origins = ['https://app.example.com']
    const { secret } = await makeKey({ kind: 'publishable', network: { web_origins } })
    for (const credential of [token, secret]) {
      const headers = { origin: 'https://app.example.com', ...JSON_TYPE }
      const answer = await as(credential, method, path, { raw: '[[', headers })
      expect(answer).toMatchObject({ status: 403, body: { code: 'self_service_refused' } })
    }
    expect((await read(own.key)).state).toBe('active')
  })
})

describe('a key that asks too often', () => {
  const counted: string[] = []
  /** Says of every call that there were too many, or the number of calls after which it says so. */
  const allowing = (calls: number) =>
    makeDeps({
      ownCalls: {
        limit: async ({ key }) => {
          counted.push(key)
          return { success: counted.filter((other) => other === key).length <= calls }
        },
      },
    })
  beforeEach(() => {
    counted.length = 0
  })

  it.each([
    ['GET', SELF],
    ['POST', ROTATE],
    ['POST', TOKEN],
  ])('is held up at %s %s, before storage is read or a body', async (method, path) => {
    const answer = await as(own.secret, method, path, {
      deps: { ...allowing(0), databases: { primary: NO_DATABASE, shards: [NO_DATABASE] } },
      headers: { 'idempotency-key': 'guess' },
      ...(method === 'POST' && { raw: '[[' }),
    })
    expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited', limit: 'self-service' } })
    expect(answer.headers.get('retry-after')).toBe('60')
  })

  it('has one count for all of them', async () => {
    const deps = allowing(2)
    expect((await as(own.secret, 'GET', SELF, { deps })).status).toBe(200)
    expect((await as(own.secret, 'POST', TOKEN, { deps })).status).toBe(200)
    expect((await as(own.secret, 'POST', ROTATE, { deps })).status).toBe(429)
  })

  it('is not held up by those that it has lent itself to, who together have a count of their own', async () => {
    const deps = allowing(1)
    const hash = await digestKey(own.secret)
    const [first, second] = [await lend({ hash }), await lend({ hash })]
    const statuses: number[] = []
    for (const credential of [first, second, own.secret])
      statuses.push((await as(credential, 'GET', SELF, { deps })).status)
    expect(statuses).toEqual([200, 429, 200])
  })

  it.each([
    ['where the limiter fails', { limit: fails('limiter down') }],
    ['where there is none', null],
  ])('is not held up %s', async (_, ownCalls) => {
    expect((await as(own.secret, 'GET', SELF, { deps: makeDeps({ ownCalls }) })).status).toBe(200)
  })

  it('can always be revoked', async () => {
    expect((await as(own.secret, 'DELETE', SELF, { deps: allowing(0) })).status).toBe(200)
    expect(counted).toEqual([])
  })
})

describe('looking', () => {
  it('tells what the key is, and nothing of what its owner has noted about it', async () => {
    const { status, body, text, headers } = await as(own.secret, 'GET', SELF)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({
      key: { id: own.key, name: 'Mine', state: 'active', scopes: ['orders:*'], expires_at: null },
      token: null,
      plan: null,
      limits: [],
    })
    expect(String(body.key.last4)).toBe(own.secret.slice(-4))
    for (const word of ['pays late', 'watched', 'metadata', 'external_id']) expect(text).not.toContain(word)
    expect(misfits(body, { $ref: '#/components/schemas/Self' }, document)).toEqual([])
  })

  it('takes nothing of the limits that it tells, also where nothing is left', async () => {
    const plan = await create('plans', { name: 'P', limits: [{ name: 'all', limit: 0, period_seconds: 60 }] })
    const { secret } = await makeKey({ plan_id: plan.id })
    const { status, body } = await as(secret, 'GET', SELF)
    expect(status).toBe(200)
    expect(body).toMatchObject({ plan: { id: plan.id }, limits: [{ name: 'all', limit: 0, remaining: 0 }] })
    const roomy = await create('plans', {
      name: 'R',
      limits: [{ name: 'all', limit: 9, period_seconds: 60 }],
    })
    const other = await makeKey({ plan_id: roomy.id })
    for (let i = 0; i < 3; i++)
      expect((await as(other.secret, 'GET', SELF)).body.limits).toMatchObject([{ remaining: 9 }])
  })

  it('tells the holder of a child token what it was lent', async () => {
    const hash = await digestKey(own.secret)
    const token = await lend({ hash }, { id: 'tok_1', scopes: ['orders:read', 'users:read'] })
    const { body, text } = await as(token, 'GET', SELF)
    expect(body.key.id).toBe(own.key)
    expect(body.token).toMatchObject({ id: 'tok_1', scopes: ['orders:read'] })
    expect(text).not.toContain(hash)
  })

  it('tells of the grace of a key that is being replaced', async () => {
    const rotated = await call<{ key: View }>(`/_latchkey/v1/keys/${own.key}/rotate`, { json: {} })
    const { body } = await as(own.secret, 'GET', SELF)
    expect(body.key.rotated_to_id).toBe(rotated.body.key.id)
    expect(body.key.expires_at).toBe(body.key.rotation_grace_ends_at)
  })
})

describe('revoking', () => {
  it('ends the key as leaked unless it is told why, and says when that is in force', async () => {
    const deps = makeDeps()
    const { status, body } = await as(own.secret, 'DELETE', SELF, { deps })
    expect(status).toBe(200)
    expect(body.key).toMatchObject({ id: own.key, state: 'revoked', revocation_reason: 'leaked' })
    expect(body.propagation).toMatchObject({ relays_acknowledged: 2, relays_total: 2 })
    expect(misfits(body, { $ref: '#/components/schemas/RevokedOwnKey' }, document)).toEqual([])
    expect(deps.publishes).toEqual([[{ kind: 'key', subject: await digestKey(own.secret) }]])
    expect(await codeOf(own.secret)).toBe('key_revoked')
    const restored = await call(`/_latchkey/v1/keys/${own.key}/restore`, { method: 'POST' })
    expect(restored.status).toBe(409)
  })

  it('takes a reason, and leaves an event in the name of the key', async () => {
    await as(own.secret, 'DELETE', SELF, { json: { reason: 'no longer needed' } })
    const [event] = (await eventsOf(own.organization)).slice(-1)
    expect(event).toMatchObject({
      action: 'key.revoked',
      actor: { type: 'key', id: own.key, break_glass: false },
      changes: { revocation_reason: { from: null, to: 'no longer needed' } },
    })
    expect(await breaksOf(own.organization)).toEqual([])
    expect((await call(`/_latchkey/v1/keys/${own.key}/restore`, { method: 'POST' })).status).toBe(200)
  })

  it.each(['rotation_cancelled', ' Rotation_Cancelled '])(
    'takes no reason that only Latchkey gives: %j',
    async (reason) => {
      const holders = await as(own.secret, 'DELETE', SELF, { json: { reason } })
      const operators = await call(`/_latchkey/v1/keys/${own.key}/revoke`, { json: { reason } })
      for (const { status, body } of [holders, operators])
        expect([status, body]).toMatchObject([400, { errors: [{ pointer: '/reason' }] }])
      expect((await read(own.key)).state).toBe('active')
    },
  )

  it('tells no more where the feed does not take it', async () => {
    const deps = makeDeps({ publish: fails('hub down') })
    const { status, text } = await as(own.secret, 'DELETE', SELF, { deps })
    expect(status).toBe(503)
    expect(text).toContain('"stored":true')
    for (const word of ['pays late', 'watched', 'metadata']) expect(text).not.toContain(word)
  })

  it('touches no other key', async () => {
    const { key, secret } = await makeKey()
    await as(own.secret, 'DELETE', SELF)
    expect((await read(key.id)).state).toBe('active')
    expect((await as(secret, 'GET', SELF)).status).toBe(200)
  })
})

it('revoking oneself, rotating and a revocation by an operator at once are one after the other', async () => {
  const deps = makeDeps({ sleep: (ms) => scheduler.wait(Math.min(ms, 20)) })
  const rotations = ['a', 'b', 'b', 'b']
    .map((name) => name.repeat(22))
    .map((key) => as(own.secret, 'POST', ROTATE, { deps, headers: { 'idempotency-key': key } }))
  const operator = call(`/_latchkey/v1/keys/${own.key}/revoke`, { json: { reason: 'by an operator' }, deps })
  const [revoked, ...rotated] = await Promise.all([as(own.secret, 'DELETE', SELF, { deps }), ...rotations])
  expect((await operator).status).toBe(200)
  // Where the operator was first, the key is no credential any more.
  expect([200, 401]).toContain(revoked.status)
  expect(rotated.map(({ status }) => status).filter((status) => ![201, 401, 409].includes(status))).toEqual(
    [],
  )
  expect(new Set(rotated.flatMap(({ body }) => body.secret ?? [])).size).toBeLessThan(2)
  const reason = revoked.status === 200 ? 'leaked' : 'by an operator'
  expect(await read(own.key)).toMatchObject({ state: 'revoked', revocation_reason: reason })
  expect(await breaksOf(own.organization)).toEqual([])
})

describe('rotating', () => {
  it('gives a successor with the same facts, while the old key passes for the grace', async () => {
    const { status, body, headers } = await as(own.secret, 'POST', ROTATE, { json: { grace_seconds: 600 } })
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(misfits(body, { $ref: '#/components/schemas/RotatedOwnKey' }, document)).toEqual([])
    expect(body.previous).toMatchObject({ id: own.key, rotated_to_id: body.key.id })
    expect(body.key).toMatchObject({ scopes: ['orders:*'], expires_at: null })
    for (const text of [own.secret, body.secret]) expect((await as(text, 'GET', SELF)).status).toBe(200)
    const events = await eventsOf(own.organization)
    expect(events.at(-1)).toMatchObject({ action: 'key.rotated', actor: { type: 'key', id: own.key } })
  })

  it('is refused where the project does not allow it', async () => {
    const { projectId } = await createProject()
    const { secret } = await makeKey({ project_id: projectId })
    expect(await codeOf(secret, 'POST', ROTATE)).toBe('self_service_refused')
    await call(`/_latchkey/v1/projects/${projectId}`, { method: 'PATCH', json: { self_rotation: true } })
    expect((await as(secret, 'POST', ROTATE)).status).toBe(201)
  })

  it('is refused while a rotation is open', async () => {
    const { body } = await as(own.secret, 'POST', ROTATE)
    expect(await codeOf(own.secret, 'POST', ROTATE)).toBe('conflict')
    expect(await codeOf(body.secret, 'POST', ROTATE)).toBe('conflict')
  })

  it('takes no Idempotency-Key that could be guessed: it would tell the successor to whoever has the old key', async () => {
    for (const key of ['1', 'x'.repeat(21)]) {
      const { status, body } = await as(own.secret, 'POST', ROTATE, { headers: { 'idempotency-key': key } })
      expect(status).toBe(400)
      expect(body.detail).toContain('openssl rand -hex 16')
      expect(body.secret).toBeUndefined()
    }
    expect((await read(own.key)).rotated_to_id).toBeNull()
    const parameters = document.paths[ROTATE]?.post?.parameters ?? []
    expect(parameters.find(({ name }) => name === 'Idempotency-Key')).toMatchObject({
      schema: { pattern: '^[!-~]{22,255}$' },
    })
  })

  it('can be repeated under an Idempotency-Key where the answer was lost', async () => {
    const headers = { 'idempotency-key': 'x'.repeat(22) }
    const first = await as(own.secret, 'POST', ROTATE, { headers })
    const second = await as(own.secret, 'POST', ROTATE, { headers })
    expect(second.text).toBe(first.text)
    expect(first.status).toBe(201)
  })

  it.each([0, 59, 2_592_001, 1.5, '600'])('takes no grace of %j', async (grace) => {
    const { status, body } = await as(own.secret, 'POST', ROTATE, { json: { grace_seconds: grace } })
    expect(status).toBe(400)
    expect(body.code).toBe('request_invalid')
  })
})

describe('lending', () => {
  interface Lent {
    readonly token: string
    readonly [field: string]: unknown
  }
  const mint = (json?: object, secret = own.secret, given: Call = {}) =>
    call<Lent>(TOKEN, { method: 'POST', token: secret, ...(json && { json }), ...given })

  it('gives a token that passes as the key, for five minutes unless it is told how long', async () => {
    const at = 1_900_000_000_000
    const { status, body, headers } = await mint(undefined, own.secret, { deps: makeDeps({ now: () => at }) })
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(misfits(body, { $ref: '#/components/schemas/Token' }, document)).toEqual([])
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      expires_at: new Date(at + 300_000).toISOString(),
      scope: 'orders:*',
      key_id: own.key,
    })
    const brief = (await mint({ expires_in_seconds: 60, scopes: ['orders:read'] })).body
    expect(brief).toMatchObject({ expires_in: 60, scope: 'orders:read' })
    const verdict = await call('/_latchkey/v1/keys/verify', { json: { key: brief.token, cost: 0 } })
    expect(verdict.body).toMatchObject({
      valid: true,
      key: { id: own.key, token_id: brief.id, scopes: ['orders:read'], expires_at: brief.expires_at },
    })
  })

  it('stores nothing, and logs the token by its id', async () => {
    const deps = makeDeps()
    const before = await eventsOf(own.organization)
    const { body } = await mint({}, own.secret, { deps })
    expect(await eventsOf(own.organization)).toEqual(before)
    expect(deps.logged).toEqual([
      { event: 'token_minted', request_id: 'req_test', key_id: own.key, token_id: body.id },
    ])
  })

  it('gives no scope that the key lacks', async () => {
    for (const scopes of [['users:read'], ['orders:read', '*'], ['*:read'], ['orders-admin:read']]) {
      const answer = await mint({ scopes })
      expect(answer).toMatchObject({ status: 403, body: { code: 'scope_missing' } })
    }
    expect((await mint({ scopes: ['orders:*', 'orders:read:own'] })).status).toBe(200)
    expect((await mint({ scopes: [] })).body.scope).toBe('')
  })

  it('gives no longer life than the key has', async () => {
    const expires_at = new Date(Date.now() + 120_000).toISOString()
    const { secret } = await makeKey({ expires_at })
    expect((await mint({ expires_in_seconds: 3600 }, secret)).body.expires_at).toBe(expires_at)
  })

  it.each([59, 3601, 60.5, -1, null, '300'])('takes no life of %j seconds', async (seconds) => {
    expect((await mint({ expires_in_seconds: seconds })).status).toBe(400)
  })

  it('ends with the key', async () => {
    const { body } = await mint()
    expect((await as(body.token, 'GET', SELF)).status).toBe(200)
    await as(own.secret, 'DELETE', SELF)
    expect(await codeOf(body.token)).toBe('key_revoked')
  })
})
