// One-time links: who may make them, and that exactly one redemption wins.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { operators } from '../../../src/model/schema/records.ts'
import { portalLinks } from '../../../src/model/schema/sessions.ts'
import { members, organizations } from '../../../src/model/schema/tenants.ts'
import type { MemberRow } from '../../../src/store/holders.ts'
import { eventsOf } from '../store/chain.ts'
import { db, insertOrganization } from '../store/rows.ts'
import { call, makeDeps } from './client.ts'
import { browse, insertMember, insertOperator, Jar, loggedIn, SESSION_COOKIE } from './people.ts'

const V1 = '/_latchkey/v1'
const REDEEM = '/_latchkey/session/redeem'
const PREVIEW = '/_latchkey/session/preview'

let member: MemberRow

interface Link {
  readonly id: string
  readonly url: string
  readonly member_id: string
  readonly expires_at: string
}

const ask = (json: object, deps = makeDeps()) => call<Link>(`${V1}/portal-sessions`, { json, deps })

async function tokenFor(json: object = {}): Promise<string> {
  const { status, text, body } = await ask({ member_id: member.id, ...json })
  if (status !== 201) throw new Error(text)
  return new URL(body.url).hash.slice(1)
}

const redeem = (token: string, jar = new Jar(), deps = makeDeps()) =>
  browse<{ return_to: string; code?: string }>(jar, REDEEM, { json: { token }, deps })

const preview = (token: string, jar = new Jar(), deps = makeDeps()) =>
  browse<{ replaces: object | null; code?: string }>(jar, PREVIEW, { json: { token }, deps })

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  member = await insertMember()
})

