// POST /upstreams/{id}/test: what is sent, what is told of each end it can come to, and what is never called.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, expect, it } from 'vitest'
import type { ControlDeps } from '../../../src/control/deps.ts'
import { upstreams } from '../../../src/model/schema/routing.ts'
import { randomBytes } from '../../../src/random.ts'
import { open } from '../../../src/store/database.ts'
import { readConfigSnapshot } from '../../../src/store/snapshots.ts'
import { call, create, databases, makeDeps } from './client.ts'
import { misfits, readDocument } from './openapi.ts'

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

let id = ''
let serviceId = ''

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  id = (await create('upstreams', { name: 'A', url: 'https://origin.example.org/v1', timeout_ms: 20 })).id
  serviceId = (await create('upstreams', { name: 'B', service: 'ORDERS' })).id
  await open(env.DB)
    .update(upstreams)
    .set({ headers: { 'x-origin-token': 'hidden-value' } })
    .where(eq(upstreams.id, id))
})

const test = (of: string, json: object, changes: Partial<ControlDeps>) =>
  call(`/_latchkey/v1/upstreams/${of}/test`, { json, deps: makeDeps(changes) })

function origin(answer: () => Promise<Response> | Response) {
  const sent: Sent[] = []
  const fetch = async (url: string, init: RequestInit) => {
    sent.push({ url, init })
    return answer()
  }
  return { sent, fetch }
}

it('sends one request as the gateway would, and tells its status and nothing else of the answer', async () => {
  const { sent, fetch } = origin(() => new Response('who may read this?', { headers: { 'x-inside': 'yes' } }))
  const { status, body, text, headers } = await test(id, { method: 'GET', path: '/health' }, { fetch })
  expect([status, body]).toEqual([
    200,
    {
      reached: true,
      status: 200,
      duration_ms: expect.any(Number),
      failure: null,
      detail: 'It answers: 200.',
    },
  ])
  expect(sent).toHaveLength(1)
  expect(sent[0]).toMatchObject({
    url: 'https://origin.example.org/v1/health',
    init: { method: 'GET', redirect: 'manual', headers: { 'x-origin-token': 'hidden-value' } },
  })
  expect(text).not.toMatch(/who may|hidden-value/)
  expect(headers.has('x-inside')).toBe(false)
})

it('can be known by a gateway that it comes back to, as a request that is forwarded', async () => {
  const { sent, fetch } = origin(() => new Response(null, { status: 508 }))
  const { body } = await test(id, {}, { fetch })
  expect(body).toMatchObject({ reached: true, status: 508 })
  const { settings } = await readConfigSnapshot(
    databases,
    { epoch: 0, asOf: 0, now: Date.now() },
    env.LATCHKEY_SECRET,
    randomBytes,
  )
  expect(new Headers(sent[0]?.init.headers).get('via')).toBe(`1.1 ${settings.gatewayId}`)
})

it('is a HEAD of / unless more is said', async () => {
  const { sent, fetch } = origin(
    () => new Response(null, { status: 302, headers: { location: 'https://x.test' } }),
  )
  const { body } = await test(id, {}, { fetch })
  expect(body).toMatchObject({ reached: true, status: 302 })
  expect(sent).toMatchObject([{ url: 'https://origin.example.org/v1/', init: { method: 'HEAD' } }])
})

it.each([
  ['a name that does not resolve', () => Promise.reject(new Error('DNS lookup failed.')), 'name_not_found'],
  [
    'a certificate that does not fit',
    () => Promise.reject(new Error("TLS peer's certificate is not trusted")),
    'tls',
  ],
  ['nothing that listens', () => Promise.reject(new Error('Connection refused')), 'refused'],
  ['something else', () => Promise.reject(new Error('Network connection lost.')), 'unreachable'],
  ['silence', () => new Promise<Response>(() => undefined), 'timeout'],
  ['what Cloudflare says in its place', () => new Response(null, { status: 526 }), 'tls'],
] as const)('says what is wrong: %s', async (_, answer, failure) => {
  const { body } = await test(id, {}, { fetch: origin(answer).fetch })
  expect(body).toMatchObject({ reached: false, status: null, failure })
  const document = await readDocument()
  expect(misfits(body, { $ref: '#/components/schemas/UpstreamTest' }, document)).toEqual([])
})

it('reaches a service by its binding, and says where there is none', async () => {
  const { sent, fetch } = origin(() => new Response('ok'))
  const service = (name: string) =>
    name === 'ORDERS' ? { fetch: (url: unknown, init?: unknown) => fetch(String(url), init ?? {}) } : null
  expect((await test(serviceId, {}, { service })).body).toMatchObject({ reached: true, status: 200 })
  expect(sent[0]?.url).toBe('https://service.internal/')
  expect((await test(serviceId, {}, {})).body).toMatchObject({ reached: false, failure: 'not_bound' })
})

it.each([
  'https://127.0.0.1',
  'https://169.254.169.254',
  'https://gateway.example.com',
  'http://origin.example.org',
])('never calls what could not be stored today: %s', async (url) => {
  const { id: changed } = await create('upstreams', { name: url, url: 'https://was-fine.example.org' })
  await open(env.DB).update(upstreams).set({ url }).where(eq(upstreams.id, changed))
  const { sent, fetch } = origin(() => new Response('inside'))
  const { status, body } = await test(changed, {}, { fetch })
  expect([status, body.code, sent]).toEqual([422, 'value_refused', []])
})

it.each([
  'health',
  '//other.example.org',
  '/../admin',
  '/a/./b',
  '/a?b=c',
  '/a#b',
  '/%2e%2e',
  '/a b',
  '/@x\\y',
])('refuses the path %s', async (path) => {
  const { sent, fetch } = origin(() => new Response('x'))
  const { status } = await test(id, { path }, { fetch })
  expect([status, sent]).toEqual([400, []])
})
