// Plans, policies, prefixes and recoverability are given to a member, not chosen by it.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { eventsOf } from '../store/chain.ts'
import { insertOrganization, insertTeam } from '../store/rows.ts'
import { call } from './client.ts'
import { asMember } from './membership.ts'
import { browse, insertMember, type Jar } from './people.ts'

let organizationId: string
let jar: Jar

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  organizationId = await insertOrganization()
  jar = await asMember(await insertMember({ organizationId }))
})

describe('what a member may use is not for it to choose', () => {
  const refusal = { code: 'permission_missing', permission: 'plans:assign' }

  it.each([
    ['plan_id', newId('plan')],
    ['policy', { idle_days: 3 }],
    ['recoverable', true],
    ['key_prefix', 'acme'],
  ] as const)('a project is made without %s', async (field, value) => {
    const json = { organization_id: organizationId, name: 'App', [field]: value }
    const answer = await browse(jar, '/_latchkey/v1/projects', { json })
    expect([answer.status, answer.body]).toMatchObject([403, refusal])
  })

  it('a team is made without a policy', async () => {
    const json = { organization_id: organizationId, name: 'Web', policy: { idle_days: 3 } }
    const answer = await browse(jar, '/_latchkey/v1/teams', { json })
    expect([answer.status, answer.body]).toMatchObject([403, refusal])
    expect((await browse(jar, '/_latchkey/v1/teams', { json: { ...json, policy: {} } })).status).toBe(201)
  })

  it.each(['plan_id', 'policy', 'recoverable'] as const)('a project is changed without %s', async (field) => {
    const project = await browse<{ id: string }>(jar, '/_latchkey/v1/projects', {
      json: { organization_id: organizationId, name: 'App' },
    })
    const given = { plan_id: newId('plan'), policy: { idle_days: 3 }, recoverable: true }
    const json = { [field]: given[field] }
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

  describe('a project is moved between teams', () => {
    const teamWith = (policy: object) => insertTeam(organizationId, { policy })
    const projectIn = async (team: string | null) =>
      (
        await browse<{ id: string }>(jar, '/_latchkey/v1/projects', {
          json: { organization_id: organizationId, name: 'App', team_id: team },
        })
      ).body.id
    const move = (project: string, team: string | null) =>
      browse(jar, `/_latchkey/v1/projects/${project}`, { method: 'PATCH', json: { team_id: team } })

    it('neither out of nor into a policy', async () => {
      const [held, free] = [await teamWith({ maxLifetimeDays: 30 }), await teamWith({})]
      const looser = await teamWith({ maxLifetimeDays: 90 })
      const inside = await projectIn(held)
      const outside = await projectIn(free)
      for (const [project, team] of [
        [inside, free],
        [inside, looser],
        [inside, null],
        [outside, held],
      ] as const) {
        const answer = await move(project, team)
        expect([answer.status, answer.body]).toMatchObject([403, refusal])
      }
    })

    it('where the same policy is in force afterwards', async () => {
      const [held, alike] = [await teamWith({ idleDays: 3 }), await teamWith({ idleDays: 3 })]
      const [free, other] = [await teamWith({}), await teamWith({})]
      expect((await move(await projectIn(held), alike)).status).toBe(200)
      const project = await projectIn(free)
      for (const team of [other, null, free]) expect((await move(project, team)).status).toBe(200)
    })

    it('out of a policy by an operator', async () => {
      const project = await projectIn(await teamWith({ idleDays: 3 }))
      const json = { team_id: null }
      expect((await call(`/_latchkey/v1/projects/${project}`, { method: 'PATCH', json })).status).toBe(200)
    })
  })
})
