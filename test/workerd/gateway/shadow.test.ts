// Shadow mode: keys that nobody knows are put to the system that made them, learned, and not asked about again.
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { settings } from '../../../src/model/schema/routing.ts'
import { callWith, createTestGateway, testConfig, type TestGateway } from '../../support/gateway-deps.ts'
import { active, beside, OLD_VERIFIER, type OldSystem } from '../../support/old-system.ts'
import { seedGateway, seedRoute } from '../../support/seed.ts'
import { call, createProject } from '../control/client.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'

const AUTHORIZATION = 'Bearer of-the-old-system'
const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()

let count = 0
const nextKey = (prefix = 'acme_') =>
  `${prefix}${(++count).toString(36).padStart(4, '0')}9c5Y1UxQtMpIlEhAd6Z2Vy`
let project: { projectId: string; organizationId: string }
let gateway: TestGateway
const old: OldSystem = { asked: [], answer: () => active() }

const verifier = (more: object = {}) => ({
  url: OLD_VERIFIER,
  protocol: 'introspection',
  authorization: AUTHORIZATION,
  project_id: project.projectId,
  until: inDays(30),
  ...more,
})
const declare = (...verifiers: readonly object[]) =>
  call<{ settings?: unknown; shadow_verifiers: object[]; errors?: { pointer: string }[] }>(
    '/_latchkey/v1/settings',
    { method: 'PATCH', json: { shadow_verifiers: verifiers } },
  )
const present = (key: string, on = gateway) => callWith(key, on, '/plain')
const learned = async (key: string) =>
  db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.hash, await digestKey(key)))
    .get()

const shadowed = () => beside(old)

beforeAll(async () => {
  await seedGateway()
  await seedRoute({ path: '/plain' })
  await call('/_latchkey/v1/settings', {
    method: 'PATCH',
    json: { legacy_formats: [{ prefix: 'acme_' }, { prefix: 'old_' }] },
  })
})
beforeEach(async () => {
  project = await createProject()
  old.asked = []
  old.answer = () => active()
  gateway = shadowed()
  expect((await declare(verifier())).status).toBe(200)
})

describe('a key that the old system knows', () => {
  it('passes, is stored by its SHA-256, and is not asked about again', async () => {
    const key = nextKey()
    old.answer = () =>
      active({
        scope: 'orders:read Orders.Write orders:read',
        client_id: 'Shop',
        sub: 'c-1',
        exp: Math.floor(Date.now() / 1000) + 3600,
      })
    expect(await present(key)).toMatchObject({ status: 200 })
    expect(await learned(key)).toMatchObject({
      projectId: project.projectId,
      name: 'Shop',
      scopes: ['orders:read'],
      metadata: { sub: 'c-1', client_id: 'Shop' },
      importedAs: 'learned',
      start: 'acme_',
      createdBy: 'shadow',
    })
    expect((await learned(key))?.expiresAt).toBeGreaterThan(Date.now())
    await present(key)
    expect(await present(key, shadowed())).toMatchObject({ status: 200 })
    expect(old.asked).toHaveLength(1)
    expect((await eventsOf(project.organizationId)).map(({ action }) => action)).toContain('key.learned')
    expect(await breaksOf(project.organizationId)).toEqual([])
  })

  it('is asked about as RFC 7662 says, with what the verifier wants of whoever asks', async () => {
    const key = nextKey()
    await present(key)
    const [{ url, init } = { url: '', init: {} }] = old.asked
    const request = new Request(url, init)
    expect([url, request.method, request.headers.get('authorization')]).toEqual([
      OLD_VERIFIER,
      'POST',
      AUTHORIZATION,
    ])
    expect(request.headers.get('content-type')).toContain('application/x-www-form-urlencoded')
    expect(await request.text()).toBe(`token=${key}`)
    expect(init.redirect).toBe('manual')
  })

  it('has the scopes that its verifier is declared with where none are told', async () => {
    await declare(verifier({ scopes: ['orders:read'] }))
    const key = nextKey()
    await present(key)
    expect(await learned(key)).toMatchObject({ scopes: ['orders:read'], name: 'learned', expiresAt: null })
  })

  it('is one key however many present it at the same time', async () => {
    const key = nextKey()
    const gateways = [gateway, shadowed(), shadowed()]
    const answers = await Promise.all(gateways.flatMap((one) => [present(key, one), present(key, one)]))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
    const events = (await eventsOf(project.organizationId)).filter(({ action }) => action === 'key.learned')
    expect(events).toHaveLength(1)
  })

  it('is revoked here like any other, and not learned again', async () => {
    const key = nextKey()
    await present(key)
    await call(`/_latchkey/v1/keys/${(await learned(key))?.id}/revoke`, { json: {} })
    expect(await present(key, shadowed())).toMatchObject({ code: 'key_revoked' })
    expect(old.asked).toHaveLength(1)
  })
})

