// Members: how they are invited, what may become of them, and that nobody gives more than they have.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { members } from '../../../src/model/schema/tenants.ts'
import { portalLinks, sessions } from '../../../src/model/schema/sessions.ts'
import type { MemberRow } from '../../../src/store/holders.ts'
import { eventsOf } from '../store/chain.ts'
import { db, insertOrganization, insertTeam } from '../store/rows.ts'
import { call, makeDeps, type Answer, type Call, type CreatedKey } from './client.ts'
import { browse, insertMember, Jar, loggedIn } from './people.ts'

const MEMBERS = '/_latchkey/v1/members'
const ME = '/_latchkey/v1/me'
const WEEK_MS = 7 * 86_400_000

interface View {
  readonly id: string
  readonly role: string
  readonly state: string
  readonly team_id: string | null
  readonly name: string | null
  readonly version: number
}

interface Invitation {
  readonly member: View
  readonly url: string
  readonly expires_at: string
  readonly code?: string
}

let organizationId: string
let teamId: string
let admin: MemberRow
let jar: Jar

const asMember = (row: MemberRow) => loggedIn({ kind: 'member', row })
const leadOf = async (team: string) =>
  asMember(await insertMember({ organizationId, role: 'team_lead', teamId: team }))

const invite = (by: Jar, json: object, given: Call = {}) =>
  browse<Invitation>(by, MEMBERS, {
    json: { organization_id: organizationId, email: 'kim@example.com', role: 'viewer', ...json },
    ...given,
  })

const patch = (by: Jar, id: string, json: object) =>
  browse<View & { code?: string; permission?: string }>(by, `${MEMBERS}/${id}`, { method: 'PATCH', json })

const remove = (by: Jar, id: string) => browse<View>(by, `${MEMBERS}/${id}`, { method: 'DELETE' })

const tokenOf = ({ body }: Answer<Invitation>) => new URL(body.url).hash.slice(1)

const redeem = (token: string, by = new Jar(), deps = makeDeps()) =>
  browse(by, '/_latchkey/session/redeem', { json: { token }, deps })

const said = ({ status, body }: Answer<object>) => [status, 'code' in body ? body.code : undefined]

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  organizationId = await insertOrganization()
  teamId = await insertTeam(organizationId)
  admin = await insertMember({ organizationId })
  jar = await asMember(admin)
})

