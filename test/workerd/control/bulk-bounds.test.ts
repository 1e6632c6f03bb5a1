// What a bulk request may ask of D1: an invocation has 1,000 statements on a paid plan, and 50 on the free one.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { insertKey, insertOrganization, insertProject } from '../store/rows.ts'
import { insertMember } from './people.ts'
import { call, create, makeDeps } from './client.ts'
import { countingDatabase, wrap } from './wrap.ts'

interface Bulk {
  readonly results: readonly {
    readonly status: number
    readonly problem?: { readonly code: string; readonly detail: string }
  }[]
}

const times = <T>(count: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i))

/** What became of the items, and how many statements it took, with those that any request takes. */
async function bulk(action: string, items: readonly object[]) {
  const { databases, count } = countingDatabase()
  const deps = makeDeps({ databases })
  const { body } = await call<Bulk>('/_latchkey/v1/keys/bulk', { json: { action, items }, deps })
  await deps.settle()
  return {
    results: body.results,
    statuses: new Set(body.results.map(({ status }) => status)),
    count: count(),
  }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

describe('a bulk request of one organization', () => {
  it('asks as much for fifty projects as for one', async () => {
    const organization = await insertOrganization()
    const projects = await Promise.all(times(50, () => insertProject(organization)))
    const items = (of: readonly string[]) =>
      times(50, (i) => ({ project_id: of[i % of.length] ?? '', name: `Key ${i}` }))
    const [one, many] = [
      await bulk('create', items(projects.slice(0, 1))),
      await bulk('create', items(projects)),
    ]
    expect([one.statuses, many.statuses]).toEqual([new Set([201]), new Set([201])])
    expect(many.count).toBe(one.count)
    expect(many.count).toBeLessThanOrEqual(8)
  })

  it('asks as much where each item names a plan and a member of its own', async () => {
    const organization = await insertOrganization()
    const project = await insertProject(organization)
    const keys = await Promise.all(times(50, () => insertKey(organization, project)))
    const plans = await Promise.all(times(10, () => create('plans', { name: newId('event'), limits: [] })))
    const members = await Promise.all(times(10, () => insertMember({ organizationId: organization })))
    const items = keys.map(({ id }, i) => ({
      id,
      name: 'New',
      tags: ['a', 'b'],
      scopes: ['a:b'],
      external_id: `${organization}-${i}`,
      plan_id: plans[i % 10]?.id,
      owner_member_id: members[i % 10]?.id,
    }))
    const { statuses, count } = await bulk('update', items)
    expect(statuses).toEqual(new Set([200]))
    // A thousand items make 39 chunks at most (below), and their attempts are lost 20 times at most.
    expect(count * (39 + 20)).toBeLessThan(1_000)
  })
})

describe('a bulk request of an organization that others change all the time', () => {
  /** D1, in which somebody else has changed the organization ahead of every batch. */
  function contended(organization: string) {
    const { databases, count } = countingDatabase()
    const overtake = () =>
      call(`/_latchkey/v1/organizations/${organization}`, { method: 'PATCH', json: { name: newId('event') } })
    const primary = wrap(databases.primary, {
      withSession: (constraint: string) => {
        const session = databases.primary.withSession(constraint)
        return wrap(session, {
          batch: async (statements: D1PreparedStatement[]) => {
            await overtake()
            return session.batch(statements)
          },
        })
      },
    })
    return { deps: makeDeps({ databases: { primary, shards: [primary] }, sleep: async () => {} }), count }
  }

  it('gives up before the platform ends it, and stores nothing of what it gave up', async () => {
    const organization = await insertOrganization()
    const project = await insertProject(organization)
    const keys = await Promise.all(times(400, () => insertKey(organization, project)))
    const { deps, count } = contended(organization)
    const items = keys.map(({ id }) => ({ id, name: 'New', tags: ['a'] }))
    const json = { action: 'update', items }
    const { body } = await call<Bulk>('/_latchkey/v1/keys/bulk', { json, deps })
    await deps.settle()
    expect(new Set(body.results.map(({ problem }) => problem?.code))).toEqual(new Set(['conflict']))
    expect(count()).toBeLessThan(1_000)
    const [first] = keys
    expect((await call<{ name: string }>(`/_latchkey/v1/keys/${first?.id}`)).body.name).not.toBe('New')
  })
})

describe('a bulk request of many organizations', () => {
  const keyOf = async () => {
    const organization = await insertOrganization()
    return insertKey(organization, await insertProject(organization))
  }

  it('is bounded: keys of more than twenty are refused, those of the first are done', async () => {
    const keys = await Promise.all(times(23, keyOf))
    const { results, count } = await bulk(
      'revoke',
      keys.map(({ id }) => ({ id })),
    )
    expect(results.map(({ status }) => status)).toEqual([...times(20, () => 200), ...times(3, () => 422)])
    expect(results.at(-1)?.problem).toMatchObject({
      code: 'value_refused',
      detail: expect.stringMatching(/20/),
    })
    // A thousand items make 39 chunks at most: 20 of one organization, and one for each of the others.
    expect((count / 20) * 39).toBeLessThan(1_000)
  })

  it('is bounded for keys that are made, too', async () => {
    const projects = await Promise.all(times(21, async () => insertProject(await insertOrganization())))
    const { results, count } = await bulk(
      'create',
      projects.map((project) => ({ project_id: project, name: 'K' })),
    )
    expect(results.map(({ status }) => status)).toEqual([...times(20, () => 201), 422])
    expect((count / 20) * 39).toBeLessThan(1_000)
  })
})