describe('a link', () => {
  it('carries its token in the fragment, which no server sees, and nowhere else', async () => {
    const { status, body, text } = await ask({ member_id: member.id })
    expect(status).toBe(201)
    const url = new URL(body.url)
    expect(`${url.origin}${url.pathname}${url.search}`).toBe(
      'https://gateway.example.com/_latchkey/portal/session',
    )
    expect(url.hash).toMatch(/^#org_\w{26}\.[\w-]{43}$/)
    expect(text.split(url.hash.slice(1))).toHaveLength(2)
    const stored = await db.select().from(portalLinks).where(eq(portalLinks.id, body.id))
    expect(JSON.stringify([stored, await eventsOf(member.organizationId)])).not.toContain(url.hash.slice(-43))
  })

  it('lets its member in, once, and says where to go', async () => {
    const jar = new Jar()
    const token = await tokenFor({ return_to: '/_latchkey/portal/keys?x=1' })
    const { status, body, headers } = await redeem(token, jar)
    expect(status).toBe(200)
    expect(body.return_to).toBe('/_latchkey/portal/keys?x=1')
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-latchkey_session=org_\w{26}\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
    expect((await browse(jar, `${V1}/me`)).body).toMatchObject({
      id: member.id,
      session: { method: 'portal_link' },
    })
    const again = await redeem(token)
    expect([again.status, again.body.code]).toEqual([403, 'link_unusable'])
    expect(again.headers.getSetCookie()).toEqual([])
  })

  it('is redeemed by exactly one of sixteen at the same moment', async () => {
    const token = await tokenFor()
    const answers = await Promise.all(Array.from({ length: 16 }, () => redeem(token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.code === 'link_unusable')).toHaveLength(15)
    expect(answers.filter(({ headers }) => headers.getSetCookie().length > 0)).toHaveLength(1)
    const actions = (await eventsOf(member.organizationId)).map(({ action }) => action)
    expect(actions).toEqual(['portal_link.created', 'session.started'])
  })

  it('is over after its time, and not before', async () => {
    const at = Date.now()
    const { body } = await ask({ member_id: member.id, ttl_seconds: 30 }, makeDeps({ now: () => at }))
    expect(Date.parse(body.expires_at)).toBe(at + 30_000)
    const token = new URL(body.url).hash.slice(1)
    const late = await redeem(token, new Jar(), makeDeps({ now: () => at + 30_000 }))
    expect(late.body.code).toBe('link_unusable')
    expect((await redeem(token, new Jar(), makeDeps({ now: () => at + 29_999 }))).status).toBe(200)
  })

  it.each([
    [
      'its member is removed',
      () => db.update(members).set({ state: 'removed' }).where(eq(members.id, member.id)),
    ],
    [
      'its organization is suspended',
      () =>
        db
          .update(organizations)
          .set({ state: 'suspended' })
          .where(eq(organizations.id, member.organizationId)),
    ],
  ])('is worth nothing once %s', async (_, undo) => {
    const token = await tokenFor()
    await undo()
    expect((await redeem(token)).body.code).toBe('link_unusable')
  })

  it('accepts the invitation of its member, for whom the owner of the API vouches', async () => {
    member = await insertMember({ state: 'invited' })
    const jar = new Jar()
    await redeem(await tokenFor(), jar)
    expect((await browse(jar, `${V1}/me`)).status).toBe(200)
    expect(await db.select().from(members).where(eq(members.id, member.id)).get()).toMatchObject({
      state: 'active',
      joinedAt: expect.any(Number),
      version: 2,
    })
  })

  it('ends the session that the browser had, and gives it a new secret', async () => {
    const jar = await loggedIn({ kind: 'member', row: member })
    const before = new Jar()
    before.held.set(SESSION_COOKIE, jar.held.get(SESSION_COOKIE) ?? '')
    await redeem(await tokenFor(), jar)
    expect(jar.header).not.toBe(before.header)
    expect((await browse(before, `${V1}/me`)).status).toBe(401)
    expect((await browse(jar, `${V1}/me`)).status).toBe(200)
  })

  it('takes no secret that was planted before: session fixation', async () => {
    const planted = `${member.organizationId}.${'A'.repeat(43)}`
    const jar = new Jar()
    jar.held.set(SESSION_COOKIE, planted)
    await redeem(await tokenFor(), jar)
    expect(jar.held.get(SESSION_COOKIE)).not.toBe(planted)
    const attacker = new Jar()
    attacker.held.set(SESSION_COOKIE, planted)
    expect((await browse(attacker, `${V1}/me`)).status).toBe(401)
  })
})

describe('a redemption', () => {
  it.each([
    ['nothing', ''],
    ['no token', 'x'],
    ['a token that nobody has', `org_${'0'.repeat(26)}.${'A'.repeat(43)}`],
    ['a token of the platform', `platform.${'A'.repeat(43)}`],
  ])('of %s is refused, and sets no cookie', async (_, token) => {
    const { status, headers } = await redeem(token)
    expect(status).toBe(token === '' ? 400 : 403)
    expect(headers.getSetCookie()).toEqual([])
  })

  it('under another organization is refused', async () => {
    const [, secret = ''] = (await tokenFor()).split('.')
    expect((await redeem(`${await insertOrganization()}.${secret}`)).status).toBe(403)
  })

  it('of the cookie of a session is refused: the two are no substitutes', async () => {
    const jar = await loggedIn({ kind: 'member', row: member })
    expect((await redeem(jar.held.get(SESSION_COOKIE) ?? '')).status).toBe(403)
    const link = new Jar()
    link.held.set(SESSION_COOKIE, await tokenFor())
    expect((await browse(link, `${V1}/me`)).status).toBe(401)
  })

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['nowhere', {}],
  ])('by a page of %s is refused, and the link goes on', async (_, headers) => {
    const token = await tokenFor()
    const answer = await call(REDEEM, { json: { token }, token: null, headers })
    expect(answer.body.code).toBe('cross_site_request')
    expect((await redeem(token)).status).toBe(200)
  })

  it('over cleartext is refused', async () => {
    const token = await tokenFor()
    const origin = 'http://gateway.example.com'
    const answer = await call(REDEEM, { json: { token }, token: null, headers: { origin }, origin })
    expect(answer.body.code).toBe('tls_required')
  })

  it('never happens by a GET', async () => {
    const token = await tokenFor()
    for (const query of [`?token=${token}`, ''])
      expect((await call(`${REDEEM}${query}`, { token: null })).status).toBe(405)
    expect((await redeem(token)).status).toBe(200)
  })
})

