// Good keys go on being served: right after a change, by the isolate that made it, and in an outage.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubOf } from '../../src/bindings.ts'
import type { ControlDeps } from '../../src/control/deps.ts'
import { note } from '../../src/feed/log-copy.ts'
import { getKeyCopy, keyCopyName } from '../../src/store/edge.ts'
import { createTestGateway, serveOn, testConfig, type TestGateway } from '../support/gateway-deps.ts'
import { seedGateway, seedKey, seedRoute } from '../support/seed.ts'
import { call, makeDeps } from './control/client.ts'

const BOUND_MS = 1_000
let ids: Awaited<ReturnType<typeof seedGateway>>
let key: Awaited<ReturnType<typeof seedKey>>

beforeAll(async () => {
  ids = await seedGateway()
  await seedRoute({ path: '/strict', strict: true })
})
beforeEach(async () => {
  key = await seedKey()
})

async function ask(gateway: TestGateway, path = '/x', secret: string | null = key.secret): Promise<number> {
  const headers = secret === null ? {} : { authorization: `Bearer ${secret}` }
  const response = await serveOn(gateway, new Request(`https://api.example.com${path}`, { headers }))
  await gateway.settle()
  await response.text()
  return response.status
}

const publish: ControlDeps['publish'] = (changes) => hubOf(env).publish(changes)

/** The control plane on the isolate of this gateway: `condemn` and `stamp` as in src/worker.ts. */
function onIsolate({ deps }: TestGateway, changed: Partial<ControlDeps> = {}) {
  const { feed } = deps.memory
  return makeDeps({
    publish,
    stamp: () => ({ epoch: feed.log.epoch, asOf: feed.log.heard, now: deps.now() }),
    condemn: (changes, { epoch, seq }) => {
      if (epoch === feed.log.epoch) for (const change of changes) note(feed.log, change, seq)
    },
    ...changed,
  })
}

describe('the isolate that makes a change', () => {
  test('goes on serving everybody after a change of the configuration, while KV is behind', async () => {
    const gateway = createTestGateway()
    expect(await ask(gateway)).toBe(200)
    const stale = (await env.KV.get('config')) ?? ''
    const answer = await call('/_latchkey/v1/settings', {
      method: 'PATCH',
      json: { expiry_warning_days: 9 },
      deps: onIsolate(gateway),
    })
    expect(answer.status).toBe(200)
    await env.KV.put('config', stale) // the location goes on serving what it has cached: cacheTtl 300
    expect(await ask(gateway)).toBe(200)
  })

  test('serves a key again that it has just enabled, while KV is behind', async () => {
    const gateway = createTestGateway()
    await call(`/_latchkey/v1/keys/${key.id}/disable`, { method: 'POST', deps: onIsolate(gateway) })
    expect(await ask(gateway)).toBe(401)
    const stale = (await env.KV.get(keyCopyName(key.hash))) ?? ''
    await call(`/_latchkey/v1/keys/${key.id}/enable`, { method: 'POST', deps: onIsolate(gateway) })
    await env.KV.put(keyCopyName(key.hash), stale)
    expect(await ask(gateway)).toBe(200)
  })
})

describe('a key that was revoked and restored', () => {
  test('passes again where its revocation was known, while KV is behind', async () => {
    const gateway = createTestGateway()
    const post = (verb: string) =>
      call(`/_latchkey/v1/keys/${key.id}/${verb}`, { method: 'POST', deps: onIsolate(gateway) })
    await post('revoke')
    expect(await ask(gateway)).toBe(401)
    const stale = (await env.KV.get(keyCopyName(key.hash))) ?? ''
    await post('restore')
    await env.KV.put(keyCopyName(key.hash), stale)
    expect(await ask(gateway)).toBe(200)
  })

  test('passes on another isolate within the bound', async () => {
    const [here, there] = [createTestGateway(), createTestGateway()]
    const post = (verb: string) =>
      call(`/_latchkey/v1/keys/${key.id}/${verb}`, { method: 'POST', deps: onIsolate(here) })
    expect(await ask(there)).toBe(200)
    await post('revoke')
    there.clockMs += BOUND_MS + 1
    expect(await ask(there)).toBe(401)
    await post('restore')
    there.clockMs += BOUND_MS + 1
    expect(await ask(there)).toBe(200)
  })
})

describe('a key that is being rotated', () => {
  test('passes with a warning beside its successor, and no longer once the rotation is complete', async () => {
    const gateway = createTestGateway()
    const path = `/_latchkey/v1/keys/${key.id}`
    const deps = onIsolate(gateway)
    const { body } = await call<{ secret: string }>(`${path}/rotate`, { method: 'POST', deps })
    const headers = { authorization: `Bearer ${key.secret}` }
    const answer = await serveOn(gateway, new Request('https://api.example.com/x', { headers }))
    expect([answer.status, answer.headers.get('x-api-key-expiring')]).toEqual([200, 'true'])
    expect(answer.headers.get('sunset')).not.toBeNull()
    expect(await ask(gateway, '/x', body.secret)).toBe(200)
    await call(`${path}/complete-rotation`, { method: 'POST', deps })
    expect([await ask(gateway), await ask(gateway, '/x', body.secret)]).toEqual([401, 200])
  })
})

