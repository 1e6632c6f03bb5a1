// A child token at the gateway: it stands for its parent with less, and never for longer or for more.
import { env } from 'cloudflare:workers'
import { decodeJwt } from 'jose'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { explain } from '../../../src/gateway/explain.ts'
import {
  callWith,
  createTestGateway,
  serveOn,
  testConfig,
  type TestGateway,
} from '../../support/gateway-deps.ts'
import { seedGateway, seedKey, seedPlan, seedRoute, seedTenants } from '../../support/seed.ts'
import { lend } from '../../support/tokens.ts'

const PLACES = [
  { in: 'bearer' },
  { in: 'header', name: 'x-api-key' },
  { in: 'query', name: 'key' },
  { in: 'cookie', name: 'key' },
  { in: 'websocket_protocol' },
] as const
const NO_STORAGE = { kvGet: 0, kvPut: 0, d1: 0 }

type Key = Awaited<ReturnType<typeof seedKey>>

let gateway: TestGateway
let parent: Key
let planId: string

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/orders', scopes: ['orders:read'] })
  await seedRoute({ path: '/users', scopes: ['users:read'] })
  await seedRoute({ path: '/test', environment: 'test' })
  await seedRoute({ path: '/strict', strict: true })
  await seedRoute({ path: '/optional', auth: 'optional' })
  await seedRoute({ path: '/open', auth: 'none', credentialLocations: [...PLACES] })
  await seedRoute({ path: '/places', credentialLocations: [...PLACES] })
  planId = await seedPlan([{ name: 'hourly', limit: 3, periodSeconds: 3600, per: 'key' }])
})

beforeEach(async () => {
  gateway = createTestGateway()
  parent = await seedKey({ scopes: ['orders:*', 'users:read'] })
})

const call = (token: string, path = '/any', headers: Readonly<Record<string, string>> = {}) =>
  callWith(token, gateway, path, headers)
const codeOf = async (token: string, path?: string) => (await call(token, path)).code
const toOrigin = () => gateway.toOrigin.at(-1)?.headers ?? new Headers()

/** As the control plane does it: D1, then the feed; and the bound passes. */
async function change(key: Key, set: string): Promise<void> {
  await env.DB.prepare(`UPDATE api_keys SET ${set} WHERE id = ?`).bind(key.id).run()
  await hubOf(env).publish([{ kind: 'key', subject: key.hash }])
  gateway.clockMs += 1_001
}

