// Invitations: who becomes a member by which link, and for how long.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findHolder } from '../../../src/control/identity.ts'
import { newId } from '../../../src/ids.ts'
import { portalLinks } from '../../../src/model/schema/sessions.ts'
import type { MemberRow } from '../../../src/store/holders.ts'
import { eventsOf } from '../store/chain.ts'
import { db } from '../store/rows.ts'
import { makeDeps } from './client.ts'
import {
  invite,
  makeHome,
  MEMBERS,
  redeem,
  remove,
  said,
  tokenOf,
  type Invitation,
  type MemberView,
} from './membership.ts'
import { browse, Jar } from './people.ts'

const ME = '/_latchkey/v1/me'
const WEEK_MS = 7 * 86_400_000

let organizationId: string
let teamId: string
let admin: MemberRow
let jar: Jar

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  ;({ organizationId, teamId, admin, jar } = await makeHome())
})

describe('an invitation', () => {
  it('makes a member who joins by its link, once', async () => {
    const invited = await invite(jar, organizationId, { role: 'member', name: 'Kim' })
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
    const { body } = await browse<MemberView>(jar, `${MEMBERS}/${invited.body.member.id}`)
    expect(body).toMatchObject({ state: 'active', joined_at: expect.any(String) })
  })

  it('is one event in the trail of the organization, which holds no token, and neither does the database', async () => {
    const invited = await invite(jar, organizationId, {})
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
    const invited = await invite(jar, organizationId, {}, { deps: deps(0) })
    expect(Date.parse(invited.body.expires_at)).toBe(at + WEEK_MS)
    expect((await redeem(tokenOf(invited), new Jar(), deps(WEEK_MS))).body.code).toBe('link_unusable')
    expect((await redeem(tokenOf(invited), new Jar(), deps(WEEK_MS - 1))).status).toBe(200)
  })

  it('is accepted by a first login with the address, verified, after which its link is worth nothing', async () => {
    const invited = await invite(jar, organizationId, { role: 'team_lead', team_id: teamId })
    const identity = { issuer: 'https://idp.example', subject: 'kim', verifiedEmail: 'Kim@example.com' }
    const context = { request_id: 'req_test' }
    const found = await findHolder(makeDeps(), identity, organizationId, { context })
    expect(found).toMatchObject({ ok: true, value: { row: { id: invited.body.member.id, state: 'active' } } })
    expect(said(await redeem(tokenOf(invited)))).toEqual([403, 'link_unusable'])
  })

  it('is worth nothing once its member is removed', async () => {
    const invited = await invite(jar, organizationId, {})
    expect((await remove(jar, invited.body.member.id)).status).toBe(200)
    expect(said(await redeem(tokenOf(invited)))).toEqual([403, 'link_unusable'])
  })

  it('can be repeated until it is accepted: only the last link lets in', async () => {
    const at = Date.now()
    const deps = makeDeps({ now: () => at })
    const first = await invite(jar, organizationId, {}, { deps })
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
      await invite(jar, organizationId, {})
      expect(said(await invite(jar, organizationId, { email }))).toEqual([409, 'conflict'])
    },
  )

  it('is given once, of ten at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => invite(jar, organizationId, {})))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9)
  })

  it('can be given again to somebody who was removed', async () => {
    const first = await invite(jar, organizationId, {})
    await remove(jar, first.body.member.id)
    const second = await invite(jar, organizationId, {})
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
    expect((await invite(jar, organizationId, typeof fields === 'function' ? fields() : fields)).status).toBe(
      status,
    )
  })
})
