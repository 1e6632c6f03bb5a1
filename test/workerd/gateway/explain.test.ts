// What is said of a request that was not made is what the gateway answers when it is made.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { explain } from '../../../src/gateway/explain.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import type { Sample } from '../../../src/model/explanation.ts'
import type { LimitFacts } from '../../../src/model/limits.ts'
import type { ConfigSnapshot, KeyFacts, RouteFacts } from '../../../src/model/snapshot.ts'
import { beginnings } from '../../support/legacy-formats.ts'
import { keyFacts, routeFacts } from '../../support/facts.ts'
import { callWith, createTestGateway, serveOn, type TestGateway } from '../../support/gateway-deps.ts'

/** Of an imported key: it has no check digits, so a test can make one up. */
const KEY = 'acme_0123456789abcdefghijklmnop'
const HASH = await digestKey(KEY)

let base: ConfigSnapshot

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const read = await createTestGateway().deps.readConfig({ epoch: 0, asOf: 0, now: 0 })
  if (!read.ok) throw new Error(read.error)
  const { settings } = read.value
  const target = { url: 'https://origin.test' }
  base = {
    ...read.value,
    upstreams: [{ id: 'up_1', name: 'Orders', target, timeoutMs: 1_000, retries: 0, headers: {} }],
    settings: { ...settings, gatewayId: 'test-gateway', legacyFormats: beginnings('acme_') },
  }
})

function gatewayWith(
  routes: readonly RouteFacts[],
  key: KeyFacts | null,
  plans: ConfigSnapshot['plans'] = [],
): TestGateway {
  const gateway = createTestGateway()
  const { deps } = gateway
  deps.kv = new Proxy(deps.kv, { get: () => async () => null })
  deps.readConfig = async ({ epoch, asOf, now }) => ({
    ok: true,
    value: { ...base, epoch, asOf, readAt: now, routes, plans, wasRouted: true },
  })
  deps.readKey = async (hash, { epoch, asOf, now }) => ({
    ok: true,
    value: { hash, epoch, asOf, readAt: now, key: hash === HASH ? key : null },
  })
  return gateway
}

function sampleOf(changes: Partial<Sample> = {}): Sample {
  return {
    method: 'GET',
    url: 'https://api.example.com/orders/1',
    headers: [],
    address: '203.0.113.7',
    country: 'CH',
    credential: { kind: 'as_sent' },
    ...changes,
  }
}

/** The code of the gateway's answer; null: the origin's; `preflight`. */
async function answerOf({ method, url, headers, address, country }: Sample, gateway: TestGateway) {
  const request = new Request('https://api.example.com/', {
    method,
    headers: [
      ...headers.map(([...pair]) => pair),
      ...(address === null ? [] : [['cf-connecting-ip', address]]),
    ],
    cf: country === null ? {} : { country },
  })
  // As it would come over the wire: a request that is made here has its URL in a normal form.
  const raw = new Proxy(request, {
    get: (target, name): unknown => (name === 'url' ? url : Reflect.get(target, name, target)),
  })
  const response = await serveOn(gateway, raw)
  await gateway.settle()
  if (response.status === 204) return 'preflight'
  if (response.headers.get('content-type') !== 'application/problem+json') return null
  const { code } = await response.json<{ code: string }>()
  return code
}

/** Mostly the first: what passes one rule must often pass the others too, or the last rules are never reached. */
function mostly<T>(usual: T, ...others: readonly T[]) {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(usual, ...others) },
  )
}

