// The caller's own ids: what has one is found by it, and who is deleted gives it back.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { call, create, createProject, type CreatedKey } from './client.ts'

const BASE = '/_latchkey/v1'

interface Listed {
  readonly data: readonly { readonly id: string }[]
  readonly next_cursor: string | null
}

async function found(resource: string, query: string): Promise<readonly string[]> {
  const { body } = await call<Listed>(`${BASE}/${resource}?${query}`)
  return body.data.map(({ id }) => id)
}

/** One of each resource, called `external_id`. */
const MAKE: Readonly<Record<string, (externalId: string) => Promise<string>>> = {
  organizations: async (external_id) => (await create('organizations', { name: 'A', external_id })).id,
  teams: async (external_id) => {
    const { id } = await create('organizations', { name: 'A' })
    return (await create('teams', { organization_id: id, name: 'T', external_id })).id
  },
  projects: async (external_id) => (await createProject({ external_id })).projectId,
  keys: async (external_id) => {
    const { projectId } = await createProject()
    return (await create<CreatedKey>('keys', { project_id: projectId, name: 'K', external_id })).key.id
  },
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe.each(Object.entries(MAKE))('%s', (resource, make) => {
  it('are found by external id, and nothing else is', async () => {
    const externalId = newId('event')
    const id = await make(externalId)
    await make(newId('event'))
    expect(await found(resource, `external_id=${externalId}`)).toEqual([id])
    expect(await found(resource, `external_id=${externalId.slice(0, -1)}`)).toEqual([])
  })

  it('are asked for in one spelling: a cursor of the whole list is refused for a part of it', async () => {
    await make(newId('event'))
    await make(newId('event'))
    const { body } = await call<Listed>(`${BASE}/${resource}?limit=1`)
    const cursor = body.next_cursor ?? ''
    expect((await call(`${BASE}/${resource}?cursor=${cursor}`)).status).toBe(200)
    expect((await call(`${BASE}/${resource}?external_id=a&cursor=${cursor}`)).status).toBe(400)
  })
})

describe('an external id', () => {
  it('is free again when its organization is deleted', async () => {
    const externalId = newId('event')
    const first = await MAKE.organizations?.(externalId)
    await call(`${BASE}/organizations/${first}`, { method: 'DELETE' })
    expect(await found('organizations', `external_id=${externalId}`)).toEqual([])
    const second = await create('organizations', { name: 'B', external_id: externalId })
    expect(await found('organizations', `external_id=${externalId}`)).toEqual([second.id])
  })

  it.each(['teams', 'projects'])('is free again when one of its %s is deleted', async (resource) => {
    const { id: organization_id } = await create('organizations', { name: 'A' })
    const given = { organization_id, name: 'N', external_id: 'same' }
    const { id } = await create(resource, given)
    expect((await call(`${BASE}/${resource}`, { json: given })).status).toBe(409)
    await call(`${BASE}/${resource}/${id}`, { method: 'DELETE' })
    expect((await call(`${BASE}/${resource}`, { json: given })).status).toBe(201)
  })

  it('stands in two organizations, and each finds its own', async () => {
    const externalId = newId('event')
    const made = [
      await createProject({ external_id: externalId }),
      await createProject({ external_id: externalId }),
    ]
    expect(await found('projects', `external_id=${externalId}`)).toHaveLength(2)
    for (const { organizationId, projectId } of made)
      expect(await found('projects', `organization_id=${organizationId}&external_id=${externalId}`)).toEqual([
        projectId,
      ])
  })
})