describe('a child token', () => {
  it('passes as its parent, and the origin is told that it is a token', async () => {
    const token = await lend(parent, { id: 'tok_1', scopes: ['orders:read'] })
    const answer = await call(token, '/orders')
    expect(answer.status).toBe(200)
    // That it ends soon is what it is for.
    expect(answer.headers.get('x-api-key-expiring')).toBeNull()
    const headers = toOrigin()
    expect(headers.get('x-consumer-key-id')).toBe(parent.id)
    expect(headers.get('x-consumer-scopes')).toBe('orders:read')
    expect(headers.get('x-credential-type')).toBe('child-token')
    expect(headers.get('x-credential-id')).toBe('tok_1')
    expect(headers.get('authorization')).toBeNull()
    const asserted = decodeJwt(headers.get('x-consumer-assertion') ?? '')
    expect(asserted).toMatchObject({ key_id: parent.id, token_id: 'tok_1', scope: 'orders:read' })
  })

  it('is not claimed by whoever sends such headers, and the key itself says nothing of one', async () => {
    const forged = { 'x-credential-type': 'child-token', X_Credential_Id: 'tok_1' }
    expect((await call(parent.secret, '/orders', forged)).status).toBe(200)
    expect(
      [...toOrigin().keys()].filter((name) => name.replaceAll('_', '-').startsWith('x-credential')),
    ).toEqual([])
    expect(decodeJwt(toOrigin().get('x-consumer-assertion') ?? '')).not.toHaveProperty('token_id')
  })

  it('is asserted no longer than it lives', async () => {
    const expiresAtMs = gateway.clockMs + 10_000
    await call(await lend(parent, { expiresAtMs }))
    const { exp = 0 } = decodeJwt(toOrigin().get('x-consumer-assertion') ?? '')
    expect(exp).toBe(Math.ceil(expiresAtMs / 1000))
  })

  it('ends to the millisecond, and says when', async () => {
    const expiresAtMs = gateway.clockMs + 60_000
    const token = await lend(parent, { expiresAtMs })
    gateway.clockMs = expiresAtMs - 1
    expect((await call(token)).status).toBe(200)
    gateway.clockMs = expiresAtMs
    const answer = await call(token)
    expect(answer).toMatchObject({ status: 401, code: 'key_expired' })
    expect(JSON.parse(answer.text)).toMatchObject({ expired_at: new Date(expiresAtMs).toISOString() })
    expect((await call(parent.secret)).status).toBe(200)
  })

  it('costs no storage once its parent is known, and none at all when it is bad', async () => {
    const token = await lend(parent)
    await call(parent.secret)
    gateway.resetCalls()
    for (let i = 0; i < 3; i++) expect((await call(token)).status).toBe(200)
    expect(gateway.calls).toMatchObject({ ...NO_STORAGE, origin: 3 })
    const fresh = await seedKey()
    gateway.resetCalls()
    for (const bad of [
      (await lend(fresh)).slice(0, -2),
      await lend(fresh, {}, { secret: 'another secret of this length, or more' }),
      await lend(fresh, {}, { deployment: 'another' }),
      await lend(fresh, { expiresAtMs: gateway.clockMs }),
    ])
      expect((await call(bad)).status).toBe(401)
    expect(gateway.calls).toMatchObject({ ...NO_STORAGE, origin: 0 })
  })

  it('that is bad costs a strict route no call', async () => {
    const token = await lend(parent)
    expect((await call(token, '/strict')).status).toBe(200)
    gateway.resetCalls()
    gateway.clockMs += 1
    const elsewhere = await lend(parent, {}, { deployment: 'another' })
    for (const bad of [elsewhere, token.slice(0, -1)])
      expect(await codeOf(bad, '/strict')).toBe('key_malformed')
    expect(gateway.calls).toMatchObject({ relay: 0, hub: 0, ...NO_STORAGE })
  })

  it('is kept by nobody: neither in memory nor in a log line', async () => {
    const token = await lend(parent)
    await call(token, `/any/${token}`)
    await call(`${token}x`, `/any/${token.slice(0, 80)}`)
    const [body = '', mac = ''] = token.slice(4).split('.')
    const told = JSON.stringify([gateway.logs, gateway.toOrigin.map(({ headers }) => [...headers])])
    for (const secret of [body.slice(0, 60), mac]) expect(told).not.toContain(secret)
    const refused = gateway.logs.filter(({ code }) => code === 'key_malformed')
    expect(refused).toMatchObject([{ path: '/any/<lkt_…>' }])
  })
})

describe('a child token passes where its parent does', () => {
  it('while LATCHKEY_SECRET is being replaced, as long as the one before it is set', async () => {
    const former = 'the secret before this one, forty characters'
    const token = await lend(parent, {}, { secret: former })
    expect(await codeOf(token)).toBe('key_malformed')
    const both = createTestGateway(testConfig({ previousSecret: former }))
    for (const text of [token, await lend(parent)])
      expect((await callWith(text, both, '/any')).status).toBe(200)
  })

  it('while LATCHKEY_SECRET is being replaced, minted where the new one is in force and used where it is not yet', async () => {
    const next = 'the secret after this one, of forty characters'
    const token = await lend(parent, {}, { secret: next })
    const behind = createTestGateway(testConfig({ previousSecret: next }))
    for (const text of [token, await lend(parent)])
      expect((await callWith(text, behind, '/any')).status).toBe(200)
  })

  it('while the feed is away and D1 says what is so now', async () => {
    Object.assign(gateway.faults, { relay: 'throws', hub: 'throws' })
    const token = await lend(parent)
    expect((await call(parent.secret)).status).toBe(200)
    expect((await call(token)).status).toBe(200)
  })
})