const routes = fc.array(
  fc.record({
    path: mostly('/*', '/orders/*', '/orders/:id', '/orders', '/admin/*'),
    hosts: mostly<readonly string[]>([], ['api.example.com'], ['*.example.com'], ['other.test']),
    methods: mostly<readonly string[]>([], ['GET'], ['POST'], ['GET', 'POST']),
    auth: mostly<RouteFacts['auth']>('required', 'optional', 'none'),
    scopes: mostly<readonly string[]>([], ['orders:read'], ['orders:read', 'orders:write']),
    environment: mostly<RouteFacts['environment']>(null, 'live', 'test'),
    pathMode: mostly<RouteFacts['pathMode']>('strict', 'encoded-slash', 'raw'),
    priority: mostly(0, 1),
    strict: fc.boolean(),
    cors: mostly<RouteFacts['cors']>(null, { origins: ['https://app.example.com'] }),
    credentialLocations: mostly<RouteFacts['credentialLocations']>(
      [{ in: 'bearer' }],
      [{ in: 'bearer' }, { in: 'header', name: 'x-api-key' }],
      [{ in: 'query', name: 'key' }],
      [{ in: 'cookie', name: 'key' }],
      [{ in: 'websocket_protocol' }],
    ),
  }),
  { minLength: 1, maxLength: 4 },
)

const keys = fc.record({
  state: mostly<KeyFacts['state']>('active', 'pending', 'disabled', 'revoked', 'organization_suspended'),
  expiresAtMs: mostly<number | null>(null, 1),
  environment: mostly<KeyFacts['environment']>('live', 'test'),
  kind: mostly<KeyFacts['kind']>('secret', 'publishable'),
  scopes: mostly<readonly string[]>(['orders:*'], ['orders:read'], []),
  network: mostly<KeyFacts['network']>(
    {},
    { addresses: ['203.0.113.0/24'] },
    { addresses: ['198.51.100.1'] },
    { countries: ['CH'] },
    { webOrigins: ['https://app.example.com'] },
  ),
})

const present = (header: readonly [string, string], often: 'often' | 'rarely') =>
  fc.oneof(
    { weight: often === 'often' ? 5 : 1, arbitrary: fc.constant([header]) },
    { weight: often === 'often' ? 1 : 5, arbitrary: fc.constant([]) },
  )

const samples = fc.record({
  method: mostly('GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE'),
  url: mostly(
    'https://api.example.com/orders/1',
    'https://api.example.com/orders',
    'https://api.example.com/admin/x?a=1',
    `https://api.example.com/orders/1?key=${KEY}&b=2`,
    'https://api.example.com/orders/%2e%2e/admin',
    'https://api.example.com/orders/a%2Fb',
    'https://api.example.com//orders;x',
    'https://other.test/orders/1?key=',
    'https://api.example.com:99999/',
  ),
  headers: fc
    .tuple(
      present(['authorization', `Bearer ${KEY}`], 'often'),
      present(['origin', 'https://app.example.com'], 'rarely'),
      present(['access-control-request-method', 'GET'], 'rarely'),
      present(['sec-websocket-protocol', `chat, latchkey.key.${KEY}`], 'rarely'),
      present(['x-api-key', 'acme_ffffffffffffffffffffffffff'], 'rarely'),
      present(['cookie', `a=b; key=${KEY}`], 'rarely'),
      present(['via', '1.1 test-gateway'], 'rarely'),
    )
    .map((headers) => headers.flat()),
  address: mostly<string | null>('203.0.113.7', '192.0.2.1', null),
  country: mostly<string | null>('CH', 'FR', null),
})

it('is the answer that the gateway gives, for any routes, any key and any request', async () => {
  const seen = new Set<string | null>()
  const property = fc.asyncProperty(routes, keys, samples, async (given, facts, asked) => {
    const gateway = gatewayWith(
      given.map((route, i) => routeFacts({ id: `route_${i}`, ...route })),
      keyFacts(facts),
    )
    const sample = sampleOf(asked)
    const { answer } = await explain(sample, gateway.deps)
    const told = answer.kind === 'preflight' ? 'preflight' : answer.code
    expect(gateway.calls.origin).toBe(0)
    seen.add(told)
    expect(told).toBe(await answerOf(sample, gateway))
  })
  await fc.assert(property, { numRuns: 1_000 })
  // What is compared is more than one refusal over and over.
  expect(seen.size).toBeGreaterThan(10)
})

