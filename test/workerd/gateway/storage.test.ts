// Where a key comes from, how long its copy lives, and what is left when storage fails. What changes do to copies:
// feed.test.ts; what outages of the feed do: outage.test.ts.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubOf } from '../../../src/bindings.ts'
import { digestKey } from '../../../src/keys/digest.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { keyCopyName } from '../../../src/store/edge.ts'
import {
  callWith,
  createTestGateway,
  NO_CALLS,
  serveOn,
  testConfig,
  type TestGateway,
} from '../../support/gateway-deps.ts'
import { mintSecret, seedGateway, seedKey } from '../../support/seed.ts'

const MAX_AGE_MS = 21_600_000

let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
})

beforeEach(async () => {
  key = await seedKey()
  gateway = createTestGateway()
})

const call = (secret = key.secret, headers: Readonly<Record<string, string>> = {}, using = gateway) =>
  callWith(secret, using, '/orders', headers)

function revokeInD1() {
  return drizzle(env.DB).update(apiKeys).set({ state: 'revoked' }).where(eq(apiKeys.id, key.id))
}

describe('what a request costs', () => {
  test('a warm request calls nothing but the origin', async () => {
    expect((await call()).status).toBe(200)
    gateway.resetCalls()
    for (let i = 0; i < 5; i++) expect((await call()).status).toBe(200)
    expect(gateway.calls).toEqual({ ...NO_CALLS, origin: 5 })
  })

  test('an invented key with wrong check digits dies in memory', async () => {
    await call()
    gateway.resetCalls()
    const last = key.secret.at(-1) === '0' ? '1' : '0'
    const forged = await call(key.secret.slice(0, -1) + last)
    expect([forged.status, forged.code]).toEqual([401, 'key_malformed'])
    expect(gateway.calls).toEqual({ ...NO_CALLS, origin: 0 })
  })

  test.each(['', 'x', 'not a key', 'lk_live_short', 'x'.repeat(1_000_000)])(
    'whatever is no key dies in memory (%#)',
    async (text) => {
      await call()
      gateway.resetCalls()
      expect((await call(text)).code).toBe('key_malformed')
      expect(gateway.calls).toEqual({ ...NO_CALLS, origin: 0 })
    },
  )

  test('a path without a route touches no key storage', async () => {
    const response = await serveOn(gateway, new Request('https://api.example.com//x'))
    expect(response.status).toBe(400)
    expect(gateway.calls.origin).toBe(0)
  })

  test('an unknown key is looked up once, and remembered for a short time', async () => {
    const unknown = await mintSecret()
    expect((await call(unknown)).code).toBe('key_unknown')
    gateway.resetCalls()
    expect((await call(unknown)).code).toBe('key_unknown')
    expect(gateway.calls).toEqual({ ...NO_CALLS, origin: 0 })
    gateway.clockMs += 10_001
    expect((await call(unknown)).code).toBe('key_unknown')
    expect(gateway.calls).toMatchObject({ relay: 1, d1: 1 })
  })

  test('an unknown key is never written to KV', async () => {
    const unknown = await mintSecret()
    await call(unknown)
    expect(await env.KV.get(keyCopyName(await digestKey(unknown)))).toBeNull()
  })

  test('another isolate finds the key in KV and leaves D1 alone', async () => {
    await call()
    const other = createTestGateway()
    expect((await call(key.secret, {}, other)).status).toBe(200)
    expect(other.calls).toMatchObject({ d1: 0, origin: 1 })
  })
})

describe('the age of a copy', () => {
  test('a copy that no change names is used until it is over, and not a millisecond longer', async () => {
    await env.KV.delete('config')
    await call()
    gateway.faults.kv = 'frozen'
    await revokeInD1()
    // Renewed in the background long before, were D1 not away for so long.
    gateway.faults.d1 = 'throws'
    gateway.clockMs += MAX_AGE_MS
    expect((await call()).status).toBe(200)
    gateway.clockMs += 1
    expect((await call()).code).toBe('verification_unavailable')
    gateway.faults.d1 = 'works'
    expect((await call()).code).toBe('key_revoked')
  })

  test('is renewed behind a request before its age is over, so that none waits', async () => {
    await call()
    await revokeInD1()
    gateway.clockMs += MAX_AGE_MS * 0.75 + 1
    gateway.resetCalls()
    expect((await call()).status).toBe(200)
    // Of key and configuration. KV, which is as old, does not count as a renewal.
    expect(gateway.calls).toMatchObject({ relay: 1, d1: 2 })
    gateway.resetCalls()
    expect((await call()).code).toBe('key_revoked')
    expect(gateway.calls).toEqual({ ...NO_CALLS, origin: 0 })
  })

  test('a slow reader puts no older copy over a newer one in memory', async () => {
    const { readKey } = gateway.deps
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    let isRead = false
    gateway.deps.readKey = async (hash, stamp) => {
      const read = await readKey(hash, stamp)
      if (isRead) return read
      isRead = true
      await released
      return read
    }
    const first = call()
    await expect.poll(() => isRead).toBe(true)
    await revokeInD1()
    await hubOf(env).publish([{ kind: 'key', subject: key.hash }])
    // So late that nobody looks for what the first one brings any more.
    gateway.clockMs += 7_001
    const second = createTestGateway()
    const headers = { authorization: `Bearer ${key.secret}` }
    const request = new Request('https://api.example.com/orders', { headers })
    // Of the same isolate, with what it leaves behind waited for apart: the first one still waits for D1.
    const answer = await serveOn(
      { ...gateway, deps: { ...gateway.deps, waitUntil: second.deps.waitUntil } },
      request,
    )
    expect(answer.status).toBe(401)
    release()
    expect((await first).code).toBe('key_revoked')
    expect((await call()).code).toBe('key_revoked')
  })

  test('an expiry is kept to the millisecond in a cached copy', async () => {
    const end = gateway.clockMs + 1_000
    const expiring = await seedKey({ expiresAt: end })
    expect((await call(expiring.secret)).status).toBe(200)
    gateway.clockMs = end - 1
    expect((await call(expiring.secret)).status).toBe(200)
    gateway.clockMs = end
    expect((await call(expiring.secret)).code).toBe('key_expired')
  })
})