describe('the protocol bearer', () => {
  beforeEach(async () => {
    await declare(verifier({ protocol: 'bearer', authorization: undefined }))
  })

  it('sends the key as its consumer does, and believes the status', async () => {
    const key = nextKey()
    old.answer = () => new Response('anything', { status: 204 - 4 })
    expect(await present(key)).toMatchObject({ status: 200 })
    const request = new Request(old.asked[0]?.url ?? '', old.asked[0]?.init)
    expect([request.method, request.headers.get('authorization')]).toEqual(['GET', `Bearer ${key}`])
  })

  it.each([401, 403, 404])('a key is unknown at %i', async (status) => {
    old.answer = () => new Response(null, { status })
    const key = nextKey()
    expect(await present(key)).toMatchObject({ status: 401, code: 'key_unknown' })
    expect(await learned(key)).toBeUndefined()
  })

  it.each([302, 429, 500])('nobody knows at %i', async (status) => {
    old.answer = () => new Response(null, { status })
    expect(await present(nextKey())).toMatchObject({ status: 503, code: 'verification_unavailable' })
  })
})

describe('a key that the old system does not know', () => {
  it('is unknown, and for ten seconds not asked about again', async () => {
    old.answer = () => Response.json({ active: false })
    const key = nextKey()
    expect(await present(key)).toMatchObject({ status: 401, code: 'key_unknown' })
    await present(key)
    expect(old.asked).toHaveLength(1)
    expect(await learned(key)).toBeUndefined()
    // It may be made there at any time.
    old.answer = () => active()
    gateway.clockMs += 11_000
    expect(await present(key)).toMatchObject({ status: 200 })
  })

  it('nor one that has expired there', async () => {
    old.answer = () => active({ exp: Math.floor(Date.now() / 1000) - 1 })
    expect(await present(nextKey())).toMatchObject({ code: 'key_unknown' })
  })

  it.each([
    ['an error', () => new Response(null, { status: 500 })],
    ['a page', () => new Response('<html>')],
    ['no `active`', () => Response.json({ valid: true })],
    ['an answer without end', () => new Response('x'.repeat(70_000))],
    ['no answer', () => Promise.reject(new Error('injected: connection refused'))],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
  ])('is not told from a good one by %s', async (_, given) => {
    old.answer = given
    const key = nextKey()
    expect(await present(key)).toMatchObject({ status: 503, code: 'verification_unavailable' })
    old.answer = () => active()
    expect(await present(key)).toMatchObject({ status: 200 })
  })
})

describe('is not asked', () => {
  it('once its end has come', async () => {
    gateway.clockMs += 31 * DAY_MS
    expect(await present(nextKey())).toMatchObject({ code: 'key_unknown' })
    expect(old.asked).toEqual([])
  })

  it('about keys of another prefix; the longest that fits is asked', async () => {
    await declare(
      verifier({ prefix: 'old_' }),
      verifier({ prefix: 'old_x', url: 'https://old.example.com/other' }),
    )
    expect(await present(nextKey('acme_'))).toMatchObject({ code: 'key_unknown' })
    await present(nextKey('old_'))
    await present(nextKey('old_x'))
    expect(old.asked.map(({ url }) => url)).toEqual([OLD_VERIFIER, 'https://old.example.com/other'])
  })

  it('about native keys, nor about those that are known', async () => {
    await present('lk_live_9c5Y1UxQtMpIlEhAd6Z2VyRuNqJmFiBed7KH3s')
    expect(old.asked).toEqual([])
  })

  it('about weak ones, whose hash could be guessed from', async () => {
    const key = `acme_${++count}abcdefgh`
    expect(await present(key)).toMatchObject({ code: 'key_unknown' })
    expect([old.asked, await learned(key)]).toEqual([[], undefined])
    expect(gateway.logs).toContainEqual({ event: 'shadow_key_weak', project_id: project.projectId })
  })
})

