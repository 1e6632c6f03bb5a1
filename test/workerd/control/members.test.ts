// Members: what may become of them, and that an organization keeps somebody who can let others in.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { sessions } from '../../../src/model/schema/sessions.ts'
import type { MemberRow } from '../../../src/store/holders.ts'
import { eventsOf } from '../store/chain.ts'
import { db, insertOrganization } from '../store/rows.ts'
import { call } from './client.ts'
import { asMember, invite, makeHome, MEMBERS, patch, remove, said, type MemberView } from './membership.ts'
import { browse, insertMember, type Jar } from './people.ts'

const ME = '/_latchkey/v1/me'

let organizationId: string
let teamId: string
let admin: MemberRow
let jar: Jar

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  ;({ organizationId, teamId, admin, jar } = await makeHome())
})

describe('a list of members', () => {
  it('is filtered, and shows the removed ones to those who ask', async () => {
    const lead = await insertMember({ organizationId, role: 'team_lead', teamId })
    const gone = await insertMember({ organizationId, state: 'removed' })
    await insertMember()
    const ids = async (query: string) =>
      (await browse<{ data: MemberView[] }>(jar, `${MEMBERS}?${query}`)).body.data.map(({ id }) => id)
    expect(await ids('')).toEqual([lead.id, admin.id])
    expect(await ids(`team_id=${teamId}`)).toEqual([lead.id])
    expect(await ids('role=admin')).toEqual([admin.id])
    expect(await ids('state=removed')).toEqual([gone.id])
    expect(await ids('state=invited')).toEqual([])
    expect(await ids(`email=${lead.email.toUpperCase()}`)).toEqual([lead.id])
    expect(await ids(`email=${lead.email}&role=admin`)).toEqual([])
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
    expect((await invite(own, organizationId, {})).status).toBe(403)
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