describe('an invitation', () => {
  it('makes a member who joins by its link, once', async () => {
    const invited = await invite(jar, { role: 'member', name: 'Kim' })
    expect(invited.status).toBe(201)
    expect(invited.body.member).toMatchObject({
      role: 'member',
      state: 'invited',
      name: 'Kim',
      team_id: null,
    })
    const own = new Jar()
    expect((await redeem(tokenOf(invited), own)).status).toBe(200)
    expect((await browse(own, ME)).body).toMatchObject({ id: invited.body.member.id, role: 'member' })
    expect(said(await redeem(tokenOf(invited)))).toEqual([403, 'link_unusable'])
    const { body } = await browse<View>(jar, `${MEMBERS}/${invited.body.member.id}`)
    expect(body).toMatchObject({ state: 'active', joined_at: expect.any(String) })
  })

  it('is one event in the trail of the organization, which holds no token, and neither does the database', async () => {
    const invited = await invite(jar, {})
    const secret = tokenOf(invited).split('.')[1] ?? ''
    const events = await eventsOf(organizationId)
    expect(events.map(({ action }) => action)).toEqual(['session.started', 'member.invited'])
    expect(events.at(-1)).toMatchObject({ actorId: admin.id, targetId: invited.body.member.id })
    expect(JSON.stringify([events, await db.select().from(portalLinks)])).not.toContain(secret)
    expect((await browse(jar, `${MEMBERS}/${invited.body.member.id}`)).text).not.toContain(secret)
  })

  it('lasts for seven days, and not a moment longer', async () => {
    const at = Date.now()
    const deps = (ms: number) => makeDeps({ now: () => at + ms })
    const invited = await invite(jar, {}, { deps: deps(0) })
    expect(Date.parse(invited.body.expires_at)).toBe(at + WEEK_MS)
    expect((await redeem(tokenOf(invited), new Jar(), deps(WEEK_MS))).body.code).toBe('link_unusable')
    expect((await redeem(tokenOf(invited), new Jar(), deps(WEEK_MS - 1))).status).toBe(200)
  })

  it('is worth nothing once its member has come by another way', async () => {
    const invited = await invite(jar, {})
    await db.update(members).set({ state: 'active' }).where(eq(members.id, invited.body.member.id))
    expect(said(await redeem(tokenOf(invited)))).toEqual([403, 'link_unusable'])
  })

  it('is worth nothing once its member is removed', async () => {
    const invited = await invite(jar, {})
    expect((await remove(jar, invited.body.member.id)).status).toBe(200)
    expect(said(await redeem(tokenOf(invited)))).toEqual([403, 'link_unusable'])
  })

  it('can be repeated until it is accepted: only the last link lets in', async () => {
    const at = Date.now()
    const deps = makeDeps({ now: () => at })
    const first = await invite(jar, {}, { deps })
    const path = `${MEMBERS}/${first.body.member.id}/reinvite`
    const again = () => browse<Invitation>(jar, path, { method: 'POST', deps })
    const links = [first, await again(), await again()].map(tokenOf)
    for (const token of links.slice(0, 2))
      expect(said(await redeem(token, new Jar(), deps))).toEqual([403, 'link_unusable'])
    expect((await redeem(links[2] ?? '', new Jar(), deps)).status).toBe(200)
    expect(said(await again())).toEqual([409, 'conflict'])
  })

  it.each(['kim@example.com', 'KIM@example.com'])(
    'is refused for an address that is taken: %s',
    async (email) => {
      await invite(jar, {})
      expect(said(await invite(jar, { email }))).toEqual([409, 'conflict'])
    },
  )

  it('is given once, of ten at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => invite(jar, {})))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)])
  })

  it('can be given again to somebody who was removed', async () => {
    const first = await invite(jar, {})
    await remove(jar, first.body.member.id)
    const second = await invite(jar, {})
    expect(second.status).toBe(201)
    expect(second.body.member.id).not.toBe(first.body.member.id)
  })

  it.each([
    ['a lead without a team', { role: 'team_lead' }, 422],
    ['a team for another role', () => ({ role: 'admin', team_id: teamId }), 422],
    ['a team that nobody has', { role: 'team_lead', team_id: newId('team') }, 404],
    ['a role that there is not', { role: 'owner' }, 400],
    ['an address that is none', { email: 'kim' }, 400],
    ['a state of its own', { state: 'active' }, 400],
  ] as const)('is refused for %s', async (_, fields, status) => {
    expect((await invite(jar, typeof fields === 'function' ? fields() : fields)).status).toBe(status)
  })
})

describe('a list of members', () => {
  it('is filtered, and shows the removed ones to those who ask', async () => {
    const lead = await insertMember({ organizationId, role: 'team_lead', teamId })
    const gone = await insertMember({ organizationId, state: 'removed' })
    await insertMember()
    const ids = async (query: string) =>
      (await browse<{ data: View[] }>(jar, `${MEMBERS}?${query}`)).body.data.map(({ id }) => id)
    expect(await ids('')).toEqual([lead.id, admin.id])
    expect(await ids(`team_id=${teamId}`)).toEqual([lead.id])
    expect(await ids('role=admin')).toEqual([admin.id])
    expect(await ids('state=removed')).toEqual([gone.id])
    expect(await ids('state=invited')).toEqual([])
  })
})

describe('a change of a member', () => {
  it('moves a lead out of its team with its role', async () => {
    const { id } = await insertMember({ organizationId, role: 'team_lead', teamId })
    expect((await patch(jar, id, { role: 'viewer' })).body).toMatchObject({ role: 'viewer', team_id: null })
    expect((await patch(jar, id, { role: 'team_lead' })).status).toBe(422)
    const back = await patch(jar, id, { role: 'team_lead', team_id: teamId, name: 'Kim' })
    expect(back.body).toMatchObject({ role: 'team_lead', team_id: teamId, name: 'Kim', version: 3 })
    expect((await patch(jar, id, { team_id: null })).status).toBe(422)
    expect((await patch(jar, id, { team_id: newId('team') })).status).toBe(404)
    const events = await eventsOf(organizationId)
    expect(events.map(({ action }) => action).slice(1)).toEqual(['member.updated', 'member.updated'])
    expect(events.at(-1)?.teamId).toBe(teamId)
  })

  it('counts from the next request on', async () => {
    const row = await insertMember({ organizationId })
    const own = await asMember(row)
    await patch(jar, row.id, { role: 'viewer' })
    expect((await invite(own, {})).status).toBe(403)
  })

  it('may not touch what names a person: address, organization, state', async () => {
    for (const json of [{ email: 'a@example.com' }, { organization_id: organizationId }, { state: 'active' }])
      expect((await patch(jar, admin.id, json)).status).toBe(400)
  })
})