describe('a key that is named, not sent', () => {
  const route = routeFacts({ path: '/orders/*', scopes: ['orders:read'] })

  it('answers as the same key sent', async () => {
    for (const location of [
      { in: 'bearer' },
      { in: 'header', name: 'x-api-key' },
      { in: 'query', name: 'key' },
      { in: 'cookie', name: 'key' },
      { in: 'websocket_protocol' },
    ] as const) {
      const gateway = gatewayWith(
        [{ ...route, credentialLocations: [location] }],
        keyFacts({ scopes: ['orders:read'] }),
      )
      const stored = await explain(sampleOf({ credential: { kind: 'stored', hash: HASH } }), gateway.deps)
      const text = await explain(sampleOf({ credential: { kind: 'text', text: KEY } }), gateway.deps)
      expect([stored.answer.kind, stored.originUrl], location.in).toEqual([
        'forwarded',
        'https://origin.test/orders/1',
      ])
      expect(text).toEqual(stored)
    }
  })

  it('is refused for what a key with these scopes lacks', async () => {
    const gateway = gatewayWith([route], null)
    const as = (scopes: readonly string[]) =>
      explain(sampleOf({ credential: { kind: 'imagined', scopes, environment: null } }), gateway.deps)
    expect((await as(['orders:read'])).answer.kind).toBe('forwarded')
    expect((await as(['orders:write'])).answer.code).toBe('scope_missing')
  })
})

describe('a key that is named beside others that are sent', () => {
  const stored = { kind: 'stored', hash: HASH } as const
  const explained = (changes: Partial<Sample>) =>
    explain(sampleOf({ credential: stored, ...changes }), gatewayWith([routeFacts()], keyFacts()).deps)

  it('is ambiguous beside another key, as the same key sent', async () => {
    const headers = [['x-api-key', 'acme_ffffffffffffffffffffffffff']] as const
    for (const credential of [stored, { kind: 'text', text: KEY } as const])
      expect((await explained({ credential, headers })).answer.code).toBe('key_ambiguous')
    expect((await explained({ headers: [['x-api-key', 'of-the-origin']] })).answer.kind).toBe('forwarded')
  })

  it('takes nothing else of the query along', async () => {
    const { originUrl } = await explained({ url: 'https://api.example.com/a?topic=explained&b=2' })
    expect(originUrl).toBe('https://origin.test/a?topic=explained&b=2')
  })
})

it('reads a web origin as a request does: two are none, and spaces around it are not part of it', async () => {
  const network = { webOrigins: ['https://app.example.com'] }
  for (const headers of [
    [['origin', '  https://app.example.com ']],
    [
      ['origin', 'https://app.example.com'],
      ['Origin', 'https://other.example.com'],
    ],
  ] as const) {
    const gateway = gatewayWith([routeFacts()], keyFacts({ network }))
    const sample = sampleOf({ headers: [...headers, ['authorization', `Bearer ${KEY}`]] })
    const { answer } = await explain(sample, gateway.deps)
    expect(answer.code).toBe(await answerOf(sample, gateway))
  }
})