describe('a child token has no more than its parent', () => {
  it('of scopes, whatever it says and whatever the parent has lost since', async () => {
    const wider = await lend(parent, { scopes: ['users:*', 'orders:read', 'admin:all'] })
    expect(await codeOf(wider, '/orders')).toBeNull()
    expect(await codeOf(wider, '/users')).toBeNull()
    expect(toOrigin().get('x-consumer-scopes')).toBe('users:read orders:read')
    const none = await lend(parent, { scopes: [] })
    expect(await codeOf(none, '/orders')).toBe('scope_missing')
    const all = await lend(parent)
    await change(parent, `scopes = '["users:read"]'`)
    for (const token of [wider, all]) {
      expect(await codeOf(token, '/orders')).toBe('scope_missing')
      expect(await codeOf(token, '/users')).toBeNull()
    }
  })

  it('of life', async () => {
    const brief = await seedKey({ expiresAt: gateway.clockMs + 5_000 })
    const token = await lend(brief, { expiresAtMs: gateway.clockMs + 60_000 })
    expect(await codeOf(token)).toBeNull()
    gateway.clockMs += 5_000
    expect(await codeOf(token)).toBe('key_expired')
  })

  it('of environments, addresses, countries and pages', async () => {
    const seeded = async (row: Parameters<typeof seedKey>[0]) => lend(await seedKey(row))
    expect(await codeOf(await lend(parent), '/test')).toBe('environment_mismatch')
    expect(await codeOf(await seeded({ network: { addresses: ['192.0.2.0/24'] } }))).toBe(
      'address_not_allowed',
    )
    expect(await codeOf(await seeded({ network: { countries: ['CH'] } }))).toBe('country_not_allowed')
    expect(await codeOf(await seeded({ network: { webOrigins: ['https://a.example.com'] } }))).toBe(
      'origin_not_allowed',
    )
  })

  it('of budgets: all tokens of a key and the key itself use up one', async () => {
    const key = await seedKey({ planId })
    const tokens = [await lend(key), await lend(key)]
    for (const text of [key.secret, ...tokens]) expect(await codeOf(text)).toBeNull()
    for (const text of [key.secret, ...tokens]) expect(await codeOf(text)).toBe('rate_limited')
  })
})

describe('a child token dies with its parent', () => {
  it.each<[what: string, set: string, code: string]>([
    ['revoked', `state = 'revoked'`, 'key_revoked'],
    ['deleted', `state = 'deleted'`, 'key_revoked'],
    ['disabled', `state = 'disabled'`, 'key_disabled'],
    ['expired', `expires_at = 1`, 'key_expired'],
    ['rotated, its grace over', `rotated_to_id = 'key_x', rotation_grace_ends_at = 1`, 'key_expired'],
  ])('%s', async (_what, set, code) => {
    const token = await lend(parent)
    expect(await codeOf(token)).toBeNull()
    await change(parent, set)
    expect(await codeOf(token)).toBe(code)
    expect(await codeOf(parent.secret)).toBe(code)
  })

  it('suspended with its organization', async () => {
    const { organization, project } = await seedTenants()
    const key = await seedKey({ organizationId: organization, projectId: project })
    const token = await lend(key)
    expect(await codeOf(token)).toBeNull()
    await env.DB.prepare(`UPDATE organizations SET state = 'suspended' WHERE id = ?`).bind(organization).run()
    await hubOf(env).publish([{ kind: 'organization', subject: organization }])
    gateway.clockMs += 1_001
    expect(await codeOf(token)).toBe('organization_suspended')
  })

  it('never stored', async () => {
    expect(await codeOf(await lend({ hash: '0'.repeat(64) }))).toBe('key_unknown')
  })

  it('passes on while its parent is rotated, and moves with it', async () => {
    const token = await lend(parent)
    await change(parent, `rotated_to_id = 'key_x', rotation_grace_ends_at = ${gateway.clockMs + 60_000}`)
    expect(await codeOf(token)).toBeNull()
    const { organization, project } = await seedTenants()
    await change(parent, `organization_id = '${organization}', project_id = '${project}'`)
    expect(await codeOf(token)).toBeNull()
    expect(toOrigin().get('x-consumer-organization')).toBe(organization)
  })

  it('passes again when a revocation is taken back while it still lives', async () => {
    const token = await lend(parent)
    await change(parent, `state = 'revoked'`)
    expect(await codeOf(token)).toBe('key_revoked')
    await change(parent, `state = 'active'`)
    expect(await codeOf(token)).toBeNull()
  })
})

