// Leads of teams: what they reach, and that they give no more than they have.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import type { MemberRow } from '../../../src/store/holders.ts'
import { insertTeam } from '../store/rows.ts'
import { create, type CreatedKey } from './client.ts'
import { invite, leadOf, makeHome, MEMBERS, patch, remove, said } from './membership.ts'
import { browse, insertMember, type Jar } from './people.ts'

let organizationId: string
let teamId: string
let admin: MemberRow
let jar: Jar

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  ;({ organizationId, teamId, admin, jar } = await makeHome())
})

describe('nobody gives more than they have', () => {
  it.each([
    ['admin', 403],
    ['member', 422],
    ['viewer', 422],
  ] as const)('a lead makes no %s, by invitation or by change', async (role, status) => {
    const lead = await leadOf(organizationId, teamId)
    const other = await insertMember({ organizationId, role: 'team_lead', teamId })
    expect((await invite(lead, organizationId, { role })).status).toBe(status)
    expect((await patch(lead, other.id, { role })).status).toBe(status)
  })

  it('a lead invites leads of its own team, and need not name it', async () => {
    const lead = await leadOf(organizationId, teamId)
    const { status, body } = await invite(lead, organizationId, { role: 'team_lead' })
    expect([status, body.member.team_id]).toEqual([201, teamId])
    const other = await insertTeam(organizationId)
    const absent = await invite(lead, organizationId, {
      role: 'team_lead',
      team_id: newId('team'),
      email: 'a@example.com',
    })
    const foreign = await invite(lead, organizationId, {
      role: 'team_lead',
      team_id: other,
      email: 'a@example.com',
    })
    expect(foreign.status).toBe(404)
    expect(foreign.body).toEqual(absent.body)
  })

  it('a lead sees and changes no member outside of its team', async () => {
    const lead = await leadOf(organizationId, teamId)
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
    const lead = await leadOf(organizationId, teamId)
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
    const lead = await leadOf(organizationId, teamId)
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

describe('lists that are asked for one team or one project', () => {
  it('hold what the caller reaches of it', async () => {
    const other = await insertTeam(organizationId)
    const [own, foreign] = [
      await create('projects', { organization_id: organizationId, team_id: teamId, name: 'Own' }),
      await create('projects', { organization_id: organizationId, team_id: other, name: 'Foreign' }),
    ]
    const found = async (who: Jar, path: string) => {
      const { body } = await browse<{ data: { id?: string; project_id?: string }[] }>(
        who,
        `/_latchkey/v1/${path}`,
      )
      return body.data.map(({ id, project_id }) => id ?? project_id)
    }
    const lead = await leadOf(organizationId, teamId)
    const byTeam = `projects?team_id=${other}`
    const byProject = `compliance?project_id=${foreign.id}`
    for (const path of [byTeam, byProject]) {
      expect(await found(jar, path)).toEqual([foreign.id])
      expect(await found(lead, path)).toEqual([])
    }
    expect(await found(lead, `projects?team_id=${teamId}`)).toEqual([own.id])
    expect(await found(lead, `compliance?project_id=${own.id}`)).toEqual([own.id])
  })
})
