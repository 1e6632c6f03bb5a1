import { beforeEach, describe, expect, it } from 'vitest'
import type { ControlApi, Item } from '../../../../tools/start/control-api.ts'
import { seedDemo } from '../../../../tools/start/seed.ts'

const ORIGIN = 'http://127.0.0.1:8788'

let rows: Map<string, Item[]>
let created: string[]
let api: ControlApi

beforeEach(() => {
  rows = new Map()
  created = []
  api = {
    find: (collection, matches) => Promise.resolve(rows.get(collection)?.find(matches) ?? null),
    create: (collection, body) => {
      const item: Item = { ...body, id: `${collection}_${created.push(collection)}` }
      rows.set(collection, [...(rows.get(collection) ?? []), item])
      return Promise.resolve(collection === 'keys' ? { key: item, secret: `secret of ${item.id}` } : item)
    },
  }
})

describe('seedDemo', () => {
  it('makes an organization with a plan, a route to the origin and a key', async () => {
    const demo = await seedDemo(api, ORIGIN, null)
    expect(created).toEqual(['plans', 'organizations', 'upstreams', 'routes', 'projects', 'keys'])
    expect(rows.get('plans')).toMatchObject([{ limits: [{}], quotas: [{}] }])
    expect(rows.get('organizations')).toMatchObject([{ id: demo.organizationId, plan_id: 'plans_1' }])
    expect(rows.get('routes')).toMatchObject([{ upstream_id: 'upstreams_3', path: '/*', auth: 'required' }])
    expect(demo).toMatchObject({ keyId: 'keys_6', key: 'secret of keys_6', keyIs: 'new' })
  })

  it('makes nothing twice and keeps the known key', async () => {
    const first = await seedDemo(api, ORIGIN, null)
    expect(await seedDemo(api, ORIGIN, first)).toEqual({ ...first, keyIs: 'known' })
    expect(created).toHaveLength(6)
  })

  it('makes another key when the known one is lost or of another database', async () => {
    const first = await seedDemo(api, ORIGIN, null)
    const foreign = { key: 'k', keyId: 'key_1', projectId: 'prj_elsewhere' }
    expect(await seedDemo(api, ORIGIN, null)).toMatchObject({ keyId: 'keys_7', keyIs: 'new' })
    expect(await seedDemo(api, ORIGIN, foreign)).toMatchObject({ ...idsOf(first), keyId: 'keys_8' })
  })

  it.each([1, 2, 3, 4, 5])('completes a demo of which %i parts were made', async (parts) => {
    const whole = api
    api = {
      ...whole,
      create: async (collection, body) => {
        if (created.length === parts) throw new Error('died')
        return whole.create(collection, body)
      },
    }
    await expect(seedDemo(api, ORIGIN, null)).rejects.toThrow('died')
    await seedDemo(whole, ORIGIN, null)
    expect(created).toEqual(['plans', 'organizations', 'upstreams', 'routes', 'projects', 'keys'])
  })

  it('refuses to change where the demo leads, and says how to go on', async () => {
    await seedDemo(api, ORIGIN, null)
    await expect(seedDemo(api, 'http://127.0.0.1:9000', null)).rejects.toThrow(
      "This state folder's demo leads to http://127.0.0.1:8788, not to http://127.0.0.1:9000: start with --origin-port 8788 (or --origin http://127.0.0.1:8788, if that origin is your own), choose another",
    )
    expect(created).toHaveLength(6)
  })

  it('does not mix a demo into a database that is used for something else', async () => {
    await api.create('organizations', { name: 'Real' })
    await expect(seedDemo(api, ORIGIN, null)).rejects.toThrow('start with --no-demo')
    expect(created).toEqual(['organizations'])
  })
})

function idsOf({ organizationId, projectId }: { organizationId: string; projectId: string }): object {
  return { organizationId, projectId }
}
