// No stale copy decides, whatever KV holds and however long a read takes.
import { env } from 'cloudflare:workers'
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { drizzle } from 'drizzle-orm/d1'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { keyCopyName } from '../../../src/store/edge.ts'
import { callWith, createTestGateway, serveOn, type TestGateway } from '../../support/gateway-deps.ts'
import { seedGateway, seedKey } from '../../support/seed.ts'

const BOUND_MS = 1_000

let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
})

beforeEach(async () => {
  key = await seedKey()
  gateway = createTestGateway()
})

const call = (using = gateway) => callWith(key.secret, using)

const publish = (subject: string) => hubOf(env).publish([{ kind: 'key', subject }])

function revokeInD1() {
  return drizzle(env.DB).update(apiKeys).set({ state: 'revoked' }).where(eq(apiKeys.id, key.id))
}

describe('a copy in KV', () => {
  /** Puts a copy there as a slow writer, a wrong clock or a forger would. */
  async function plant(changes: Readonly<Record<string, unknown>>): Promise<void> {
    const copy = JSON.parse((await env.KV.get(keyCopyName(key.hash))) ?? '') as Record<string, unknown>
    await env.KV.put(keyCopyName(key.hash), JSON.stringify({ ...copy, ...changes }))
  }

  async function callAnew(): Promise<{ code: unknown; status: number; d1: number }> {
    const begun = createTestGateway()
    const { code, status } = await call(begun)
    return { code, status, d1: begun.calls.d1 }
  }

  beforeEach(async () => {
    await call()
    await call(createTestGateway())
  })

  test('is used by another isolate', async () => {
    await revokeInD1()
    expect(await callAnew()).toMatchObject({ status: 200, d1: 0 })
  })

  test('that a slow reader writes back after the change is used by nobody', async () => {
    const slow = createTestGateway()
    await publish(key.hash)
    const { readKey } = slow.deps
    slow.deps.readKey = async (hash, stamp) => {
      const read = await readKey(hash, stamp)
      await revokeInD1()
      await publish(key.hash)
      // Another reader is faster, and its copy is in KV first.
      expect((await call(createTestGateway())).code).toBe('key_revoked')
      return read
    }
    await call(slow)
    expect(await env.KV.get(keyCopyName(key.hash))).toContain('"state":"active"')
    expect(await callAnew()).toMatchObject({ code: 'key_revoked' })
  })

  test.each([
    ['from the future', { readAt: Date.now() + 3_600_000 }],
    ['of another log', { epoch: 1, asOf: 1_000_000 }],
    ['of a later log', { epoch: Date.now() + 1_000_000 }],
    ['older than any copy may be', { readAt: Date.now() - 21_600_001 }],
  ])('%s is not used', async (_, stamp) => {
    await plant(stamp)
    await revokeInD1()
    expect(await callAnew()).toMatchObject({ code: 'key_revoked', d1: 1 })
  })

  test('of a clock that is a little ahead is used', async () => {
    await plant({ readAt: Date.now() + 4_000 })
    expect(await callAnew()).toMatchObject({ status: 200, d1: 0 })
  })

  test('from before what the hub has forgotten is not used, nor is one in memory', async () => {
    const hub = hubOf(env)
    await publish('somebody else')
    await runInDurableObject(hub, (_, { storage }) => {
      storage.sql.exec('UPDATE changes SET at = 0')
    })
    expect(await runDurableObjectAlarm(hub)).toBe(true)
    // No change names the key any more: only the floor tells that one may have.
    await publish('somebody else')
    await revokeInD1()
    expect(await callAnew()).toMatchObject({ code: 'key_revoked' })
    gateway.faults.kv = 'frozen'
    gateway.clockMs += BOUND_MS + 1
    expect((await call()).code).toBe('key_revoked')
  })
})

describe('what takes long is asked about again', () => {
  test.each(['readKey', 'readConfig'] as const)('%s, and a revocation meanwhile', async (slow) => {
    await env.KV.delete('config')
    const read = gateway.deps[slow] as (...args: readonly unknown[]) => Promise<unknown>
    let isFirst = true
    const slowly = async (...args: readonly unknown[]) => {
      const answer = await read(...args)
      if (!isFirst) return answer
      isFirst = false
      if (slow === 'readConfig') await findKeyToo()
      await revokeInD1()
      await publish(key.hash)
      gateway.clockMs += BOUND_MS + 1
      return answer
    }
    Object.assign(gateway.deps, { [slow]: slowly })
    expect((await call()).code).toBe('key_revoked')
    expect(gateway.calls.origin).toBe(0)
  })

  /** So that the key is in KV, as it was. */
  const findKeyToo = () => call(createTestGateway())

  test('a copy knows what its reader knew before the read, whatever the isolate has learnt meanwhile', async () => {
    const other = await seedKey()
    const { readKey } = gateway.deps
    gateway.deps.readKey = async (hash, stamp) => {
      const read = await readKey(hash, stamp)
      gateway.deps.readKey = readKey
      await revokeInD1()
      await publish(key.hash)
      gateway.clockMs += BOUND_MS + 1
      // Another request of this isolate syncs: the feed is fresh again, and knows of the change.
      await serveOn(gateway, requestWith(other.secret))
      return read
    }
    expect((await call()).code).toBe('key_revoked')
  })

  function requestWith(secret: string): Request {
    return new Request('https://api.example.com/orders', { headers: { authorization: `Bearer ${secret}` } })
  }

  test('KV', async () => {
    await call(createTestGateway())
    const { kv } = gateway.deps
    gateway.deps.kv = new Proxy(kv, {
      get: (target, name: keyof KVNamespace) =>
        name !== 'get'
          ? target[name]
          : async (asked: string, options: KVNamespaceGetOptions<'text'>) => {
              const copy = await target.get(asked, options)
              if (asked === 'config') return copy
              await revokeInD1()
              await publish(key.hash)
              gateway.clockMs += BOUND_MS + 1
              return copy
            },
    })
    expect((await call()).code).toBe('key_revoked')
  })

  test('everything always, and the request is refused rather than decided on what was', async () => {
    const { readKey, readConfig, relay } = gateway.deps
    const late = () => (gateway.clockMs += BOUND_MS + 1)
    gateway.deps.relay = async (known) => (late(), relay(known))
    gateway.deps.readKey = async (hash, stamp) => (late(), readKey(hash, stamp))
    gateway.deps.readConfig = async (stamp) => (late(), readConfig(stamp))
    const refused = await call()
    expect([refused.status, refused.code]).toEqual([503, 'verification_unavailable'])
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(gateway.calls.origin).toBe(0)
  })

  test('a key that expires while storage is slow is refused', async () => {
    const expiresAt = gateway.clockMs + 500
    const brief = await seedKey({ expiresAt })
    const { readKey } = gateway.deps
    gateway.deps.readKey = async (hash, stamp) => {
      const read = await readKey(hash, stamp)
      gateway.clockMs = expiresAt
      return read
    }
    expect((await callWith(brief.secret, gateway)).code).toBe('key_expired')
  })
})
