// What an isolate makes of the feed: what it costs a request, and that a change is obeyed within the bound. Copies that
// lie: stale-copies.test.ts.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import type { ChangeName } from '../../../src/feed/change.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { routes } from '../../../src/model/schema/routing.ts'
import { organizations, projects, teams } from '../../../src/model/schema/tenants.ts'
import { keyCopyName } from '../../../src/store/edge.ts'
import {
  callWith,
  createTestGateway,
  NO_CALLS,
  serveOn,
  type TestGateway,
} from '../../support/gateway-deps.ts'
import { seedGateway, seedKey, seedRoute, seedTenants } from '../../support/seed.ts'

const BOUND_MS = 1_000
const db = drizzle(env.DB)
let tenants: Awaited<ReturnType<typeof seedTenants>>
let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
})

beforeEach(async () => {
  tenants = await seedTenants()
  key = await seedKey({ organizationId: tenants.organization, projectId: tenants.project })
  gateway = createTestGateway()
})

const call = (using = gateway, path = '/orders') => callWith(key.secret, using, path)

function publish(kind: ChangeName['kind'], subject: string = kind) {
  return hubOf(env).publish([{ kind, subject }])
}

function revokeInD1() {
  return db.update(apiKeys).set({ state: 'revoked' }).where(eq(apiKeys.id, key.id))
}

/** Many at once, none of which waits for what another left behind it. */
function flood(using: TestGateway, size: number): Promise<readonly number[]> {
  const request = () =>
    new Request('https://api.example.com/orders', { headers: { authorization: `Bearer ${key.secret}` } })
  return Promise.all(Array.from({ length: size }, async () => (await serveOn(using, request())).status))
}

describe('what the feed costs', () => {
  test('a warm request awaits nothing and calls nobody', async () => {
    await call()
    gateway.resetCalls()
    gateway.clockMs += BOUND_MS / 2
    for (let i = 0; i < 5; i++) expect((await call()).status).toBe(200)
    expect(gateway.calls).toEqual({ ...NO_CALLS, origin: 5 })
  })

  test('past half of the bound the relay is asked behind the request, which does not wait for it', async () => {
    await call()
    gateway.resetCalls()
    gateway.clockMs += BOUND_MS / 2 + 1
    gateway.faults.relay = 'hangs'
    const statuses = await flood(gateway, 64)
    expect(statuses.every((status) => status === 200)).toBe(true)
    expect(gateway.calls).toEqual({ ...NO_CALLS, relay: 1, origin: 64 })
    // Nobody has been asked in its place yet: none of the requests stood waiting for the timeout.
    expect(gateway.calls.hub).toBe(0)
    await gateway.settle()
  })

  test('older than the bound, one call comes first; at the bound none does', async () => {
    await call()
    gateway.resetCalls()
    const asked: number[] = []
    const { relay, fetch } = gateway.deps
    gateway.deps.fetch = (url, init) => (asked.push(gateway.deps.memory.feed.syncedAt), fetch(url, init))
    gateway.deps.relay = async (known) => (await scheduler.wait(20), relay(known))
    const warmAt = gateway.clockMs
    gateway.clockMs = warmAt + BOUND_MS
    await call()
    gateway.deps.memory.feed.syncedAt = warmAt
    gateway.clockMs = warmAt + BOUND_MS + 1
    await call()
    expect(asked).toEqual([warmAt, warmAt + BOUND_MS + 1])
    expect(gateway.calls).toEqual({ ...NO_CALLS, relay: 2, origin: 2 })
  })

  test('what is known is as old as the question, not as the answer', async () => {
    await call()
    gateway.clockMs += BOUND_MS + 1
    const { relay } = gateway.deps
    gateway.deps.relay = async (known) => {
      const answer = await relay(known)
      // A change of now is not in an answer that has been under way for so long.
      await revokeInD1().then(() => publish('key', key.hash))
      gateway.clockMs += 700
      return answer
    }
    expect((await call()).status).toBe(200)
    gateway.deps.relay = relay
    gateway.clockMs += 301
    expect((await call()).code).toBe('key_revoked')
  })

  test('64 requests at once on a stale feed make one call', async () => {
    await call()
    gateway.resetCalls()
    gateway.clockMs += 60_000
    await flood(gateway, 64)
    expect(gateway.calls).toEqual({ ...NO_CALLS, relay: 1, origin: 64 })
  })

  test('64 requests at once of an isolate that has just begun make one call', async () => {
    await flood(gateway, 64)
    expect(gateway.calls).toMatchObject({ relay: 1, hub: 0 })
  })

  test('whatever the load, the relay is asked twice a second at most', async () => {
    await call()
    gateway.resetCalls()
    for (let ms = 0; ms < 10_000; ms += 50) {
      gateway.clockMs += 50
      await flood(gateway, 3)
      await gateway.settle()
    }
    expect(gateway.calls).toMatchObject({ ...NO_CALLS, relay: expect.any(Number), origin: 600 })
    expect(gateway.calls.relay).toBeGreaterThanOrEqual(17)
    expect(gateway.calls.relay).toBeLessThanOrEqual(20)
  })
})