describe('before the button of a link is pressed', () => {
  it('it is said whose session it begins, and the link goes on', async () => {
    member = await insertMember({ name: 'Kim', role: 'viewer' })
    const token = await tokenFor()
    const before = await eventsOf(member.organizationId)
    for (const _ of [1, 2]) {
      const { status, body, headers } = await preview(token)
      expect([status, body]).toEqual([
        200,
        {
          organization: { name: 'Acme' },
          member: { name: 'Kim', email: member.email, role: 'viewer' },
          replaces: null,
        },
      ])
      expect(headers.getSetCookie()).toEqual([])
    }
    expect(await eventsOf(member.organizationId)).toEqual(before)
    expect((await redeem(token)).status).toBe(200)
  })

  it('it is said whose session would end: of somebody else, and not of the same member', async () => {
    const token = await tokenFor()
    const other = await insertMember({ name: 'Ann' })
    const asOther = await loggedIn({ kind: 'member', row: other })
    expect((await preview(token, asOther)).body.replaces).toEqual({
      kind: 'member',
      name: 'Ann',
      email: other.email,
    })
    const asOperator = await loggedIn({ kind: 'operator', row: await insertOperator() })
    expect((await preview(token, asOperator)).body.replaces).toEqual({
      kind: 'operator',
      name: 'Olga',
      email: null,
    })
    expect((await preview(token, await loggedIn({ kind: 'member', row: member }))).body.replaces).toBeNull()
    expect((await browse(asOther, `${V1}/me`)).status).toBe(200)
  })

  it('a token that is wrong, used, over or of a removed member is told from no other', async () => {
    const [used, over, removed] = [await tokenFor(), await tokenFor(), await tokenFor()]
    await redeem(used)
    const late = makeDeps({ now: () => Date.now() + 300_001 })
    const answers = [
      await preview(`${member.organizationId}.${'A'.repeat(43)}`),
      await preview('x'),
      await preview(used),
      await preview(over, new Jar(), late),
    ]
    await db.update(members).set({ state: 'removed' }).where(eq(members.id, member.id))
    answers.push(await preview(removed))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.body.code).toBe('link_unusable')
  })

  it.each([PREVIEW, REDEEM])('a page of another site learns nothing: %s', async (path) => {
    const headers = { origin: 'https://evil.example' }
    const answer = await call(path, { json: { token: await tokenFor() }, token: null, headers })
    expect(answer.body.code).toBe('cross_site_request')
  })
})

describe('what a link gives', () => {
  const change = (json: object) => call(`${V1}/members/${member.id}`, { method: 'PATCH', json })

  it.each([
    ['more', 'viewer', 'admin'],
    ['less', 'admin', 'viewer'],
  ] as const)('is nothing once its member is %s than its maker knew', async (_, role, later) => {
    member = await insertMember({ role })
    const token = await tokenFor()
    expect((await change({ name: 'Kim' })).status).toBe(200)
    expect((await preview(token)).status).toBe(200)
    expect((await change({ role: later })).status).toBe(200)
    expect((await redeem(token)).body.code).toBe('link_unusable')
    expect((await redeem(await tokenFor())).status).toBe(200)
  })

  it.each([
    ['suspended', { state: 'suspended' }],
    ['deleted', { state: 'deleted' }],
    ['demoted', { role: 'support' }],
    ['over', { expiresAt: 1 }],
  ] as const)('is nothing once the operator who made it is %s', async (_, set) => {
    const row = await insertOperator()
    const made = await browse<Link>(await loggedIn({ kind: 'operator', row }), `${V1}/portal-sessions`, {
      json: { member_id: member.id },
    })
    const token = new URL(made.body.url).hash.slice(1)
    expect((await preview(token)).status).toBe(200)
    await db.update(operators).set(set).where(eq(operators.id, row.id))
    expect((await preview(token)).body.code).toBe('link_unusable')
    expect((await redeem(token)).body.code).toBe('link_unusable')
  })

  it('is nothing once its member has logged out everywhere, with or without a session', async () => {
    const jar = await loggedIn({ kind: 'member', row: member })
    const [token, other] = [await tokenFor(), await insertMember({ organizationId: member.organizationId })]
    const of = await tokenFor({ member_id: other.id })
    expect((await browse(jar, `${V1}/sessions`, { method: 'DELETE' })).body).toEqual({ ended: 1 })
    expect((await redeem(token)).body.code).toBe('link_unusable')
    expect((await redeem(of)).status).toBe(200)
    expect(
      (await eventsOf(member.organizationId)).find(({ action }) => action === 'sessions.ended'),
    ).toMatchObject({
      action: 'sessions.ended',
      changes: { portal_links: { from: [expect.stringMatching(/^lnk_/)], to: [] } },
    })
  })

  it('is nothing once its organization was suspended, and what an invitation gives waits', async () => {
    const token = await tokenFor()
    const invited = await call<{ url: string }>(`${V1}/members`, {
      json: { organization_id: member.organizationId, email: 'new@example.com', role: 'viewer' },
    })
    for (const verb of ['suspend', 'resume'])
      await call(`${V1}/organizations/${member.organizationId}/${verb}`, { method: 'POST' })
    expect((await redeem(token)).body.code).toBe('link_unusable')
    expect((await redeem(new URL(invited.body.url).hash.slice(1))).status).toBe(200)
  })
})