describe('a removal', () => {
  it('ends the sessions of the member at once, in the row too', async () => {
    const row = await insertMember({ organizationId, role: 'member' })
    const own = await asMember(row)
    expect((await browse(own, ME)).status).toBe(200)
    expect((await remove(jar, row.id)).body).toMatchObject({
      state: 'removed',
      removed_at: expect.any(String),
    })
    expect((await browse(own, ME)).status).toBe(401)
    const left = await db.select().from(sessions).where(eq(sessions.holderId, row.id))
    expect(left).toMatchObject([{ revokedAt: expect.any(Number) }])
    expect((await remove(jar, row.id)).status).toBe(404)
  })
})

describe('the last administrator', () => {
  it('can neither leave nor step down, and what it tried left no trace', async () => {
    await insertMember({ organizationId, state: 'invited' })
    const before = await eventsOf(organizationId)
    expect(said(await remove(jar, admin.id))).toEqual([409, 'conflict'])
    expect(said(await patch(jar, admin.id, { role: 'viewer' }))).toEqual([409, 'conflict'])
    expect(await eventsOf(organizationId)).toEqual(before)
    expect((await patch(jar, admin.id, { name: 'Ada' })).status).toBe(200)
  })

  it('can once there is another', async () => {
    await insertMember({ organizationId })
    expect((await remove(jar, admin.id)).status).toBe(200)
  })

  it('can be removed by an operator of the platform', async () => {
    expect((await call(`${MEMBERS}/${admin.id}`, { method: 'DELETE' })).status).toBe(200)
  })

  it('remains, when two remove each other at the same moment', async () => {
    for (let round = 1; round <= 3; round++) {
      const ada = await insertMember({ organizationId: await insertOrganization() })
      const bob = await insertMember({ organizationId: ada.organizationId })
      const [asAda, asBob] = await Promise.all([asMember(ada), asMember(bob)])
      const answers = await Promise.all([remove(asAda, bob.id), remove(asBob, ada.id)])
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect([401, 409]).toContain(answers.find(({ status }) => status !== 200)?.status)
    }
  })
})

describe('nobody gives more than they have', () => {
  it.each([
    ['admin', 403],
    ['member', 422],
    ['viewer', 422],
  ] as const)('a lead makes no %s, by invitation or by change', async (role, status) => {
    const lead = await leadOf(teamId)
    const other = await insertMember({ organizationId, role: 'team_lead', teamId })
    expect((await invite(lead, { role })).status).toBe(status)
    expect((await patch(lead, other.id, { role })).status).toBe(status)
  })

  it('a lead invites leads of its own team, and need not name it', async () => {
    const lead = await leadOf(teamId)
    const { status, body } = await invite(lead, { role: 'team_lead' })
    expect([status, body.member.team_id]).toEqual([201, teamId])
    const other = await insertTeam(organizationId)
    const absent = await invite(lead, { role: 'team_lead', team_id: newId('team'), email: 'a@example.com' })
    const foreign = await invite(lead, { role: 'team_lead', team_id: other, email: 'a@example.com' })
    expect(foreign.status).toBe(404)
    expect(foreign.body).toEqual(absent.body)
  })

  it('a lead sees and changes no member outside of its team', async () => {
    const lead = await leadOf(teamId)
    for (const answer of [
      await browse(lead, `${MEMBERS}/${admin.id}`),
      await patch(lead, admin.id, { name: 'New' }),
      await remove(lead, admin.id),
    ])
      expect(said(answer)).toEqual([404, 'not_found'])
  })
})