describe('what would allow it', () => {
  const explained = async (
    route: Partial<RouteFacts>,
    key: Partial<KeyFacts>,
    sample: Partial<Sample> = {},
  ) =>
    explain(
      sampleOf({ credential: { kind: 'stored', hash: HASH }, ...sample }),
      gatewayWith([routeFacts({ path: '/orders/*', ...route })], keyFacts(key)).deps,
    )

  it('names everything that is in the way, not the first thing alone', async () => {
    const { answer, steps, remedies } = await explained(
      { scopes: ['orders:read', 'orders:write'], environment: 'test' },
      { scopes: ['orders:read'], network: { countries: ['FR'] } },
    )
    expect(answer.code).toBe('environment_mismatch')
    expect(steps.filter(({ code }) => code !== null).map(({ step }) => step)).toEqual([
      'environment',
      'scopes',
      'country',
    ])
    expect(remedies.map(({ detail }) => detail)).toEqual([
      'Use a test key.',
      'Grant the scope orders:write.',
      'Allow the country CH in its network policy.',
    ])
    expect(remedies.every(({ action, target }) => action === 'change_key' && target === 'key_1')).toBe(true)
  })

  it('is true: a key that is changed as told passes', async () => {
    const route = { scopes: ['orders:read', 'orders:write'], environment: 'test' } as const
    const { answer } = await explained(route, {
      environment: 'test',
      scopes: ['orders:read', 'orders:write'],
    })
    expect(answer.kind).toBe('forwarded')
  })

  it('names the route that lacks the method', async () => {
    const { answer, remedies, nearby } = await explained({ methods: ['GET'] }, {}, { method: 'POST' })
    expect(answer.code).toBe('method_not_allowed')
    expect(nearby).toMatchObject([{ routeId: 'route_1', reason: 'method' }])
    expect(remedies).toEqual([{ action: 'change_route', target: 'route_1', detail: 'Add the method POST.' }])
  })

  it('names the method that a preflight asks for, not its own', async () => {
    const headers = [
      ['origin', 'https://app.example.com'],
      ['access-control-request-method', 'PUT'],
    ] as const
    const { answer, remedies } = await explained({ methods: ['GET'] }, {}, { method: 'OPTIONS', headers })
    expect(answer.code).toBe('method_not_allowed')
    expect(remedies).toEqual([{ action: 'change_route', target: 'route_1', detail: 'Add the method PUT.' }])
  })

  it('names the route that owns a path and does not take its form, and no other', async () => {
    const url = 'https://api.example.com/orders/a%2Fb'
    const { answer, routeId, nearby, remedies } = await explained({}, {}, { url })
    expect([answer.code, routeId, nearby]).toEqual(['request_invalid', 'route_1', []])
    expect(remedies).toMatchObject([{ action: 'change_route', target: 'route_1' }])
    expect(remedies[0]?.detail).toContain('Set path_mode to encoded-slash')
    const opened = await explained({ pathMode: 'encoded-slash' }, {}, { url })
    expect(opened.answer.kind).toBe('forwarded')
  })

  it('does not blame the path of a request that is wrong otherwise', async () => {
    const headers = [['sec-websocket-protocol', `latchkey.key.${KEY}`]] as const
    const { answer, remedies } = await explained(
      { pathMode: 'raw', credentialLocations: [{ in: 'websocket_protocol' }] },
      {},
      { credential: { kind: 'as_sent' }, headers },
    )
    expect(answer.code).toBe('request_invalid')
    expect(remedies).toMatchObject([{ action: 'change_request', target: null }])
  })

  it('names the route whose upstream is not there', async () => {
    const { answer, remedies } = await explained({ upstreamId: 'up_gone' }, {})
    expect(answer.code).toBe('not_configured')
    expect(remedies).toMatchObject([{ action: 'change_route', target: 'route_1' }])
  })

  it('names the host and the spelling that a route would have taken', async () => {
    const other = await explained({ hosts: ['shop.example.com'] }, {})
    expect(other.nearby).toMatchObject([{ routeId: 'route_1', reason: 'host' }])
    expect(other.remedies).toMatchObject([
      { action: 'change_route', detail: 'Add the host api.example.com.' },
    ])
    const upper = await explained({}, {}, { url: 'https://api.example.com/Orders/1' })
    expect(upper.nearby).toMatchObject([{ routeId: 'route_1', reason: 'spelling' }])
    expect(upper.remedies[0]?.detail).toContain('/orders/1')
  })

  it('does not tell to enable a key that waits for something else', async () => {
    expect((await explained({}, { state: 'disabled' })).remedies).toMatchObject([{ action: 'change_key' }])
    expect((await explained({}, { state: 'pending' })).remedies).toMatchObject([{ action: 'change_request' }])
  })

  it('says of a preflight whether a browser will take it for permission', async () => {
    const preflight = async (cors: RouteFacts['cors']) => {
      const headers = [
        ['origin', 'https://app.example.com'],
        ['access-control-request-method', 'GET'],
      ] as const
      const { answer, steps } = await explained({ cors }, {}, { method: 'OPTIONS', headers })
      expect(answer.kind).toBe('preflight')
      return steps.at(-1)?.detail
    }
    expect(await preflight({ origins: ['https://app.example.com'] })).toContain('from the CORS policy')
    expect(await preflight({ origins: ['https://other.example.com'] })).toContain('a browser refuses')
    expect(await preflight(null)).toContain('no CORS policy')
  })

  it('names the way in which a key is sent', async () => {
    const { answer, remedies } = await explained({}, {}, { credential: { kind: 'as_sent' } })
    expect(answer.code).toBe('key_missing')
    expect(remedies[0]?.detail).toBe('Send a key as Authorization: Bearer, or as the header x-api-key.')
  })
})