describe('the isolate that makes a change, with a KV that serves the newest value', () => {
  test('serves the keys of an organization that it has just resumed', async () => {
    const gateway = createTestGateway()
    expect(await ask(gateway)).toBe(200)
    const path = `/_latchkey/v1/organizations/${ids.organization}`
    await call(`${path}/suspend`, { method: 'POST', deps: onIsolate(gateway) })
    gateway.clockMs += BOUND_MS + 1
    expect(await ask(gateway)).toBe(401 + 2)
    await call(`${path}/resume`, { method: 'POST', deps: onIsolate(gateway) })
    gateway.resetCalls()
    const status = await ask(gateway)
    expect({ status, d1: gateway.calls.d1 }).toEqual({ status: 200, d1: 1 })
  })

  test('serves keys of a project that it has just renamed', async () => {
    const gateway = createTestGateway()
    expect(await ask(gateway)).toBe(200)
    await call(`/_latchkey/v1/projects/${ids.project}`, {
      method: 'PATCH',
      json: { name: `Shop ${Date.now()}` },
      deps: onIsolate(gateway),
    })
    expect(await ask(gateway)).toBe(200)
  })

  test('counts the days of a key anew when its organization has moved to another time zone', async () => {
    const gateway = createTestGateway()
    expect(await ask(gateway)).toBe(200)
    const zone = async () => (await getKeyCopy(env.KV, key.hash))?.key?.timeZone
    expect(await zone()).toBe('UTC')
    await call(`/_latchkey/v1/organizations/${ids.organization}`, {
      method: 'PATCH',
      json: { time_zone: 'Asia/Tokyo' },
      deps: onIsolate(gateway),
    })
    gateway.resetCalls()
    // The copies in memory and in KV are both from before the change.
    expect({ status: await ask(gateway), d1: gateway.calls.d1 }).toEqual({ status: 200, d1: 1 })
    expect(await zone()).toBe('Asia/Tokyo')
  })

  test('serves everybody after feed/invalidate', async () => {
    const gateway = createTestGateway()
    expect(await ask(gateway)).toBe(200)
    await call('/_latchkey/v1/feed/invalidate', { method: 'POST', deps: onIsolate(gateway) })
    expect(await ask(gateway)).toBe(200)
  })

  test('serves them from D1 for as long as relay and hub are away afterwards', async () => {
    const gateway = createTestGateway()
    expect(await ask(gateway)).toBe(200)
    await call('/_latchkey/v1/feed/invalidate', { method: 'POST', deps: onIsolate(gateway) })
    Object.assign(gateway.faults, { relay: 'throws', hub: 'throws' })
    const statuses: number[] = []
    for (let minute = 0; minute < 3; minute++) {
      gateway.clockMs += 60_000
      statuses.push(await ask(gateway))
    }
    expect(statuses).toEqual([200, 200, 200])
  })
})

describe('a request that is sent again', () => {
  test('is not sent again for a key that was revoked meanwhile', async () => {
    const fresh = await seedKey()
    const gateway = createTestGateway()
    expect(await ask(gateway, '/x', fresh.secret)).toBe(200)
    let attempts = 0
    await drizzle(env.DB).run('UPDATE upstreams SET retries = 1')
    gateway.deps.memory.config = null
    await env.KV.delete('config')
    gateway.deps.fetch = async () => {
      attempts++
      if (attempts > 1) return new Response('acted')
      await call(`/_latchkey/v1/keys/${fresh.id}/revoke`, { json: {}, deps: makeDeps({ publish }) })
      gateway.clockMs += 20_000
      throw new Error('connection lost')
    }
    await ask(gateway, '/x', fresh.secret)
    expect(attempts).toBe(1)
  })
})

describe('an isolate that is cut off, within the grace', () => {
  test('answers 503, not 401, to a good key that was made with a secret that it has not heard of', async () => {
    const gateway = createTestGateway()
    expect(await ask(gateway)).toBe(200)
    await call('/_latchkey/v1/settings/rotate-secret', {
      json: { secret: 'check' },
      deps: makeDeps({ publish }),
    })
    const made = await seedKey()
    Object.assign(gateway.faults, { relay: 'throws', hub: 'throws', d1: 'throws', kv: 'throws' })
    gateway.clockMs += 10_000
    expect(await ask(gateway)).toBe(200)
    expect(await ask(gateway, '/x', made.secret)).toBe(503)
  })
})

describe('the last route', () => {
  test('that is deleted opens nothing', async () => {
    const gateway = createTestGateway(testConfig({ originUrl: 'https://internal.example.com' }))
    await drizzle(env.DB).run('UPDATE routes SET scopes = \'["admin:read"]\'')
    await env.KV.delete('config')
    const fresh = await seedKey()
    expect(await ask(gateway, '/admin', fresh.secret)).toBe(403)
    const list = await call<{ data: { id: string }[] }>('/_latchkey/v1/routes')
    for (const { id } of list.body.data)
      await call(`/_latchkey/v1/routes/${id}`, { method: 'DELETE', deps: makeDeps({ publish }) })
    gateway.clockMs = Date.now() + 2 * BOUND_MS
    expect(await ask(gateway, '/admin', fresh.secret)).not.toBe(200)
  })
})
