// What an operator has stopped, an operator alone lets go on: for a key that is abused, its owner is no judge.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { teams } from '../../../src/model/schema/tenants.ts'
import { eventsOf } from '../store/chain.ts'
import { db, insertOrganization, insertProject, insertTeam } from '../store/rows.ts'
import { call, create, type CreatedKey } from './client.ts'
import { apply } from './declared-client.ts'
import { asMember } from './membership.ts'
import { browse, insertMember, type Jar } from './people.ts'

const KEYS = '/_latchkey/v1/keys'

interface Body {
  readonly code?: string
  readonly key: Readonly<Record<string, unknown>>
}

const ids = { organization: '', key: '' }
let jar: Jar

const member = (verb: string, by = jar) => browse<Body>(by, `${KEYS}/${ids.key}/${verb}`, { json: {} })
const operator = (verb: string) => call<Body>(`${KEYS}/${ids.key}/${verb}`, { method: 'POST' })
const said = ({ status, body }: { status: number; body: Body }) => [status, body.code]
const shown = async () => (await call<Body['key']>(`${KEYS}/${ids.key}`)).body
const HELD = [403, 'held_by_operator']

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  ids.organization = await insertOrganization()
  const project = await insertProject(ids.organization)
  ids.key = (await create<CreatedKey>('keys', { project_id: project, name: 'K' })).key.id
  jar = await asMember(await insertMember({ organizationId: ids.organization }))
})

describe('a key that an operator stopped', () => {
  it.each([
    ['disable', 'enable', 'disabled_by'],
    ['revoke', 'restore', 'revoked_by'],
  ] as const)('by %s is let go on by an operator, and by no member', async (stop, go, field) => {
    expect((await operator(stop)).body.key[field]).toBe('operator')
    const before = (await eventsOf(ids.organization)).length
    expect(said(await member(go))).toEqual(HELD)
    expect((await eventsOf(ids.organization)).length).toBe(before)
    expect((await operator(go)).body.key).toMatchObject({ state: 'active', [field]: null })
  })

  it('is not let go on in bulk either', async () => {
    await operator('disable')
    const json = { action: 'enable', items: [{ id: ids.key }] }
    expect((await browse(jar, `${KEYS}/bulk`, { json })).text).toContain('held_by_operator')
    expect((await shown()).state).toBe('disabled')
  })

  it.each([
    ['disable', 'enable', 'disabled_by'],
    ['revoke', 'restore', 'revoked_by'],
  ] as const)('a second time, after a member, stays so: %s', async (stop, go, field) => {
    expect((await member(stop)).body.key[field]).toBe('member')
    expect((await operator(stop)).body.key[field]).toBe('operator')
    expect((await member(stop)).body.key[field]).toBe('operator')
    expect(said(await member(go))).toEqual(HELD)
    expect((await eventsOf(ids.organization)).at(-1)?.changes).toEqual({
      [field]: { from: 'member', to: 'operator' },
    })
  })

  it('and that a member has stopped besides is still held', async () => {
    await operator('disable')
    await member('revoke')
    expect((await member('restore')).body.key).toMatchObject({ state: 'disabled', disabled_by: 'operator' })
    expect(said(await member('enable'))).toEqual(HELD)
  })
})

describe('a key that a member stopped', () => {
  it('is let go on by members and by operators', async () => {
    for (const go of [member, operator]) {
      await member('disable')
      expect((await go('enable')).body.key).toMatchObject({ state: 'active', disabled_by: null })
      await member('revoke')
      expect((await go('restore')).body.key).toMatchObject({ state: 'active', revoked_by: null })
    }
  })
})

describe('what an operator suspended', () => {
  const path = (resource: string, id: string) => `/_latchkey/v1/${resource}/${id}`
  const asked = (by: Jar | null, of: string, verb: string) =>
    by === null
      ? call<Body>(`${of}/${verb}`, { method: 'POST' })
      : browse<Body>(by, `${of}/${verb}`, { json: {} })

  it.each(['projects', 'teams'] as const)(
    'is resumed by an operator, and by no member: %s',
    async (resource) => {
      const make = resource === 'projects' ? insertProject : insertTeam
      const of = path(resource, await make(ids.organization))
      await asked(jar, of, 'suspend')
      expect((await asked(jar, of, 'resume')).body).toMatchObject({ state: 'active', suspended_by: null })
      await asked(jar, of, 'suspend')
      expect((await asked(null, of, 'suspend')).body).toMatchObject({ suspended_by: 'operator' })
      expect(said(await asked(jar, of, 'resume'))).toEqual(HELD)
      expect((await asked(null, of, 'resume')).body).toMatchObject({ state: 'active' })
    },
  )

  it('is not left by a project that a member moves out of it', async () => {
    const team = await insertTeam(ids.organization)
    const project = path('projects', await insertProject(ids.organization, { teamId: team }))
    await asked(null, path('teams', team), 'suspend')
    const move = { method: 'PATCH', json: { team_id: null } }
    expect(said(await browse<Body>(jar, project, move))).toEqual(HELD)
    expect((await call(project, move)).status).toBe(200)
  })
})

describe('what a document stops', () => {
  const documentOf = (isStopped: boolean) => ({
    organizations: [
      {
        name: ids.organization,
        external_id: ids.organization,
        teams: [{ name: 'Web', suspended: isStopped }],
        projects: [{ name: 'Shop', suspended: isStopped, keys: [{ name: 'ci', disabled: isStopped }] }],
      },
    ],
  })
  const keysOf = () => db.select().from(apiKeys).where(eq(apiKeys.organizationId, ids.organization))
  const declaredKey = async () => (await keysOf()).find(({ id }) => id !== ids.key)
  const ask = (path: string) => browse<Body>(jar, `/_latchkey/v1/${path}`, { json: {} })

  beforeEach(async () => {
    const json = { external_id: ids.organization, name: ids.organization }
    await call(`/_latchkey/v1/organizations/${ids.organization}`, { method: 'PATCH', json })
  })

  it('is held by an operator: no member lets it go on, and another document does', async () => {
    await apply(documentOf(false))
    expect((await apply(documentOf(true))).status).toBe(200)
    const key = await declaredKey()
    const team = await db.select().from(teams).where(eq(teams.organizationId, ids.organization)).get()
    const paths = [`keys/${key?.id}/enable`, `projects/${key?.projectId}/resume`, `teams/${team?.id}/resume`]
    for (const path of paths) expect([path, ...said(await ask(path))]).toEqual([path, ...HELD])
    await apply(documentOf(false))
    expect(await declaredKey()).toMatchObject({ state: 'active', disabledBy: null })
  })

  it('is held where it was made so, and where it ended because it is not declared any more', async () => {
    await apply(documentOf(true))
    expect(said(await ask(`keys/${(await declaredKey())?.id}/enable`))).toEqual(HELD)
    const [organization] = documentOf(true).organizations
    const keyless = { ...organization, projects: [{ name: 'Shop', suspended: true, keys: [] }] }
    const rest = await call<{ organizations: { external_id?: string }[] }>('/_latchkey/v1/config/export')
    const others = rest.body.organizations.filter(({ external_id: id }) => id !== ids.organization)
    await apply({ organizations: [...others, keyless] }, { prune: true })
    expect(said(await ask(`keys/${(await declaredKey())?.id}/restore`))).toEqual(HELD)
  })
})
