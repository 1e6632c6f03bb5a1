// The control plane, the real hub and relays, and several isolates together: whatever breaks off and wherever, a change is
// not lost and nothing of the old state passes longer than was said. KV is frozen: it serves the first value it was given.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { eq, isNull } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubOf } from '../../src/bindings.ts'
import type { ControlDeps } from '../../src/control/deps.ts'
import { runScheduled } from '../../src/jobs/scheduled.ts'
import { apiKeys } from '../../src/model/schema/api-keys.ts'
import { auditEvents, outbox } from '../../src/model/schema/records.ts'
import { keyCopyName } from '../../src/store/edge.ts'
import { createTestGateway, serveOn, type TestGateway } from '../support/gateway-deps.ts'
import { seedGateway, seedKey } from '../support/seed.ts'
import { call, makeDeps } from './control/client.ts'
import { never, wrap } from './control/wrap.ts'

const databases = { primary: env.DB, shards: [env.DB] }
const BOUND_MS = 1_000

let ids: Awaited<ReturnType<typeof seedGateway>>
let key: Awaited<ReturnType<typeof seedKey>>
/** Warm isolates, that have used the key, and one that has never seen it. */
let warm: readonly TestGateway[]
let cold: TestGateway

beforeAll(async () => {
  ids = await seedGateway()
})

beforeEach(async () => {
  key = await seedKey()
  warm = [frozen(), frozen()]
  cold = frozen()
  for (const gateway of warm) expect(await ask(gateway)).toBe(200)
})

/** Keeps the first value that it was given, as if no location ever heard of a later one. */
const frozenKv = wrap(env.KV, {
  put: async (at: string, value: string) => {
    if ((await env.KV.get(at)) === null) await env.KV.put(at, value)
  },
})

function frozen(): TestGateway {
  const gateway = createTestGateway()
  gateway.deps.kv = frozenKv
  return gateway
}

async function ask(gateway: TestGateway, secret = key.secret): Promise<number> {
  const request = new Request('https://api.example.com/x', { headers: { authorization: `Bearer ${secret}` } })
  const response = await serveOn(gateway, request)
  await gateway.settle()
  await response.text()
  return response.status
}

/** What every isolate says once the bound is over. */
async function askAllAfterBound(secret = key.secret): Promise<readonly number[]> {
  const answers: number[] = []
  for (const gateway of [...warm, cold]) {
    gateway.clockMs += BOUND_MS + 1
    answers.push(await ask(gateway, secret))
  }
  return answers
}

const publish: ControlDeps['publish'] = (changes) => hubOf(env).publish(changes)

/** The scheduled run, when the rows of requests that broke off are old enough. */
async function runJobs(): Promise<void> {
  const logged: unknown[] = []
  await runScheduled({
    databases,
    publish,
    refusalHours: 24,
    addressDays: 30,
    now: () => Date.now() + 11_000,
    log: (event) => logged.push(event),
  })
  expect(logged).not.toContainEqual(expect.objectContaining({ event: 'job_failed' }))
}

const unpublished = () => drizzle(env.DB).select().from(outbox).where(isNull(outbox.publishedAt))

describe('a revocation that is answered', () => {
  test('is in force at effective_by in isolates that knew the key and in one that did not', async () => {
    const answer = await call<{ propagation: Record<string, unknown> }>(
      `/_latchkey/v1/keys/${key.id}/revoke`,
      { json: {}, deps: makeDeps({ publish, kv: frozenKv }) },
    )
    expect(answer.status).toBe(200)
    const { relays_acknowledged: heard, relays_total: total } = answer.body.propagation
    expect([heard, total]).toEqual([1, 1])
    expect(await askAllAfterBound()).toEqual([401, 401, 401])
    // KV still offers the copy from before: it is the feed that condemned it.
    expect(await env.KV.get(keyCopyName(key.hash))).toContain('"state":"active"')
  })

  test('may be behind by the bound and not longer: just before it, what was asked for last still counts', async () => {
    await call(`/_latchkey/v1/keys/${key.id}/revoke`, { json: {}, deps: makeDeps({ publish }) })
    const [first] = warm
    if (first === undefined) throw new Error('no isolate')
    first.clockMs = first.deps.memory.feed.syncedAt + BOUND_MS
    expect(await ask(first)).toBe(200)
    first.clockMs = first.deps.memory.feed.syncedAt + BOUND_MS + 1
    expect(await ask(first)).toBe(401)
  })
})