describe('a link that is open in two tabs', () => {
  it('goes on in the second one, where the first has let its member in', async () => {
    const jar = new Jar()
    const token = await tokenFor({ return_to: '/_latchkey/portal/keys' })
    await redeem(token, jar)
    const session = jar.held.get(SESSION_COOKIE)
    expect((await preview(token, jar)).status).toBe(200)
    const second = await redeem(token, jar)
    expect([second.status, second.body.return_to]).toEqual([200, '/_latchkey/portal/keys'])
    expect(second.headers.getSetCookie()).toEqual([])
    expect(jar.held.get(SESSION_COOKIE)).toBe(session)
  })

  it('is used up for everybody else, and for its member once logged out', async () => {
    const token = await tokenFor()
    const jar = new Jar()
    await redeem(token, jar)
    const other = await loggedIn({ kind: 'member', row: await insertMember() })
    const colleague = await insertMember({ organizationId: member.organizationId })
    for (const by of [new Jar(), other, await loggedIn({ kind: 'member', row: colleague })])
      expect((await redeem(token, by)).body.code).toBe('link_unusable')
    await browse(jar, '/_latchkey/logout', { method: 'POST' })
    expect((await redeem(token, jar)).body.code).toBe('link_unusable')
  })
})

describe('who may make a link', () => {
  it('is an operator who may, and no member', async () => {
    const jar = await loggedIn({ kind: 'member', row: member })
    const answer = await browse(jar, `${V1}/portal-sessions`, { json: { member_id: member.id } })
    expect(answer.body.code).toBe('permission_missing')
    const row = await insertOperator({ role: 'support' })
    const support = await loggedIn({ kind: 'operator', row })
    expect((await browse(support, `${V1}/portal-sessions`, { json: { member_id: member.id } })).status).toBe(
      403,
    )
  })

  it.each([
    ['a member that is not there', () => ({ member_id: newId('member') })],
    [
      'an organization that is not there',
      () => ({ organization_id: `org_${'0'.repeat(26)}`, email: 'a@example.com', role: 'viewer' }),
    ],
  ])('gets a 404 for %s', async (_, json) => {
    expect((await ask(json())).status).toBe(404)
  })
})

describe('a link for somebody who is described', () => {
  const described = (json: object = {}) => ({
    organization_id: member.organizationId,
    email: 'new@example.com',
    role: 'viewer',
    ...json,
  })

  it('makes the member the first time, and finds it the second', async () => {
    const first = await ask(described())
    const second = await ask(described({ email: 'NEW@example.com' }))
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.member_id).toBe(first.body.member_id)
    const jar = new Jar()
    await redeem(new URL(second.body.url).hash.slice(1), jar)
    expect((await browse(jar, `${V1}/me`)).body).toMatchObject({ role: 'viewer', email: 'new@example.com' })
  })

  it('makes one member of many requests at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(described())))
    expect(new Set(answers.map(({ body }) => body.member_id)).size).toBe(1)
  })

  it('is refused where the member has another role than was said', async () => {
    const answer = await ask(described({ email: member.email }))
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('the role admin')])
  })

  it.each([
    ['both a member and a description', () => ({ ...described(), member_id: member.id })],
    ['a description without a role', () => described({ role: undefined })],
    ['neither', () => ({})],
    ['a role that leads a team', () => described({ role: 'team_lead' })],
    ['no email', () => described({ email: 'nobody' })],
    ['a day of life', () => ({ member_id: member.id, ttl_seconds: 86_400 })],
  ])('is refused with %s', async (_, json) => {
    expect((await ask(json())).status).toBe(400)
  })

  it.each(['https://evil.example/', '//evil.example', '/_latchkey/../x', '/.//evil.example', 'portal', ''])(
    'is refused when it leads to %j',
    async (returnTo) => {
      expect((await ask({ member_id: member.id, return_to: returnTo })).status).toBe(400)
    },
  )
})
