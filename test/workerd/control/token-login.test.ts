// Login by the ADMIN_TOKEN: where it is offered, who comes in, and what is told of it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { operators } from '../../../src/model/schema/records.ts'
import { sessions } from '../../../src/model/schema/sessions.ts'
import { breaksOf, eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { call, makeDeps, type Call, type TestDeps } from './client.ts'
import { browse, insertOperator, Jar, loggedIn, OWN, SESSION_COOKIE } from './people.ts'
import { misfits, readDocument } from './openapi.ts'
import { databaseThat, fails } from './wrap.ts'

const PATH = '/_latchkey/session/token'
const V1 = '/_latchkey/v1'
const WRONG = 'wrong-admin-token-0123456789abcdefghij'

let deps: TestDeps

const locally = (changed: Partial<TestDeps> = {}): TestDeps => {
  const made = makeDeps(changed)
  return { ...made, config: { ...made.config, localDevelopment: true } }
}
const logIn = (jar = new Jar(), json: object = { token: env.ADMIN_TOKEN }, given: Call = {}) =>
  browse(jar, PATH, { json, deps, ...given })
const localOperators = () => db.select().from(operators).where(eq(operators.issuer, 'local'))

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  deps = locally()
  await db.delete(operators)
})

describe('a login by the token', () => {
  it('begins a session of the local operator, and says where to go', async () => {
    const jar = new Jar()
    const { status, body, headers } = await logIn(jar)
    expect([status, body.return_to]).toEqual([200, '/_latchkey/portal/'])
    expect(misfits(body, { $ref: 'Redeemed' }, await readDocument())).toEqual([])
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-latchkey_session=platform\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    const me = await browse(jar, `${V1}/me`, { deps })
    expect(me.body).toMatchObject({
      kind: 'operator',
      name: 'Local operator',
      email: null,
      role: 'owner',
      session: { method: 'token' },
    })
    expect(misfits(me.body, { $ref: 'Me' }, await readDocument())).toEqual([])
  })

  it('leads to a path of ours, and nowhere else', async () => {
    const at = (path: string) => logIn(new Jar(), { token: env.ADMIN_TOKEN, return_to: path })
    expect((await at('/_latchkey/portal/keys?x=1')).body.return_to).toBe('/_latchkey/portal/keys?x=1')
    for (const path of ['//evil.example/', '/orders', PATH]) {
      const { status, headers } = await at(path)
      expect([status, headers.getSetCookie()]).toEqual([400, []])
    }
  })

  it('makes the operator once, also by sixteen at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => logIn()))
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(16).fill(200))
    const [operator, other] = await localOperators()
    expect(other).toBeUndefined()
    expect(await db.$count(sessions, eq(sessions.holderId, operator?.id ?? ''))).toBe(16)
    const created = (await eventsOf('platform')).filter(({ targetId }) => targetId === operator?.id)
    expect(created.map(({ action }) => action)).toEqual(['operator.created'])
    expect(await breaksOf('platform')).toEqual([])
  })

  it('is told of: who held the token made the operator, and the operator began the session', async () => {
    await logIn()
    const [operator] = await localOperators()
    const [made, began] = (await eventsOf('platform')).slice(-2)
    expect(made).toMatchObject({
      action: 'operator.created',
      actor: { id: 'admin_token', break_glass: true },
    })
    expect(began).toMatchObject({
      action: 'session.started',
      actor: { id: operator?.id, break_glass: false },
      changes: { method: { from: null, to: 'token' } },
    })
  })

  it('ends the session that the browser had before', async () => {
    const jar = await loggedIn({ kind: 'operator', row: await insertOperator() })
    const former = new Jar()
    former.held.set(SESSION_COOKIE, jar.held.get(SESSION_COOKIE) ?? '')
    await logIn(jar)
    expect((await browse(former, `${V1}/me`, { deps })).status).toBe(401)
    expect((await browse(jar, `${V1}/me`, { deps })).body.name).toBe('Local operator')
  })

  it('makes another operator where the first was deleted, and none where it is suspended', async () => {
    await logIn()
    const [first] = await localOperators()
    const at = `${V1}/operators/${first?.id ?? ''}`
    await call(`${at}/suspend`, { method: 'POST' })
    const refusedNow = await logIn()
    expect([refusedNow.status, refusedNow.body.code, refusedNow.headers.getSetCookie()]).toEqual([
      409,
      'conflict',
      [],
    ])
    await call(at, { method: 'DELETE' })
    expect((await logIn()).status).toBe(200)
    expect((await localOperators()).map(({ id }) => id)).not.toContain(first?.id)
  })
})

describe('no login', () => {
  it.each([
    ['another token', { token: WRONG }],
    ['a part of it', { token: env.ADMIN_TOKEN.slice(0, -1) }],
    ['more than it', { token: `${env.ADMIN_TOKEN}x` }],
  ])('is %s', async (_, json) => {
    const { status, body, headers } = await logIn(new Jar(), json)
    expect([status, body.code, headers.getSetCookie()]).toEqual([401, 'unauthorized', []])
    expect(await localOperators()).toEqual([])
  })

  it('is on a gateway that is deployed: there is nothing, for the right token too', async () => {
    for (const token of [env.ADMIN_TOKEN, WRONG]) {
      const { status, body, headers } = await logIn(new Jar(), { token }, { deps: makeDeps() })
      expect([status, body.code, headers.getSetCookie()]).toEqual([404, 'route_not_found', []])
    }
    expect(await localOperators()).toEqual([])
  })

  it.each([
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from nowhere', { origin: '' }],
  ])('is %s', async (_, headers) => {
    const { status, body } = await logIn(new Jar(), { token: env.ADMIN_TOKEN }, { headers })
    expect([status, body.code]).toEqual([403, 'cross_site_request'])
  })

  it('is a form, or more than a token', async () => {
    const raw = `token=${env.ADMIN_TOKEN}`
    const headers = { origin: OWN, 'content-type': 'application/x-www-form-urlencoded' }
    const form = await call(PATH, { token: null, raw, headers, deps })
    expect(form.body.code).toBe('media_type_unsupported')
    expect((await logIn(new Jar(), { token: env.ADMIN_TOKEN, role: 'owner' })).status).toBe(400)
  })

  it('is from an address that has tried too often, and is where the limiter fails', async () => {
    const asked: string[] = []
    const limit = async ({ key }: { readonly key: string }) => {
      asked.push(key)
      return { success: false }
    }
    const given = { headers: { 'cf-connecting-ip': '192.0.2.1' } }
    const hasty = await logIn(
      new Jar(),
      { token: env.ADMIN_TOKEN },
      { ...given, deps: locally({ tokenLogins: { limit } }) },
    )
    expect([hasty.status, hasty.body.code, hasty.headers.get('retry-after')]).toEqual([
      429,
      'rate_limited',
      '60',
    ])
    expect(asked).toEqual(['login 192.0.2.1'])
    const broken = locally({ tokenLogins: { limit: fails('no limiter') } })
    expect((await logIn(new Jar(), { token: env.ADMIN_TOKEN }, { deps: broken })).status).toBe(200)
  })

  it('is while the database does not answer, and nothing of it is left', async () => {
    const lost = locally({ databases: databaseThat(fails('D1 is down'), (method) => method === 'batch') })
    const { status, headers } = await logIn(new Jar(), { token: env.ADMIN_TOKEN }, { deps: lost })
    expect([status, headers.getSetCookie()]).toEqual([500, []])
    expect(await localOperators()).toEqual([])
  })
})
