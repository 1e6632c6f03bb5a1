// A declared configuration beside others who change the gateway, and beside a hub that does not answer.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { plans } from '../../../src/model/schema/plans.ts'
import { organizations } from '../../../src/model/schema/tenants.ts'
import { db } from '../store/rows.ts'
import { call, create, makeDeps } from './client.ts'
import { apply, clear } from './declared-client.ts'
import { fails, wrap } from './wrap.ts'

/** D1 in which something else happens right before the first batch that writes an audit event. */
function beforeWriting(happen: () => Promise<unknown>) {
  let next: 'read' | 'write' | 'over' = 'read'
  const database = wrap(env.DB, {
    withSession: (constraint: string) => {
      const session = env.DB.withSession(constraint)
      return wrap(session, {
        prepare: (query: string) => {
          if (next === 'read' && query.startsWith('insert into "audit_events"')) next = 'write'
          return session.prepare(query)
        },
        batch: async (statements: D1PreparedStatement[]) => {
          if (next === 'write') {
            next = 'over'
            await happen()
          }
          return session.batch(statements)
        },
      })
    },
  })
  return { primary: database, shards: [database] }
}

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(clear)

it('does not end a plan that somebody takes meanwhile', async () => {
  const { id } = await create('plans', { name: 'gold', limits: [] })
  const organization = await create('organizations', { name: 'Other' })
  const take = () =>
    call(`/_latchkey/v1/organizations/${organization.id}`, { method: 'PATCH', json: { plan_id: id } })
  const deps = makeDeps({ databases: beforeWriting(take) })
  const answer = await apply({ plans: [] }, { prune: true }, { deps })
  expect(answer.status, answer.text).toBe(422)
  expect(await db.select().from(plans)).toMatchObject([{ state: 'active' }])
})

it('takes an upstream that somebody else makes meanwhile for what it is', async () => {
  const make = () => create('upstreams', { name: 'Orders', url: 'https://other.example.org' })
  const deps = makeDeps({ databases: beforeWriting(make) })
  const wanted = { upstreams: [{ name: 'Orders', url: 'https://origin.example.org' }] }
  const answer = await apply(wanted, {}, { deps })
  expect(answer.body.changes).toMatchObject([{ action: 'updated', fields: [{ name: 'url' }] }])
})

it('does not make keys in an organization that ends meanwhile', async () => {
  const wanted = { organizations: [{ name: 'Acme', external_id: 'acme', projects: [{ name: 'Shop' }] }] }
  await apply(wanted)
  const [made] = await db.select().from(organizations)
  const end = () => call(`/_latchkey/v1/organizations/${made?.id}`, { method: 'DELETE' })
  const deps = makeDeps({ databases: beforeWriting(end) })
  const more = [{ ...wanted.organizations[0], projects: [{ name: 'Shop', keys: [{ name: 'ci' }] }] }]
  const answer = await apply({ organizations: more }, {}, { deps })
  expect(answer.body.changes.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
    'created organization',
    'created project',
    'created key',
  ])
})

it('is not said to be in force because there is nothing left to change', async () => {
  const wanted = { upstreams: [{ name: 'Orders', url: 'https://origin.example.org' }] }
  const broken = makeDeps({ publish: fails('the hub is gone') })
  expect((await apply(wanted, {}, { deps: broken })).body.propagation).toBeNull()
  expect((await apply(wanted, {}, { deps: broken })).body.propagation).toBeNull()
  const deps = makeDeps()
  expect((await apply(wanted, {}, { deps })).body.propagation).not.toBeNull()
  expect(deps.publishes.flat()).toMatchObject([{ kind: 'config' }])
  await deps.settle()
})

it('of more than 500 changes, is in force when they are published', { timeout: 60_000 }, async () => {
  const keys = Array.from({ length: 510 }, (_, i) => ({ name: `key ${i}` }))
  const shop = (given: readonly object[]) => ({
    organizations: [{ name: 'Acme', projects: [{ name: 'Shop', keys: given }] }],
  })
  await apply(shop(keys))
  const answer = await apply(shop(keys.map((key) => ({ ...key, disabled: true }))))
  expect(answer.body.summary).toMatchObject({ changed: 510 })
  expect(answer.body.propagation).not.toBeNull()
})