describe('storage that fails', () => {
  test('KV throws: D1 serves, and the failure is logged', async () => {
    gateway.faults.kv = 'throws'
    expect((await call()).status).toBe(200)
    expect(gateway.logs.some((line) => line.event === 'kv_failed')).toBe(true)
  })

  test('KV hangs: D1 serves', async () => {
    gateway.faults.kv = 'hangs'
    const request = new Request('https://api.example.com/', { headers: { 'x-api-key': key.secret } })
    expect((await serveOn(gateway, request)).status).toBe(200)
  })

  test.each(['', '{', 'null', '[]', '{"hash":"x"}', '{"asOf":0,"readAt":0,"key":null}'])(
    'a truncated or foreign KV value is a miss (%j)',
    async (value) => {
      await env.KV.put(keyCopyName(key.hash), value)
      await env.KV.put('config', value)
      expect((await call()).status).toBe(200)
      expect(gateway.calls.d1).toBe(2)
    },
  )

  test('every truncation of a real KV value is a miss, never a crash and never a pass by mistake', async () => {
    await call()
    const whole = (await env.KV.get(keyCopyName(key.hash))) ?? ''
    for (let length = 0; length < whole.length; length += 7) {
      await env.KV.put(keyCopyName(key.hash), whole.slice(0, length))
      const other = createTestGateway()
      expect((await call(key.secret, {}, other)).status).toBe(200)
      expect(other.calls.d1).toBe(1)
    }
  })

  test('D1 throws: a cached key is served, an uncached one is a 503 with Retry-After, never a 401', async () => {
    await call()
    gateway.faults.d1 = 'throws'
    expect((await call()).status).toBe(200)
    const uncached = await seedKey()
    const refused = await call(uncached.secret)
    expect([refused.status, refused.code]).toEqual([503, 'verification_unavailable'])
    expect(refused.headers.get('retry-after')).toBe('2')
  })

  test('D1 hangs: 503', { timeout: 15_000 }, async () => {
    await call()
    gateway.faults.d1 = 'hangs'
    expect((await call((await seedKey()).secret)).code).toBe('verification_unavailable')
  })

  test('KV and D1 throw from the first request on: 503', async () => {
    gateway.faults.kv = 'throws'
    gateway.faults.d1 = 'throws'
    expect((await call()).code).toBe('verification_unavailable')
  })

  test('a log line never holds a database message', async () => {
    gateway.faults.d1 = 'throws'
    await call()
    expect(JSON.stringify(gateway.logs)).not.toContain('injected')
  })
})

describe('failures per address', () => {
  test('an address that failed is asked about before storage is touched', async () => {
    await call(await mintSecret())
    expect(gateway.calls.failures).toBe(0)
    gateway.faults.failures = 'refuses'
    gateway.resetCalls()
    const refused = await call(await mintSecret())
    expect([refused.status, refused.code]).toEqual([429, 'rate_limited'])
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(gateway.calls).toEqual({ ...NO_CALLS, failures: 1, origin: 0 })
  })

  test('a key in memory passes from that address all the same', async () => {
    await call()
    await call(await mintSecret())
    gateway.faults.failures = 'refuses'
    expect((await call()).status).toBe(200)
  })

  test('another address, and the same one a minute later, are not asked', async () => {
    await call(await mintSecret())
    gateway.faults.failures = 'refuses'
    expect((await call(await mintSecret(), { 'cf-connecting-ip': '203.0.113.8' })).code).toBe('key_unknown')
    gateway.clockMs += 60_001
    expect((await call(await mintSecret())).code).toBe('key_unknown')
  })

  test('the limiter failing locks nobody out', async () => {
    await call(await mintSecret())
    gateway.faults.failures = 'throws'
    expect((await call()).status).toBe(200)
  })
})

describe('the deploy secret', () => {
  test('another LATCHKEY_SECRET costs a new signing key, never a consumer’s key', async () => {
    await call()
    const before = gateway.toOrigin.at(-1)?.headers.get('x-consumer-assertion')
    const renewed = createTestGateway(testConfig({ secret: 'another-secret-0123456789abcdefghijklmno' }))
    expect((await call(key.secret, {}, renewed)).status).toBe(200)
    const after = renewed.toOrigin.at(-1)?.headers.get('x-consumer-assertion')
    expect(kidOf(after)).not.toBe(kidOf(before))
  })

  function kidOf(token: string | null | undefined): unknown {
    const header = atob((token ?? '').split('.')[0] ?? '')
    return (JSON.parse(header) as { kid: unknown }).kid
  }
})