describe('a change that breaks off', () => {
  /** Makes the request as a Worker that is killed there: what it awaits never comes, and nothing after it happens. */
  async function killed(changed: Partial<ControlDeps>): Promise<void> {
    const dropped = { waitUntil: () => undefined, sleep: never }
    const request = call(`/_latchkey/v1/keys/${key.id}/revoke`, {
      json: {},
      deps: makeDeps({ publish, ...dropped, ...changed }),
    })
    await Promise.race([request, scheduler.wait(300)])
  }

  async function stored() {
    const db = drizzle(env.DB)
    const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, key.id))
    const events = await db.select().from(auditEvents)
    const rows = await unpublished()
    return {
      state: row?.state,
      events: events.filter(({ targetId }) => targetId === key.id).length,
      unpublished: rows.filter(({ subject }) => subject === key.hash).length,
    }
  }

  test('before its batch, has not happened', async () => {
    const session = wrap(env.DB.withSession('first-primary'), { batch: never })
    const database = wrap(env.DB, { withSession: () => session })
    await killed({ databases: { primary: database, shards: [database] } })
    expect(await stored()).toEqual({ state: 'active', events: 0, unpublished: 0 })
    await runJobs()
    expect(await askAllAfterBound()).toEqual([200, 200, 200])
  })

  test('after its batch and before it is published, is published by the next run', async () => {
    await killed({ publish: never })
    expect(await stored()).toEqual({ state: 'revoked', events: 1, unpublished: 1 })
    // Until then an isolate that holds a copy goes on with it: this is what the 503 tells.
    expect((await askAllAfterBound()).slice(0, 2)).toEqual([200, 200])
    await runJobs()
    expect(await stored()).toEqual({ state: 'revoked', events: 1, unpublished: 0 })
    expect(await askAllAfterBound()).toEqual([401, 401, 401])
  })

  test('after it is published and before the hub’s answer arrives, is in force, and is published once more', async () => {
    await killed({
      publish: async (changes) => {
        await publish(changes)
        return never()
      },
    })
    expect(await askAllAfterBound()).toEqual([401, 401, 401])
    expect((await stored()).unpublished).toBe(1)
    await runJobs()
    expect((await stored()).unpublished).toBe(0)
  })

  test('before KV is renewed, is in force: KV is never what a decision rests on', async () => {
    await killed({ kv: wrap(env.KV, { put: never }) })
    expect(await askAllAfterBound()).toEqual([401, 401, 401])
  })

  test('before its outbox row is marked, is in force, and is published once more', async () => {
    const session = env.DB.withSession('first-primary')
    const withoutMark = wrap(session, {
      prepare: (query: string) =>
        query.startsWith('update "outbox"') ? { bind: () => ({ run: never }) } : session.prepare(query),
    })
    const database = wrap(env.DB, { withSession: () => withoutMark })
    await killed({ databases: { primary: database, shards: [database] } })
    expect(await askAllAfterBound()).toEqual([401, 401, 401])
    expect((await stored()).unpublished).toBe(1)
    await runJobs()
    expect(await stored()).toEqual({ state: 'revoked', events: 1, unpublished: 0 })
  })

  test('that the hub refuses is a 503 which says what is stored and by when it is in force', async () => {
    const answer = await call(`/_latchkey/v1/keys/${key.id}/revoke`, {
      json: {},
      deps: makeDeps({ publish: () => Promise.reject(new Error('injected')) }),
    })
    expect([answer.status, answer.body.code, answer.body.stored]).toEqual([503, 'change_pending', true])
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(Date.parse(String(answer.body.expected_by))).toBeGreaterThan(Date.now())
    await runJobs()
    expect(await askAllAfterBound()).toEqual([401, 401, 401])
  })

  test('and is asked for again, is published again', async () => {
    await killed({ publish: never })
    const again = await call(`/_latchkey/v1/keys/${key.id}/revoke`, { json: {}, deps: makeDeps({ publish }) })
    expect(again.status).toBe(200)
    expect(await askAllAfterBound()).toEqual([401, 401, 401])
    expect((await stored()).events).toBe(1)
  })
})

describe('a mass change', () => {
  const KEYS = 10_000
  const act = (verb: string) =>
    call<{ propagation: object }>(`/_latchkey/v1/organizations/${ids.organization}/${verb}`, {
      json: {},
      deps: makeDeps({ publish }),
    })

  test('suspending an organization with 10,000 keys is one entry, and resuming it another', async () => {
    const used = await Promise.all(Array.from({ length: 20 }, () => seedKey()))
    await env.DB.prepare(
      `INSERT INTO api_keys (id, organization_id, project_id, lineage, hash, start, last4, name, created_by, created_at, updated_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       SELECT 'key_many' || i, ?, ?, 'key_many' || i, 'hash' || i, 'lk_live_', 'last', 'many', 'test', 0, 0 FROM n`,
    )
      .bind(KEYS, ids.organization, ids.project)
      .run()
    for (const { secret } of used) expect(await ask(cold, secret)).toBe(200)
    const before = await hubOf(env).report()
    expect((await act('suspend')).status).toBe(200)
    const after = await hubOf(env).report()
    expect([after.seq - before.seq, after.changes - before.changes]).toEqual([1, 1])
    for (const { secret } of used) expect(await askAllAfterBound(secret)).toEqual([403, 403, 403])
    expect((await act('resume')).status).toBe(200)
    for (const { secret } of used) expect(await askAllAfterBound(secret)).toEqual([200, 200, 200])
  })

  test('copies in KV are read anew one by one, as their keys are used', async () => {
    const healing = createTestGateway()
    expect(await ask(healing)).toBe(200)
    const copyOf = async () =>
      JSON.parse((await env.KV.get(keyCopyName(key.hash))) ?? '{}') as { asOf?: number }
    const before = (await copyOf()).asOf ?? 0
    await act('suspend')
    expect((await copyOf()).asOf).toBe(before)
    await act('resume')
    healing.clockMs += BOUND_MS + 1
    expect(await ask(healing)).toBe(200)
    expect((await copyOf()).asOf).toBeGreaterThan(before)
  })
})
