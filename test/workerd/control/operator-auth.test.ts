// An operator's key as a credential: which one passes, that every other is the same 401, and what is told of its use.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { operators } from '../../../src/model/schema/records.ts'
import { projects } from '../../../src/model/schema/tenants.ts'
import { refuse } from '../../../src/problem.ts'
import { err } from '../../../src/result.ts'
import { eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, create, createProject, makeDeps, type Call, type CreatedKey } from './client.ts'
import { browse, insertOperator, Jar, loggedIn, makeOperator, type MadeOperator } from './people.ts'
import { databaseThat } from './wrap.ts'

const ME = '/_latchkey/v1/me'
const MINUTE_MS = 60_000

let made: MadeOperator

const ask = (token: string | null, given: Call = {}) => call(ME, { token, ...given })
const lastUsed = async () =>
  (await db.select().from(operators).where(eq(operators.id, made.operator.id)).get())?.lastUsedAt ?? null

/** What happened with the ADMIN_TOKEN, by the log. */
function listen() {
  const told: Readonly<Record<string, unknown>>[] = []
  return { told, deps: makeDeps({ log: (event) => told.push(event) }) }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  made = await makeOperator('admin')
})

describe('the key of an operator', () => {
  it('is who the operator is', async () => {
    const { status, body } = await ask(made.secret)
    expect(status).toBe(200)
    expect(body).toMatchObject({ kind: 'operator', id: made.operator.id, role: 'admin', session: null })
  })

  it('names the operator in the audit trail', async () => {
    const json = { name: 'Acme' }
    const { body } = await call('/_latchkey/v1/organizations', { json, token: made.secret })
    const [event] = await eventsOf(String(body.id))
    expect(event?.actor).toEqual({ type: 'operator', id: made.operator.id, break_glass: false })
  })

  it('passes until it expires, and not at that moment', async () => {
    const expiresAt = Date.now() + 10 * MINUTE_MS
    const { secret } = await makeOperator('admin', { expires_at: new Date(expiresAt).toISOString() })
    expect((await ask(secret, { deps: makeDeps({ now: () => expiresAt - 1 }) })).status).toBe(200)
    expect((await ask(secret, { deps: makeDeps({ now: () => expiresAt }) })).status).toBe(401)
  })

  it('passes in any case of the scheme', async () => {
    const headers = { authorization: `BEARER ${made.secret}` }
    expect((await ask(null, { headers })).status).toBe(200)
  })

  it('passes after the check secret was rotated, and one that is made with the new one does too', async () => {
    const { body } = await call('/_latchkey/v1/settings')
    const [first] = body.check_secrets as { fingerprint: string }[]
    const json = { secret: 'check', replaces: first?.fingerprint }
    expect((await call('/_latchkey/v1/settings/rotate-secret', { json })).status).toBe(200)
    expect((await ask(made.secret)).status).toBe(200)
    expect((await ask((await makeOperator('admin')).secret)).status).toBe(200)
  })

  it('decides alone where a cookie is sent too', async () => {
    const jar = await loggedIn({ kind: 'operator', row: await insertOperator({ role: 'owner' }) })
    expect((await browse(jar, ME, { token: made.secret })).body.id).toBe(made.operator.id)
    expect((await browse(jar, ME, { token: made.secret.slice(0, -1) })).status).toBe(401)
  })

  it('is a 403 over cleartext, like every credential', async () => {
    const answer = await ask(made.secret, { origin: 'http://gateway.example.com' })
    expect(answer.body.code).toBe('tls_required')
  })
})