describe('a change that was published', () => {
  const CHANGES: readonly (readonly [ChangeName['kind'], string, () => Promise<unknown>])[] = [
    ['key', 'key_revoked', () => revokeInD1().then(() => publish('key', key.hash))],
    [
      'project',
      'key_revoked',
      async () => {
        await db.update(projects).set({ state: 'deleted' }).where(eq(projects.id, tenants.project))
        await publish('project', tenants.project)
      },
    ],
    [
      'team',
      'key_disabled',
      async () => {
        await db.update(teams).set({ state: 'suspended' }).where(eq(teams.id, tenants.team))
        await publish('team', tenants.team)
      },
    ],
    [
      'organization',
      'organization_suspended',
      async () => {
        const { organization } = tenants
        await db.update(organizations).set({ state: 'suspended' }).where(eq(organizations.id, organization))
        await publish('organization', organization)
      },
    ],
    ['all', 'key_revoked', () => revokeInD1().then(() => publish('all'))],
  ]

  test.each(CHANGES)(
    'of kind %s is obeyed by every isolate at its next sync, whatever KV says',
    async (_, code, change) => {
      const other = createTestGateway()
      for (const isolate of [gateway, other]) {
        expect((await call(isolate)).status).toBe(200)
        isolate.faults.kv = 'frozen'
      }
      const stale = await env.KV.get(keyCopyName(key.hash))
      await change()
      for (const isolate of [gateway, other]) {
        isolate.resetCalls()
        // Within the bound it may pass; past it, never.
        isolate.clockMs += BOUND_MS + 1
        expect((await call(isolate)).code).toBe(code)
        expect(isolate.calls).toMatchObject({ relay: 1, hub: 0, origin: 0 })
      }
      const begun = createTestGateway()
      begun.faults.kv = 'frozen'
      expect((await call(begun)).code).toBe(code)
      expect(await env.KV.get(keyCopyName(key.hash))).toBe(stale)
    },
  )

  test('costs one read of D1 in an isolate that holds what it names, and none in one that does not', async () => {
    const stranger = await seedKey()
    await call()
    await callWith(stranger.secret, gateway)
    gateway.faults.kv = 'frozen'
    await publish('key', key.hash)
    gateway.clockMs += BOUND_MS + 1
    gateway.resetCalls()
    for (let i = 0; i < 3; i++) await callWith(stranger.secret, gateway)
    expect(gateway.calls).toMatchObject({ relay: 1, kvGet: 0, d1: 0 })
    for (let i = 0; i < 3; i++) await call()
    expect(gateway.calls).toMatchObject({ relay: 1, kvGet: 1, d1: 1 })
  })

  test('of the configuration is obeyed, with one read of D1 where KV is stale', async () => {
    await seedRoute({ path: '/reports/*' })
    await publish('config')
    const other = createTestGateway()
    for (const isolate of [gateway, other]) {
      expect((await call(isolate, '/reports/1')).status).toBe(200)
      isolate.faults.kv = 'frozen'
    }
    await db
      .update(routes)
      .set({ scopes: ['reports:read'] })
      .where(eq(routes.path, '/reports/*'))
    await publish('config')
    for (const isolate of [gateway, other]) {
      isolate.clockMs += BOUND_MS + 1
      isolate.resetCalls()
      for (let i = 0; i < 3; i++) expect((await call(isolate, '/reports/1')).code).toBe('scope_missing')
      expect(isolate.calls).toMatchObject({ relay: 1, kvGet: 1, d1: 1, origin: 0 })
    }
  })

  test('lets a key pass that was asked for in vain before', async () => {
    const hash = { hash: '0'.repeat(64) }
    await db.update(apiKeys).set(hash).where(eq(apiKeys.id, key.id))
    expect((await call()).code).toBe('key_unknown')
    await db.update(apiKeys).set({ hash: key.hash }).where(eq(apiKeys.id, key.id))
    await publish('key', key.hash)
    gateway.clockMs += BOUND_MS + 1
    expect((await call()).status).toBe(200)
  })
})
