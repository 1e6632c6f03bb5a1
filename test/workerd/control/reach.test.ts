// What one organization's principal can change: its own, and nothing else, by the code beneath the endpoints alone.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Principal } from '../../../src/control/deps.ts'
import { deletion, restoration } from '../../../src/control/key-endings.ts'
import { KEY, keyUpdate } from '../../../src/control/key-changes.ts'
import { KEY_VERBS, revocation } from '../../../src/control/key-verbs.ts'
import { revealKey } from '../../../src/control/key-reveal.ts'
import { rotateKey } from '../../../src/control/key-rotation.ts'
import { makeKey } from '../../../src/control/new-key.ts'
import { ORGANIZATION, organizationUpdate } from '../../../src/control/organization-changes.ts'
import { makeProject, PROJECT, projectUpdate } from '../../../src/control/project-changes.ts'
import { changeResource } from '../../../src/control/resource.ts'
import { makeTeam, TEAM, teamDeletion, teamUpdate } from '../../../src/control/team-changes.ts'
import { TENANT_VERBS } from '../../../src/control/tenant-verbs.ts'
import { permissionsOfMember } from '../../../src/policy/permissions.ts'
import { refuse } from '../../../src/problem.ts'
import { eventsOf } from '../store/chain.ts'
import { create, createProject, makeDeps, type CreatedKey } from './client.ts'

const ids = { organization: '', team: '', project: '', key: '', sealed: '', other: '' }
const deps = makeDeps()

const principalOf = (organizationId: string): Principal => ({
  id: 'op_test',
  reach: { organizationId },
  permissions: permissionsOfMember('admin'),
  actor: { type: 'operator', id: 'op_test', break_glass: false },
  context: { request_id: 'req_test' },
})

/** Every change there is, by the given principal. */
const CHANGES = {
  'update a key': (by: Principal) =>
    changeResource(deps, by, KEY, ids.key, keyUpdate(deps, by, { name: 'New' })),
  'disable a key': (by: Principal) => changeResource(deps, by, KEY, ids.key, KEY_VERBS.disable(by)),
  'enable a key': (by: Principal) => changeResource(deps, by, KEY, ids.key, KEY_VERBS.enable(by)),
  'expire a key': (by: Principal) => changeResource(deps, by, KEY, ids.key, KEY_VERBS.expire(by)),
  'revoke a key': (by: Principal) => changeResource(deps, by, KEY, ids.key, revocation('policy', by)),
  'restore a key': (by: Principal) => changeResource(deps, by, KEY, ids.key, restoration(deps, by)),
  'delete a key': (by: Principal) => changeResource(deps, by, KEY, ids.key, deletion(deps)),
  'rotate a key': (by: Principal) => rotateKey(deps, by, ids.key, {}, undefined),
  'reveal a key': (by: Principal) => revealKey(deps, by, ids.sealed),
  'update a project': (by: Principal) =>
    changeResource(deps, by, PROJECT, ids.project, projectUpdate(deps, by, { name: 'New' })),
  'suspend a project': (by: Principal) =>
    changeResource(deps, by, PROJECT, ids.project, TENANT_VERBS.suspend(by)),
  'resume a project': (by: Principal) =>
    changeResource(deps, by, PROJECT, ids.project, TENANT_VERBS.resume(by)),
  'update a team': (by: Principal) => changeResource(deps, by, TEAM, ids.team, teamUpdate({ name: 'New' })),
  'suspend a team': (by: Principal) => changeResource(deps, by, TEAM, ids.team, TENANT_VERBS.suspend(by)),
  'delete a team': (by: Principal) => changeResource(deps, by, TEAM, ids.team, teamDeletion(deps)),
  'update an organization': (by: Principal) =>
    changeResource(deps, by, ORGANIZATION, ids.organization, organizationUpdate(deps, { name: 'New' })),
  'suspend an organization': (by: Principal) =>
    changeResource(deps, by, ORGANIZATION, ids.organization, TENANT_VERBS.suspend(by)),
  'delete a project': (by: Principal) => changeResource(deps, by, PROJECT, ids.project, TENANT_VERBS.delete),
  'delete an organization': (by: Principal) =>
    changeResource(deps, by, ORGANIZATION, ids.organization, TENANT_VERBS.delete),
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))
beforeEach(async () => {
  const { organizationId, projectId } = await createProject()
  const team = await create('teams', { organization_id: organizationId, name: 'Web' })
  const { key } = await create<CreatedKey>('keys', { project_id: projectId, name: 'K' })
  const kept = await create('projects', {
    organization_id: organizationId,
    name: 'Kept',
    recoverable: true,
  })
  const sealed = (await create<CreatedKey>('keys', { project_id: kept.id, name: 'S' })).key.id
  const { organizationId: other } = await createProject()
  Object.assign(ids, {
    organization: organizationId,
    team: team.id,
    project: projectId,
    key: key.id,
    sealed,
    other,
  })
})

describe.each(Object.entries(CHANGES))('to %s', (_, attempt) => {
  it('is a 404 for another organization, and leaves no trace', async () => {
    const before = await eventsOf(ids.organization)
    expect(await attempt(principalOf(ids.other))).toEqual({ ok: false, error: refuse('not_found') })
    expect(await eventsOf(ids.organization)).toEqual(before)
  })

  it('is possible for its own', async () => {
    expect(await attempt(principalOf(ids.organization))).toMatchObject({ ok: true })
  })
})

describe('to create inside another organization', () => {
  it.each([
    [
      'a project',
      () => makeProject(deps, principalOf(ids.other), { organization_id: ids.organization, name: 'A' }),
    ],
    [
      'a team',
      () => makeTeam(deps, principalOf(ids.other), { organization_id: ids.organization, name: 'A' }),
    ],
    [
      'a key',
      () =>
        makeKey(deps, principalOf(ids.other), {
          project_id: ids.project,
          name: 'A',
          kind: 'secret',
          environment: 'live',
        }),
    ],
  ])('is a 404: %s', async (_, attempt) => {
    expect(await attempt()).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })
})