describe('the projects of a team', () => {
  const PROJECTS = '/_latchkey/v1/projects'
  const make = (by: Jar, json: object = {}) =>
    browse<{ id: string; team_id: string | null }>(by, PROJECTS, {
      json: { organization_id: organizationId, name: 'App', ...json },
    })

  it('are made in it by its lead, and stay there', async () => {
    const lead = await leadOf(teamId)
    const { status, body } = await make(lead)
    expect([status, body.team_id]).toEqual([201, teamId])
    expect((await make(lead, { team_id: null })).status).toBe(422)
    expect((await make(lead, { team_id: await insertTeam(organizationId) })).status).toBe(404)
    const path = `${PROJECTS}/${body.id}`
    for (const [json, expected] of [
      [{ team_id: null }, 422],
      [{ team_id: await insertTeam(organizationId) }, 404],
      [{ team_id: teamId, name: 'New' }, 200],
    ] as const)
      expect((await browse(lead, path, { method: 'PATCH', json })).status).toBe(expected)
  })

  it('are all that its lead sees, with their keys, and the organization itself', async () => {
    const lead = await leadOf(teamId)
    const own = (await make(lead)).body.id
    const others = [
      (await make(jar)).body.id,
      (await make(jar, { team_id: await insertTeam(organizationId) })).body.id,
    ]
    const keys: string[] = []
    for (const project_id of [own, ...others]) {
      const made = await browse<CreatedKey>(jar, '/_latchkey/v1/keys', { json: { project_id, name: 'K' } })
      keys.push(made.body.key.id)
    }
    const ids = async (name: string) =>
      (await browse<{ data: { id: string }[] }>(lead, `/_latchkey/v1/${name}`)).body.data.map(({ id }) => id)
    expect(await ids('projects')).toEqual([own])
    expect(await ids('keys')).toEqual(keys.slice(0, 1))
    expect(await ids('teams')).toEqual([teamId])
    expect(await ids('organizations')).toEqual([organizationId])
  })

  it('end before the team does, and so does its lead', async () => {
    await insertMember({ organizationId, role: 'team_lead', teamId })
    const path = `/_latchkey/v1/teams/${teamId}`
    expect(said(await browse(jar, path, { method: 'DELETE' }))).toEqual([409, 'conflict'])
  })
})

describe('what a member may use is not for it to choose', () => {
  const refusal = { code: 'permission_missing', permission: 'plans:assign' }

  it.each([
    ['plan_id', newId('plan')],
    ['plan_id', null],
    ['recoverable', true],
    ['key_prefix', 'acme'],
  ] as const)('a project is made without %s', async (field, value) => {
    const json = { organization_id: organizationId, name: 'App', [field]: value }
    const answer = await browse(jar, '/_latchkey/v1/projects', { json })
    expect([answer.status, answer.body]).toMatchObject([403, refusal])
  })

  it.each(['plan_id', 'policy', 'recoverable'])('a project is changed without %s', async (field) => {
    const project = await browse<{ id: string }>(jar, '/_latchkey/v1/projects', {
      json: { organization_id: organizationId, name: 'App' },
    })
    const json = { [field]: field === 'recoverable' ? false : null }
    const answer = await browse(jar, `/_latchkey/v1/projects/${project.body.id}`, { method: 'PATCH', json })
    expect([answer.status, answer.body]).toMatchObject([403, refusal])
  })

  it('a key is made and changed without a plan, alone and in bulk', async () => {
    const KEYS = '/_latchkey/v1/keys'
    const project = await browse<{ id: string }>(jar, '/_latchkey/v1/projects', {
      json: { organization_id: organizationId, name: 'App' },
    })
    const given = { project_id: project.body.id, name: 'K' }
    const key = (await browse<{ key: { id: string } }>(jar, KEYS, { json: given })).body.key.id
    const before = await eventsOf(organizationId)
    const plan = { plan_id: newId('plan') }
    const answers = [
      await browse(jar, KEYS, { json: { ...given, ...plan } }),
      await browse(jar, `${KEYS}/${key}`, { method: 'PATCH', json: plan }),
    ]
    for (const answer of answers) expect([answer.status, answer.body]).toMatchObject([403, refusal])
    for (const json of [
      { action: 'create', items: [{ ...given, ...plan }] },
      { action: 'update', items: [{ id: key, ...plan }] },
    ])
      expect((await browse(jar, `${KEYS}/bulk`, { json })).text).toContain('plans:assign')
    expect(await eventsOf(organizationId)).toEqual(before)
  })
})
