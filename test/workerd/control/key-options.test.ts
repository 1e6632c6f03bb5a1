// What a form that makes a key is told: by the real routes and policies, and nothing of either that is none of its business.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { call, create, createProject } from './client.ts'
import { misfits, readDocument } from './openapi.ts'
import { browse, insertMember, loggedIn } from './people.ts'

interface Options {
  readonly scopes: readonly string[]
  readonly [field: string]: unknown
}

const ids = { organization: '', project: '', upstream: '' }
const pathOf = (project = ids.project) => `/_latchkey/v1/projects/${project}/key-options`
const patch = (path: string, json: object) => call(`/_latchkey/v1/${path}`, { method: 'PATCH', json })
const makeRoute = (scopes: readonly string[]) =>
  create('routes', { upstream_id: ids.upstream, path: `/secret-path/${newId('route')}`, scopes })

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject({ key_prefix: 'acme' })
  const upstream = await create('upstreams', { name: newId('event'), service: 'HIDDEN' })
  Object.assign(ids, { organization: organizationId, project: projectId, upstream: upstream.id })
  await env.DB.prepare('DELETE FROM routes').run()
})

it('names the scopes that active routes ask for, each once, and no path and no upstream', async () => {
  await makeRoute(['orders:write', 'orders:read'])
  await makeRoute(['orders:read'])
  const gone = await makeRoute(['gone:read'])
  await call(`/_latchkey/v1/routes/${gone.id}`, { method: 'DELETE' })
  const { status, body, text } = await call<Options>(pathOf())
  expect(status).toBe(200)
  expect(body).toEqual({
    scopes: ['orders:read', 'orders:write'],
    scope_ceiling: null,
    max_lifetime_seconds: null,
    expiry_required: false,
    environments: ['live', 'test'],
    kinds: ['secret', 'publishable'],
    key_prefix: 'acme',
    recoverable: false,
  })
  expect(text).not.toMatch(/secret-path|HIDDEN|up_|route_/)
  expect(misfits(body, { $ref: 'KeyOptions' }, await readDocument())).toEqual([])
})

it('holds every scope to organization, team, project and plan, as a new key is', async () => {
  await makeRoute(['orders:read', 'orders:write', 'users:read', 'bills:read'])
  const team = await create('teams', { organization_id: ids.organization, name: 'Web' })
  const plan = await create('plans', {
    name: newId('event'),
    limits: [],
    key_rules: { max_lifetime_days: 7 },
  })
  await patch(`organizations/${ids.organization}`, {
    plan_id: plan.id,
    policy: { scope_ceiling: ['orders:*', 'users:*'], max_lifetime_days: 90 },
  })
  await patch(`teams/${team.id}`, { policy: { scope_ceiling: ['orders:*', 'users:read'] } })
  await patch(`projects/${ids.project}`, {
    team_id: team.id,
    policy: { scope_ceiling: ['orders:read', 'users:read'] },
  })
  const { body } = await call<Options>(pathOf())
  expect(body).toMatchObject({
    scopes: ['orders:read', 'users:read'],
    scope_ceiling: ['orders:read', 'users:read'],
    max_lifetime_seconds: 7 * 86_400,
    expiry_required: true,
  })
  const make = (scope: string) =>
    call('/_latchkey/v1/keys', {
      json: {
        project_id: ids.project,
        name: 'K',
        scopes: [scope],
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      },
    })
  for (const scope of ['orders:read', 'users:read', 'orders:write', 'bills:read'])
    expect((await make(scope)).status).toBe(body.scopes.includes(scope) ? 201 : 422)
})

it('is for members too, of their own projects; for another organization there is no such project', async () => {
  await makeRoute(['orders:read'])
  const viewer = await loggedIn({
    kind: 'member',
    row: await insertMember({ organizationId: ids.organization, role: 'viewer' }),
  })
  expect((await browse<Options>(viewer, pathOf())).body.scopes).toEqual(['orders:read'])
  const { projectId } = await createProject()
  expect((await browse(viewer, pathOf(projectId))).status).toBe(404)
})
