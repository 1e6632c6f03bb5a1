// The checks of a deployment: each fails for what it is there for, says how to mend it, and keeps no other from its answer.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ControlDeps } from '../../../src/control/deps.ts'
import { call, create, makeDeps } from './client.ts'

interface Found {
  readonly name: string
  readonly status: string
  readonly detail: string
  readonly mend: string | null
}

interface Checks {
  readonly status: string
  readonly checks: readonly Found[]
}

const NAMES = ['database', 'kv', 'feed', 'outbox', 'limiter', 'rate_limits', 'routing', 'login', 'exposure']

async function check(changed: Partial<ControlDeps> = {}, origin = 'https://gateway.example.com') {
  const { status, body } = await call<Checks>('/_latchkey/v1/checks', { deps: makeDeps(changed), origin })
  expect(status).toBe(200)
  expect(body.checks.map(({ name }) => name)).toEqual(NAMES)
  const of = (wanted: string) => body.checks.find(({ name }) => name === wanted)
  return { ...body, of, wrong: body.checks.filter(({ status: found }) => found !== 'pass') }
}

const withConfig = (changed: Partial<ControlDeps['config']>) => ({
  config: { ...makeDeps().config, controlHost: 'admin.example.com', ...changed },
})
const HOST = withConfig({})
const throws = () => Promise.reject(new TypeError('secret detail'))

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
  const { id } = await create<{ id: string }>('upstreams', {
    name: 'Origin',
    url: 'https://origin.example.org',
  })
  await create('routes', { upstream_id: id, path: '/*' })
})

beforeEach(() => env.DB.exec('DELETE FROM outbox'))

describe('checks', () => {
  it('pass where all is well', async () => {
    const { status, wrong } = await check(HOST, 'https://admin.example.com')
    expect([status, wrong]).toEqual(['pass', []])
  })

  it.each<[string, Partial<ControlDeps>, string, string]>([
    ['kv', { kv: new Proxy(env.KV, { get: () => throws }) }, 'fail', 'binding KV'],
    ['feed', { readFeed: throws }, 'fail', 'binding HUB'],
    ['feed', { isFeedKnown: async () => false }, 'fail', 'binding RELAY'],
    ['limiter', { probeLimiter: throws }, 'fail', 'binding LIMITER'],
    ['rate_limits', { missingRateLimits: ['FAILURES'] }, 'warn', '[[ratelimits]]'],
    ['rate_limits', { missingRateLimits: ['SELF_SERVICE'] }, 'warn', '[[ratelimits]]'],
    ['exposure', withConfig({ controlHost: null }), 'warn', 'CONTROL_HOST'],
    ['exposure', withConfig({ localDevelopment: true }), 'fail', 'LOCAL_DEVELOPMENT'],
  ])('name %s alone, and how to mend it (%#)', async (name, changed, status, mend) => {
    const found = await check({ ...HOST, ...changed }, 'https://admin.example.com')
    expect(found.status).toBe(status)
    expect(found.wrong.map((one) => one.name)).toEqual([name])
    expect(found.of(name)).toMatchObject({ status, mend: expect.stringContaining(mend) })
    expect(JSON.stringify(found)).not.toContain('secret detail')
  })

  it('wait for none that is silent', async () => {
    const found = await check(
      { ...HOST, probeLimiter: () => new Promise(() => undefined) },
      'https://admin.example.com',
    )
    expect(found.wrong).toMatchObject([{ name: 'limiter', detail: 'No answer (TimeoutError).' }])
  }, 15_000)

  it('know a change that nobody publishes', async () => {
    const old = Date.now() - 600_000
    await env.DB.prepare(
      "INSERT INTO outbox (id, kind, subject, created_at, attempts) VALUES ('out_1', 'all', 'all', ?, 0)",
    )
      .bind(old)
      .run()
    const { wrong } = await check(HOST, 'https://admin.example.com')
    expect(wrong).toMatchObject([
      { name: 'outbox', detail: expect.stringMatching(/^1 changes .* for 60\d s\.$/) },
    ])
  })

  it('know a provider that is not there', async () => {
    const oidc = { issuer: 'https://id.example.org', clientId: 'a', clientSecret: null }
    const login = { oidc, access: null }
    const found = await check({ ...withConfig({ login }), fetch: throws }, 'https://admin.example.com')
    expect(found.wrong).toMatchObject([
      { name: 'login', detail: expect.stringContaining('https://id.example.org') },
    ])
  })

  it('take Cloudflare Access at its word', async () => {
    const login = { oidc: null, access: { teamDomain: 'acme.cloudflareaccess.com', audience: 'aud' } }
    const asked: string[] = []
    const fetch = async (url: string) => {
      asked.push(url)
      return Response.json({ keys: [] }, { status: asked.length === 1 ? 200 : 404 })
    }
    expect((await check({ ...withConfig({ login }), fetch }, 'https://admin.example.com')).status).toBe(
      'pass',
    )
    expect(
      (await check({ ...withConfig({ login }), fetch }, 'https://admin.example.com')).wrong,
    ).toMatchObject([{ name: 'login', status: 'fail' }])
    expect(asked[0]).toBe('https://acme.cloudflareaccess.com/cdn-cgi/access/certs')
  })

  it('know a gateway without a way', async () => {
    await env.DB.exec('DELETE FROM routes')
    const { wrong } = await check(HOST, 'https://admin.example.com')
    expect(wrong).toMatchObject([
      { name: 'routing', status: 'warn', mend: expect.stringContaining('routes create') },
    ])
  })

  it('know tables that are not there, or of an older version', async () => {
    await env.DB.exec('ALTER TABLE teams DROP COLUMN metadata; DROP TABLE outbox;')
    const { wrong, of } = await check(HOST, 'https://admin.example.com')
    expect(of('database')).toMatchObject({
      status: 'fail',
      detail: 'Not there, or of an older version: outbox, teams.',
      mend: expect.stringContaining('latchkey deploy'),
    })
    expect(wrong.map(({ name }) => name)).toContain('outbox')
    expect((await call('/_latchkey/readyz')).status).toBe(200)
    await env.DB.exec('ALTER TABLE api_keys DROP COLUMN sealed')
    expect((await call('/_latchkey/readyz')).status).toBe(503)
  })
})