describe('limits', () => {
  const limit: LimitFacts = {
    name: 'per-minute',
    limit: 2,
    periodSeconds: 60,
    burst: 2,
    algorithm: 'gcra',
    per: 'key',
    enforcement: 'exact',
    onOutage: 'deny',
  }
  const plan = { id: 'plan_1', name: 'Small', limits: [limit], quotas: [] }
  const asKey = sampleOf({ credential: { kind: 'stored', hash: HASH } })
  const limited = (changes: Partial<RouteFacts> = {}, given = plan) =>
    gatewayWith(
      [routeFacts({ path: '/*', ...changes })],
      keyFacts({ planId: 'plan_1', lineage: crypto.randomUUID() }),
      [given],
    )

  it('stand as this isolate knows them, and are not charged', async () => {
    const gateway = limited()
    expect((await explain(asKey, gateway.deps)).limits).toEqual([
      { name: 'per-minute', per: 'key', limit: 2, cost: 1, remaining: null, resetAtMs: null },
    ])
    await callWith(KEY, gateway)
    for (let i = 0; i < 5; i++)
      expect((await explain(asKey, gateway.deps)).limits).toMatchObject([{ remaining: 1 }])
    await callWith(KEY, gateway)
    const { code } = await callWith(KEY, gateway)
    const { answer, remedies } = await explain(asKey, gateway.deps)
    expect([code, answer.code]).toEqual(['rate_limited', 'rate_limited'])
    expect(remedies.map(({ action, target }) => [action, target])).toEqual([
      ['wait', null],
      ['change_plan', 'plan_1'],
    ])
  })

  it('refuse for good what costs more than they ever hold, as the gateway does', async () => {
    for (const gateway of [
      limited({ cost: 3 }),
      limited({}, { ...plan, limits: [{ ...limit, limit: 0 }] }),
    ]) {
      const { answer, remedies } = await explain(asKey, gateway.deps)
      expect(answer.code).toBe((await callWith(KEY, gateway)).code)
      expect(answer.code).toBe('rate_limited')
      expect(remedies.map(({ action }) => action)).toEqual(['change_plan'])
    }
  })
})

it('leaves nothing behind: no log, no usage, no address that is watched, no call of a limiter', async () => {
  const gateway = gatewayWith([routeFacts({ path: '/*' })], keyFacts())
  const unknown = { kind: 'text', text: 'acme_zzzzzzzzzzzzzzzzzzzzzzzzzz' } as const
  for (const url of ['https://api.example.com/', 'http://api.example.com/'])
    for (const credential of [unknown, { kind: 'stored', hash: HASH } as const])
      await explain(sampleOf({ url, credential }), gateway.deps)
  await gateway.settle()
  expect(gateway.logs).toEqual([])
  expect(gateway.handedOver).toEqual([])
  expect(gateway.deps.memory.failedAddresses.get('203.0.113.7')).toBeUndefined()
  expect([gateway.calls.failures, gateway.calls.limiterCalls, gateway.calls.origin]).toEqual([0, 0, 0])
})