describe('a key is not learned', () => {
  it('where a policy above its project forbids it, and the log says which', async () => {
    await call(`/_latchkey/v1/projects/${project.projectId}`, {
      method: 'PATCH',
      json: { policy: { never_expires: 'refuse' } },
    })
    const key = nextKey()
    expect(await present(key)).toMatchObject({ code: 'key_unknown' })
    expect(gateway.logs).toContainEqual({
      event: 'shadow_key_refused',
      project_id: project.projectId,
      reason: 'The policy of the project wants keys to expire.',
    })
  })

  it('where its project was deleted', async () => {
    await call(`/_latchkey/v1/projects/${project.projectId}`, { method: 'DELETE' })
    expect(await present(nextKey())).toMatchObject({ code: 'key_unknown' })
  })
})

describe('a verifier is declared', () => {
  it('without its authorization being shown or told, which stays with its URL', async () => {
    const shown = await call<{ shadow_verifiers: Record<string, unknown>[] }>('/_latchkey/v1/settings')
    expect(shown.body.shadow_verifiers).toMatchObject([
      {
        url: OLD_VERIFIER,
        prefix: '',
        project_id: project.projectId,
        organization_id: project.organizationId,
      },
    ])
    expect(shown.text).not.toContain('of-the-old-system')
    const [row] = await db.select().from(settings).where(eq(settings.name, 'shadow_verifiers'))
    expect(JSON.stringify(row)).not.toContain('of-the-old-system')
    expect(JSON.stringify(await eventsOf('platform'))).not.toContain('of-the-old-system')
    await declare(verifier({ authorization: undefined, until: inDays(60) }))
    await present(nextKey())
    expect(new Headers(old.asked[0]?.init.headers).get('authorization')).toBe(AUTHORIZATION)
    await declare(verifier({ authorization: undefined, url: 'https://old.example.com/moved' }))
    await present(nextKey())
    expect(new Headers(old.asked[1]?.init.headers).get('authorization')).toBeNull()
  })

  it('with another authorization: it takes the place of the one before', async () => {
    await declare(verifier({ authorization: 'Bearer another' }))
    await present(nextKey())
    expect(new Headers(old.asked[0]?.init.headers).get('authorization')).toBe('Bearer another')
    await declare(verifier({ authorization: null }))
    await present(nextKey())
    expect(new Headers(old.asked[1]?.init.headers).get('authorization')).toBeNull()
  })

  it('under another LATCHKEY_SECRET: nobody knows, and no key is sent without it', async () => {
    const other = createTestGateway(testConfig({ secret: 'z'.repeat(40) }))
    other.deps.fetch = gateway.deps.fetch
    expect(await present(nextKey(), other)).toMatchObject({ status: 503 })
    expect(old.asked).toEqual([])
  })

  it.each([
    ['a private address', { url: 'https://10.0.0.1/introspect' }, '/shadow_verifiers/0/url'],
    ['cleartext', { url: 'http://old.example.com/introspect' }, '/shadow_verifiers/0/url'],
    ['this gateway itself', { url: 'https://gateway.example.com/x' }, '/shadow_verifiers/0/url'],
    ['an end that is over', { until: inDays(-1) }, '/shadow_verifiers/0/until'],
    ['an end that never comes', { until: inDays(400) }, '/shadow_verifiers/0/until'],
    [
      'a project that is not there',
      { project_id: 'prj_01jd8m0c9q3k1y6v0n2x4p5r7t' },
      '/shadow_verifiers/0/project_id',
    ],
    ['an authorization that has no place', { protocol: 'bearer' }, '/shadow_verifiers/0/authorization'],
    ['no end', { until: undefined }, '/shadow_verifiers/0/until'],
    ['a line feed', { authorization: 'a\nb' }, '/shadow_verifiers/0/authorization'],
  ])('and refused with %s', async (_, more, pointer) => {
    const { status, body } = await declare(verifier(more))
    expect([400, 422]).toContain(status)
    expect(body.errors?.[0]?.pointer).toBe(pointer)
  })
})
