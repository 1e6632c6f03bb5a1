// A session's cookie as a credential: what it opens, what ends it, and what another site's page can do with it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { operators } from '../../../src/model/schema/records.ts'
import { sessions } from '../../../src/model/schema/sessions.ts'
import { members, organizations } from '../../../src/model/schema/tenants.ts'
import { permissionsOfMember } from '../../../src/policy/permissions.ts'
import type { MemberRow, OperatorRow } from '../../../src/store/holders.ts'
import { eventsOf } from '../store/chain.ts'
import { db, insertOrganization, insertTeam } from '../store/rows.ts'
import { call, create, makeDeps } from './client.ts'
import { browse, insertMember, insertOperator, Jar, loggedIn, OWN, SESSION_COOKIE } from './people.ts'

const HOUR_MS = 3_600_000
const V1 = '/_latchkey/v1'

let member: MemberRow
let operator: OperatorRow
let jar: Jar

interface Listed {
  readonly data: { readonly id: string; readonly current: boolean; readonly method: string }[]
}

const list = (of: Jar) => browse<Listed>(of, `${V1}/sessions`)
const statusOf = async (of: Jar, deps = makeDeps()) => (await browse(of, `${V1}/me`, { deps })).status
const makeTeam = { json: { name: 'Web' } }

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  member = await insertMember()
  operator = await insertOperator()
  jar = await loggedIn({ kind: 'member', row: member })
})

describe('who am I', () => {
  it('is the member behind the session, with role, permissions and organization', async () => {
    const { status, body } = await browse(jar, `${V1}/me`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      kind: 'member',
      id: member.id,
      email: member.email,
      role: 'admin',
      organization: { id: member.organizationId, name: 'Acme' },
      session: { method: 'oidc', ended_at: null },
    })
    expect(new Set(body.permissions as string[])).toEqual(permissionsOfMember('admin'))
  })

  it("is, of a team's lead, the team too", async () => {
    const teamId = await insertTeam(member.organizationId)
    const lead = await insertMember({ organizationId: member.organizationId, role: 'team_lead', teamId })
    const { body } = await browse(await loggedIn({ kind: 'member', row: lead }), `${V1}/me`)
    expect(body.team).toEqual({ id: teamId, name: expect.any(String) })
    expect((await browse(jar, `${V1}/me`)).body.team).toBeNull()
  })

  it('is the operator behind the session, or the token of the deployment', async () => {
    const own = await loggedIn({ kind: 'operator', row: operator })
    expect((await browse(own, `${V1}/me`)).body).toMatchObject({
      kind: 'operator',
      id: operator.id,
      role: 'owner',
      organization: null,
    })
    expect((await call(`${V1}/me`)).body).toMatchObject({ kind: 'admin_token', session: null })
  })
})

describe('what a session reaches', () => {
  it('is what its member does: its own organization, as far as its role goes', async () => {
    const { body } = await browse<{ data: { id: string }[] }>(jar, `${V1}/organizations`)
    expect(body.data.map(({ id }) => id)).toEqual([member.organizationId])
    const team = { name: 'Web', organization_id: member.organizationId }
    expect((await browse(jar, `${V1}/teams`, { json: team })).status).toBe(201)
    expect((await browse(jar, `${V1}/plans`)).body.code).toBe('permission_missing')
  })

  it('is nothing of another organization', async () => {
    const other = await insertOrganization()
    expect((await browse(jar, `${V1}/organizations/${other}`)).status).toBe(404)
    const team = { name: 'Web', organization_id: other }
    expect((await browse(jar, `${V1}/teams`, { json: team })).status).toBe(404)
  })

  it('is told in the audit trail under the name of the member', async () => {
    await browse(jar, `${V1}/teams`, { json: { name: 'Web', organization_id: member.organizationId } })
    const events = await eventsOf(member.organizationId)
    expect(events.map(({ action, actorId }) => [action, actorId])).toEqual([
      ['session.started', member.id],
      ['team.created', member.id],
    ])
    expect(JSON.stringify(events)).not.toContain(jar.held.get(SESSION_COOKIE)?.split('.')[1])
  })

  it('to a lead whose row names no team, is to lead none', async () => {
    const lead = await insertMember({ role: 'team_lead', organizationId: member.organizationId })
    const own = await loggedIn({ kind: 'member', row: lead })
    const team = { name: 'Web', organization_id: member.organizationId }
    expect((await browse(own, `${V1}/teams`, { json: team })).status).toBe(403)
    expect((await browse(own, `${V1}/teams`)).body.data).toEqual([])
  })
})