describe('one that does not pass', () => {
  /** Made here, with the prefix and with check digits that are right: of a project from before the prefix was reserved. */
  const keyOfApi = async () => {
    const { projectId } = await createProject()
    await db.update(projects).set({ keyPrefix: 'lko' }).where(eq(projects.id, projectId))
    return (await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })).secret
  }
  const state = async (set: Partial<typeof operators.$inferInsert>) => {
    await db.update(operators).set(set).where(eq(operators.id, made.operator.id))
    return made.secret
  }

  it.each<readonly [string, () => Promise<string> | string]>([
    ['of a suspended operator', () => state({ state: 'suspended' })],
    ['of a deleted operator', () => state({ state: 'deleted' })],
    ['of an expired operator', () => state({ expiresAt: 1 })],
    ['that was replaced', () => state({ hash: 'a'.repeat(64) })],
    ['with a wrong check digit', () => made.secret.slice(0, -1) + (made.secret.endsWith('A') ? 'B' : 'A')],
    [
      'with another digit',
      () => made.secret.replace(/_live_./, (text) => `_live_${text.endsWith('A') ? 'B' : 'A'}`),
    ],
    ['in upper case', () => made.secret.toUpperCase()],
    ['cut short', () => made.secret.slice(0, -1)],
    ['with more behind it', () => `${made.secret}A`],
    ['for tests', () => made.secret.replace('_live_', '_test_')],
    ['that is publishable', () => made.secret.replace('_live_', '_pk_live_')],
    ['of a region', () => made.secret.replace('_live_', '_eu_live_')],
    ['under another prefix', () => made.secret.replace('lko_', 'lk_')],
    ['that is a key of the API', keyOfApi],
    ['that is its hash', () => digestKey(made.secret)],
    ['of 8 KiB', () => `lko_live_${'A'.repeat(8192)}`],
  ])('is the same 401: %s', async (_, makeToken) => {
    const answer = await ask(await makeToken())
    const stranger = await ask('wrong')
    expect(answer.status).toBe(401)
    expect(answer.text).toBe(stranger.text)
    expect(answer.headers.get('www-authenticate')).toBe(stranger.headers.get('www-authenticate'))
  })

  it('dies without a look at D1 when its check digits are wrong, or its shape is', async () => {
    const { findConfig } = makeDeps()
    const found = await findConfig()
    let isTouched = false
    const gone = () => {
      isTouched = true
      return Promise.reject(new Error('D1 was asked'))
    }
    const deps = makeDeps({ findConfig: async () => found, databases: databaseThat(gone, () => true) })
    for (const token of [`lko_live_${'A'.repeat(38)}`, `lk_live_${'A'.repeat(38)}`, 'wrong'])
      expect((await ask(token, { deps })).status).toBe(401)
    expect(isTouched).toBe(false)
    expect((await ask(made.secret, { deps })).status).toBe(500)
    expect(isTouched).toBe(true)
  })

  it('is what a good one is in any other place than the header', async () => {
    const answer = await ask(null, { headers: { 'x-api-key': made.secret } })
    expect(answer.status).toBe(401)
  })
})

it('no project makes keys that look like those of operators', async () => {
  const { id } = await create('organizations', { name: 'Acme' })
  const json = { organization_id: id, name: 'App', key_prefix: 'lko' }
  const { status, body } = await call('/_latchkey/v1/projects', { json })
  expect([status, body.errors]).toMatchObject([400, [{ pointer: '/key_prefix' }]])
})

describe('while the settings cannot be read', () => {
  const deps = makeDeps({ findConfig: async () => err(refuse('verification_unavailable')) })

  it('a good key is not called a bad one', async () => {
    const answer = await ask(made.secret, { deps })
    expect([answer.status, answer.body.code]).toEqual([503, 'verification_unavailable'])
  })

  it('what has no shape of a key is, and the ADMIN_TOKEN passes', async () => {
    expect((await ask('wrong', { deps })).status).toBe(401)
    expect((await ask(env.ADMIN_TOKEN, { deps })).status).toBe(200)
  })
})

describe('when a key was last used', () => {
  it('is written behind the answer, once a minute at most', async () => {
    const at = Date.now()
    const use = async (ms: number) => {
      const deps = makeDeps({ now: () => at + ms })
      await ask(made.secret, { deps })
      await deps.settle()
      return ((await lastUsed()) ?? 0) - at
    }
    expect(await lastUsed()).toBeNull()
    expect(await use(0)).toBe(0)
    expect(await use(MINUTE_MS - 1)).toBe(0)
    expect(await use(MINUTE_MS)).toBe(MINUTE_MS)
    expect(await use(-MINUTE_MS)).toBe(MINUTE_MS)
    expect(await use(2 * MINUTE_MS)).toBe(2 * MINUTE_MS)
  })

  it('is no change: no version, no event', async () => {
    const events = (await eventsOf('platform')).length
    const deps = makeDeps()
    await ask(made.secret, { deps })
    await deps.settle()
    expect((await call(`/_latchkey/v1/operators/${made.operator.id}`)).body).toMatchObject({ version: 1 })
    expect((await eventsOf('platform')).length).toBe(events)
  })
})

describe('the ADMIN_TOKEN', () => {
  it('is told of in the log at each use, reads among them', async () => {
    const { told, deps } = listen()
    const headers = { 'cf-connecting-ip': '203.0.113.7' }
    await call('/_latchkey/v1/plans?limit=3', { deps, headers })
    await call('/_latchkey/v1/organizations', { deps, json: {} })
    const entry = { event: 'break_glass', request_id: 'req_test' }
    expect(told).toEqual([
      { ...entry, address: '203.0.113.7', method: 'GET', path: '/_latchkey/v1/plans' },
      { ...entry, address: undefined, method: 'POST', path: '/_latchkey/v1/organizations' },
    ])
  })

  it('is told of without a key that stands in the path', async () => {
    const { told, deps } = listen()
    await call(`/_latchkey/v1/keys/${made.secret}`, { deps })
    await call(`/_latchkey/v1/keys/${made.secret.replaceAll('_', '%5F')}`, { deps })
    expect(told).toHaveLength(2)
    expect(JSON.stringify(told)).not.toContain(made.secret.slice(-20))
  })

  it('is not told of where it was not used', async () => {
    const { told, deps } = listen()
    await ask(made.secret, { deps })
    await ask('wrong', { deps })
    await browse(new Jar(), ME, { deps })
    expect(told).toEqual([])
  })
})