describe('a child token where keys stand', () => {
  const send = async (path: string, headers: Record<string, string>) => {
    const response = await serveOn(gateway, new Request(`https://api.example.com${path}`, { headers }))
    await gateway.settle()
    return response
  }

  it.each<[place: string, ask: (text: string) => [path: string, headers: Record<string, string>]]>([
    ['a bearer token', (text) => ['/places', { authorization: `bearer ${text}` }]],
    ['a header', (text) => ['/places', { 'x-api-key': text }]],
    ['the query', (text) => [`/places?a=1&key=${text}&b=2`, {}]],
    ['a cookie', (text) => ['/places', { cookie: `a=1; key=${text}; b=2` }]],
    [
      'a WebSocket protocol',
      (text) => ['/places', { 'sec-websocket-protocol': `chat, latchkey.key.${text}` }],
    ],
  ])('in %s: it passes, and is taken away', async (_place, ask) => {
    const token = await lend(parent)
    expect((await send(...ask(token))).status).toBe(200)
    const { url, headers } = gateway.toOrigin.at(-1) ?? {}
    expect(JSON.stringify([url, [...(headers ?? [])]])).not.toContain(token.slice(0, 40))
    expect((await send(...ask(await lend(parent, {}, { deployment: 'another' })))).status).toBe(401)
  })

  it('beside its parent is one credential too many; beside a token of the origin it is not', async () => {
    const token = await lend(parent)
    const both = await send('/places', { authorization: `Bearer ${parent.secret}`, 'x-api-key': token })
    expect(both.status).toBe(400)
    const beside = await send('/places', { authorization: 'Bearer a.b.c', 'x-api-key': token })
    expect(beside.status).toBe(200)
    expect(toOrigin().get('authorization')).toBe('Bearer a.b.c')
  })

  it('on an optional route passes if it is good, and is refused if it is not', async () => {
    const token = await lend(parent)
    expect(await codeOf(token, '/optional')).toBeNull()
    expect(toOrigin().get('x-consumer-key-id')).toBe(parent.id)
    expect(await codeOf(`${token}A`, '/optional')).toBe('key_malformed')
    expect(await codeOf(await lend(parent, { expiresAtMs: 1 }), '/optional')).toBe('key_expired')
  })

  it('on an open route is not judged, and does not reach the origin', async () => {
    const token = await lend(parent)
    expect((await call(token, '/open')).status).toBe(200)
    expect(toOrigin().get('authorization')).toBeNull()
    expect(toOrigin().get('x-consumer-key-id')).toBeNull()
  })
})

it('a stream that a child token opened ends with the token', async () => {
  gateway.deps.now = Date.now
  const body = () =>
    new ReadableStream({
      async pull(controller) {
        await scheduler.wait(50)
        controller.enqueue(new TextEncoder().encode('tick'))
      },
    })
  gateway.deps.fetch = async () => new Response(body())
  const token = await lend(parent, { expiresAtMs: Date.now() + 1_200 })
  const response = await serveOn(
    gateway,
    new Request('https://api.example.com/events', { headers: { authorization: `Bearer ${token}` } }),
  )
  expect(response.status).toBe(200)
  const read = async () => {
    for await (const _ of response.body ?? []);
    return 'complete'
  }
  expect(await read().catch(() => 'cut')).toBe('cut')
  expect(gateway.logs.filter(({ event }) => event === 'stream_closed')).toMatchObject([
    { code: 'key_expired' },
  ])
})

describe('a child token that is explained', () => {
  const remediesFor = async (token: string, path: string) => {
    const sample = {
      method: 'GET',
      url: `https://api.example.com${path}`,
      headers: [],
      address: null,
      country: null,
      credential: { kind: 'text', text: token },
    } as const
    const { answer, remedies } = await explain(sample, gateway.deps)
    return [answer.code, remedies.map(({ action, target }) => [action, target])]
  }

  it('is to be lent anew, with more or for longer: its key is not what is to be changed', async () => {
    const narrow = await lend(parent, { scopes: ['users:read'] })
    expect(await remediesFor(narrow, '/orders')).toEqual(['scope_missing', [['change_request', null]]])
    const ended = await lend(parent, { expiresAtMs: gateway.clockMs - 1 })
    expect(await remediesFor(ended, '/orders')).toEqual(['key_expired', [['change_request', null]]])
  })
})