describe('a session ends', () => {
  it('an hour after its last request, and not before', async () => {
    const at = Date.now()
    const later = (ms: number) => makeDeps({ now: () => at + ms })
    expect(await statusOf(jar, later(HOUR_MS - 10_000))).toBe(200)
    const fresh = await loggedIn({ kind: 'member', row: member })
    expect(await statusOf(fresh, later(HOUR_MS + 10_000))).toBe(401)
  })

  it('twelve hours after the login, however busy it is', async () => {
    const at = Date.now()
    for (let half = 1; half <= 23; half++) {
      const deps = makeDeps({ now: () => at + half * (HOUR_MS / 2) })
      expect(await statusOf(jar, deps), `after ${half} half hours`).toBe(200)
      await deps.settle()
    }
    expect(await statusOf(jar, makeDeps({ now: () => at + 12 * HOUR_MS - 10_000 }))).toBe(200)
    expect(await statusOf(jar, makeDeps({ now: () => at + 12 * HOUR_MS + 10_000 }))).toBe(401)
  })

  it('with the removal of its member, at once', async () => {
    await db.update(members).set({ state: 'removed' }).where(eq(members.id, member.id))
    expect(await statusOf(jar)).toBe(401)
  })

  it.each(['suspended', 'deleted'] as const)('when its organization is %s', async (state) => {
    await db.update(organizations).set({ state }).where(eq(organizations.id, member.organizationId))
    expect(await statusOf(jar)).toBe(401)
  })

  it.each([
    ['suspended', { state: 'suspended' }],
    ['deleted', { state: 'deleted' }],
    ['expired', { expiresAt: 1 }],
  ] as const)('when its operator is %s', async (_, set) => {
    const own = await loggedIn({ kind: 'operator', row: operator })
    expect(await statusOf(own)).toBe(200)
    await db.update(operators).set(set).where(eq(operators.id, operator.id))
    expect(await statusOf(own)).toBe(401)
  })

  it('with the suspension of its organization, for good', async () => {
    const other = await loggedIn({ kind: 'member', row: await insertMember() })
    const path = `${V1}/organizations/${member.organizationId}`
    for (const verb of ['suspend', 'resume'])
      expect((await call(`${path}/${verb}`, { method: 'POST' })).status).toBe(200)
    expect(await statusOf(jar)).toBe(401)
    expect(await statusOf(await loggedIn({ kind: 'member', row: member }))).toBe(200)
    expect(await statusOf(other)).toBe(200)
  })

  it('with the time of its operator, also where that is extended afterwards', async () => {
    const at = Date.now()
    const brief = await insertOperator({ expiresAt: at + 60_000 })
    const own = await loggedIn({ kind: 'operator', row: brief })
    await db.update(operators).set({ expiresAt: null }).where(eq(operators.id, brief.id))
    expect(await statusOf(own)).toBe(200)
    expect(await statusOf(own, makeDeps({ now: () => at + 60_000 }))).toBe(401)
  })

  it('by logout, also for one who kept a copy of the cookie', async () => {
    const copy = new Jar()
    copy.held.set(SESSION_COOKIE, jar.held.get(SESSION_COOKIE) ?? '')
    const { status, headers } = await browse(jar, '/_latchkey/logout', { method: 'POST' })
    expect(status).toBe(204)
    expect(headers.getSetCookie()).toEqual([
      `${SESSION_COOKIE}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(jar.held.size).toBe(0)
    expect(await statusOf(copy)).toBe(401)
    expect((await browse(copy, '/_latchkey/logout', { method: 'POST' })).status).toBe(204)
    expect((await browse(jar, '/_latchkey/logout', { method: 'POST' })).status).toBe(204)
    const actions = (await eventsOf(member.organizationId)).map(({ action }) => action)
    expect(actions).toEqual(['session.started', 'session.ended'])
  })
})

describe('the list of sessions', () => {
  it('names the own ones that are not over, and which of them asks', async () => {
    const second = await loggedIn({ kind: 'member', row: member })
    await loggedIn({ kind: 'member', row: await insertMember({ organizationId: member.organizationId }) })
    const { data } = (await list(second)).body
    expect(data.map(({ current, method }) => [current, method])).toEqual([
      [true, 'oidc'],
      [false, 'oidc'],
    ])
    expect(JSON.stringify(data)).not.toMatch(/hash|token/)
  })

  it('is empty for the token of the deployment, which has none', async () => {
    expect((await call<Listed>(`${V1}/sessions`)).body.data).toEqual([])
  })

  it('is where one is ended, and the others go on', async () => {
    const second = await loggedIn({ kind: 'member', row: member })
    const { id } = (await list(second)).body.data.find(({ current }) => !current) ?? { id: '' }
    const ended = await browse(second, `${V1}/sessions/${id}`, { method: 'DELETE' })
    expect(ended.status).toBe(200)
    expect(ended.body).toMatchObject({ id, ended_at: expect.any(String) })
    expect(await statusOf(jar)).toBe(401)
    expect(await statusOf(second)).toBe(200)
    expect((await browse(second, `${V1}/sessions/${id}`, { method: 'DELETE' })).status).toBe(404)
  })

  it("is no way to end somebody else's: they are not found", async () => {
    const neighbour = await insertMember({ organizationId: member.organizationId })
    const other = await loggedIn({ kind: 'member', row: neighbour })
    const [{ id } = { id: '' }] = (await list(other)).body.data
    expect((await browse(jar, `${V1}/sessions/${id}`, { method: 'DELETE' })).status).toBe(404)
    expect((await call(`${V1}/sessions/${id}`, { method: 'DELETE' })).status).toBe(404)
    expect(await statusOf(other)).toBe(200)
  })

  it('is where all are ended at once, in one event', async () => {
    const second = await loggedIn({ kind: 'member', row: member })
    const ended = await browse(second, `${V1}/sessions`, { method: 'DELETE' })
    expect(ended.body).toEqual({ ended: 2 })
    expect(await statusOf(jar)).toBe(401)
    expect(await statusOf(second)).toBe(401)
    const last = (await eventsOf(member.organizationId)).at(-1)
    expect(last).toMatchObject({ action: 'sessions.ended', targetId: member.id })
  })
})

describe("a write with a session's cookie", () => {
  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['a sibling domain', { origin: 'https://other.example.com' }],
    ['our host under http', { origin: 'http://gateway.example.com' }],
    ['our host on another port', { origin: 'https://gateway.example.com:8443' }],
    ['an opaque origin', { origin: 'null' }],
    ['a cross-site page', { 'sec-fetch-site': 'cross-site' }],
    ['a same-site page', { 'sec-fetch-site': 'same-site' }],
    ['no page', { 'sec-fetch-site': 'none' }],
    ['our origin, and a browser that says otherwise', { origin: OWN, 'sec-fetch-site': 'cross-site' }],
    [
      'a browser that says same-origin, and another origin',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
  ])('is refused from %s', async (_, headers) => {
    const sent = { headers: { cookie: jar.header, ...headers }, token: null }
    const answer = await call(`${V1}/teams`, { ...sent, ...makeTeam })
    expect([answer.status, answer.body.code]).toEqual([403, 'cross_site_request'])
    expect((await call(`${V1}/sessions`, { ...sent, method: 'DELETE' })).status).toBe(403)
    expect((await call('/_latchkey/logout', { ...sent, method: 'POST' })).status).toBe(403)
    expect(await statusOf(jar)).toBe(200)
  })

  it('is refused without a word of where it comes from', async () => {
    const answer = await call(`${V1}/teams`, { headers: { cookie: jar.header }, token: null, ...makeTeam })
    expect(answer.body.code).toBe('cross_site_request')
  })

  it('is refused alike for a good cookie and a bad one', async () => {
    const headers = { cookie: `${SESSION_COOKIE}=junk`, origin: 'https://evil.example' }
    expect((await call(`${V1}/teams`, { headers, token: null, ...makeTeam })).status).toBe(403)
  })

  it('is taken from a page of ours by either of the two headers', async () => {
    for (const headers of [{ origin: OWN }, { 'sec-fetch-site': 'same-origin' }]) {
      const sent = { cookie: jar.header, ...headers }
      const json = { name: 'Web', organization_id: member.organizationId }
      expect((await call(`${V1}/teams`, { headers: sent, token: null, json })).status).toBe(201)
    }
  })

  it('is JSON or nothing, wherever it comes from', async () => {
    const answer = await browse(jar, `${V1}/teams`, {
      method: 'POST',
      raw: 'name=Web',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(answer.status).toBe(415)
  })
})

describe('a credential in the header', () => {
  it('decides when there is a cookie too: a bad one is not made good by it', async () => {
    const headers = { cookie: jar.header }
    expect((await call(`${V1}/me`, { headers })).body.kind).toBe('admin_token')
    expect((await call(`${V1}/me`, { headers, token: 'wrong' })).status).toBe(401)
  })

  it('needs no proof of a page', async () => {
    const headers = { cookie: jar.header, origin: 'https://evil.example' }
    expect((await call(`${V1}/organizations`, { headers, json: { name: 'A' } })).status).toBe(201)
  })
})

describe('a cookie', () => {
  it.each([
    ['that is empty', ''],
    ['without a dot', 'platform'],
    ['of another chain', 'nobody.'],
    ['of the right shape that nobody has', `platform.${'A'.repeat(43)}`],
    ['with more behind it', `platform.${'A'.repeat(43)}.x`],
    ['of 8 KiB', 'A'.repeat(8192)],
    ['of half an escape', '%E0%A4%A'],
  ])('%s is nobody', async (_, value) => {
    const other = new Jar()
    other.held.set(SESSION_COOKIE, value)
    expect(await statusOf(other)).toBe(401)
  })

  it('is worth nothing under the chain of another organization', async () => {
    const [, secret = ''] = (jar.held.get(SESSION_COOKIE) ?? '').split('.')
    const other = new Jar()
    other.held.set(SESSION_COOKIE, `${(await create('organizations', { name: 'B' })).id}.${secret}`)
    expect(await statusOf(other)).toBe(401)
    other.held.set(SESSION_COOKIE, `platform.${secret}`)
    expect(await statusOf(other)).toBe(401)
  })

  it('without the prefix is not read over https: a sibling domain could have planted it', async () => {
    const planted = new Jar()
    planted.held.set('latchkey_session', jar.held.get(SESSION_COOKIE) ?? '')
    expect(await statusOf(planted)).toBe(401)
    const local = await browse(planted, `${V1}/me`, { origin: 'http://localhost:8787' })
    expect(local.status).toBe(200)
  })

  it('over cleartext is a 403, good or bad', async () => {
    const answer = await browse(jar, `${V1}/me`, { origin: 'http://gateway.example.com' })
    expect(answer.body.code).toBe('tls_required')
  })

  it('is at rest as a hash alone', async () => {
    const rows = JSON.stringify(await db.select().from(sessions).where(eq(sessions.holderId, member.id)))
    expect(rows).toMatch(/"hash":"[\da-f]{64}"/)
    expect(rows).not.toContain(jar.held.get(SESSION_COOKIE)?.split('.')[1])
  })
})
