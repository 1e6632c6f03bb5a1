import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { eq } from 'drizzle-orm'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { digestKey } from '../../../src/keys/digest.ts'
import { forget } from '../../../src/gateway/memory.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import type { KeySnapshot } from '../../../src/model/snapshot.ts'
import { keyCopyName } from '../../../src/store/edge.ts'
import { createTestGateway, serveOn, testConfig, type TestGateway } from '../../support/gateway-deps.ts'
import { mintSecret, seedGateway, seedKey, seedRoute } from '../../support/seed.ts'

let key: Awaited<ReturnType<typeof seedKey>>
let gateway: TestGateway

beforeAll(async () => {
  await seedGateway()
})

beforeEach(async () => {
  key = await seedKey()
  gateway = createTestGateway()
})

async function call(secret: string = key.secret, headers: Record<string, string> = {}, using = gateway) {
  const request = new Request('https://api.example.com/orders', {
    headers: { authorization: `Bearer ${secret}`, 'cf-connecting-ip': '203.0.113.7', ...headers },
  })
  const response = await serveOn(using, request)
  await using.settle()
  const text = await response.text()
  const code = response.headers.get('content-type') === 'application/problem+json' ? codeIn(text) : null
  return { status: response.status, code, headers: response.headers, text }
}

function codeIn(text: string): unknown {
  const body: unknown = JSON.parse(text)
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : null
}

const NO_STORAGE = { kvGet: 0, kvPut: 0, d1: 0, limiter: 0 }

describe('what a request costs', () => {
  test('a warm request calls nothing but the origin', async () => {
    expect((await call()).status).toBe(200)
    gateway.resetCalls()
    for (let i = 0; i < 5; i++) expect((await call()).status).toBe(200)
    expect(gateway.calls).toEqual({ ...NO_STORAGE, origin: 5 })
  })

  test('an invented key with wrong check digits dies in memory', async () => {
    await call()
    gateway.resetCalls()
    const last = key.secret.at(-1) === '0' ? '1' : '0'
    const forged = await call(key.secret.slice(0, -1) + last)
    expect([forged.status, forged.code]).toEqual([401, 'key_malformed'])
    expect(gateway.calls).toEqual({ ...NO_STORAGE, origin: 0 })
  })

  test.each(['', 'x', 'not a key', 'lk_live_short', 'x'.repeat(1_000_000)])(
    'whatever is no key dies in memory (%#)',
    async (text) => {
      await call()
      gateway.resetCalls()
      expect((await call(text)).code).toBe('key_malformed')
      expect(gateway.calls).toEqual({ ...NO_STORAGE, origin: 0 })
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
    expect(gateway.calls).toEqual({ ...NO_STORAGE, origin: 0 })
    gateway.clockMs += 10_001
    expect((await call(unknown)).code).toBe('key_unknown')
    expect(gateway.calls.d1).toBe(1)
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

describe('the age of a copy is the bound', () => {
  async function revokeInD1() {
    await drizzle(env.DB).update(apiKeys).set({ state: 'revoked' }).where(eq(apiKeys.id, key.id))
  }

  test('a revoked key passes nowhere once the age is over, whatever KV still serves', async () => {
    await call()
    const stale = await env.KV.get(keyCopyName(key.hash))
    await revokeInD1()
    gateway.clockMs += 60_001
    await env.KV.put(keyCopyName(key.hash), stale ?? '')
    expect((await call()).code).toBe('key_revoked')
  })

  test('a copy is renewed behind a request before its age is over, so that none waits', async () => {
    await call()
    await revokeInD1()
    gateway.clockMs += 46_000
    gateway.resetCalls()
    expect((await call()).status).toBe(200)
    expect(gateway.calls.d1).toBeGreaterThan(0)
    gateway.resetCalls()
    expect((await call()).code).toBe('key_revoked')
    expect(gateway.calls).toEqual({ ...NO_STORAGE, origin: 0 })
  })

  test('what the control plane reports as changed is read again at once', async () => {
    await call()
    await revokeInD1()
    await env.KV.delete(keyCopyName(key.hash))
    forget(gateway.deps.memory, { kind: 'key', subject: key.hash })
    expect((await call()).code).toBe('key_revoked')
  })

  test('a slow reader puts no older copy over a newer one', async () => {
    const slow = createTestGateway()
    const copies: KeySnapshot[] = []
    const { readKey } = slow.deps
    let release: () => void = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    slow.deps.readKey = async (hash, stamp) => {
      const read = await readKey(hash, stamp)
      if (copies.length === 0 && read.ok) {
        copies.push(read.value)
        await held
      }
      return read
    }
    await env.KV.delete(keyCopyName(key.hash))
    const first = call(key.secret, {}, slow)
    await expect.poll(() => copies.length).toBe(1)
    await revokeInD1()
    slow.clockMs += 1
    expect((await call(key.secret, {}, slow)).code).toBe('key_revoked')
    release()
    await first
    expect((await call(key.secret, {}, slow)).code).toBe('key_revoked')
  })

  test('a strict route asks D1 every time, and refuses at once when it is down', async () => {
    await seedRoute({ path: '/strict', strict: true })
    const strict = createTestGateway()
    strict.clockMs += 100_000
    const ask = async () => {
      const request = new Request('https://api.example.com/strict', { headers: { 'x-api-key': key.secret } })
      const response = await serveOn(strict, request)
      await strict.settle()
      return response.status
    }
    expect(await ask()).toBe(200)
    strict.resetCalls()
    expect(await ask()).toBe(200)
    expect(strict.calls).toMatchObject({ d1: 1, kvGet: 0, kvPut: 0 })
    strict.faults.d1 = 'throws'
    expect(await ask()).toBe(503)
  })

  test('a copy from the future is not trusted', async () => {
    await call()
    const copy = JSON.parse((await env.KV.get(keyCopyName(key.hash))) ?? '') as Record<string, unknown>
    await env.KV.put(keyCopyName(key.hash), JSON.stringify({ ...copy, readAt: Date.now() + 3_600_000 }))
    await revokeInD1()
    const other = createTestGateway()
    expect((await call(key.secret, {}, other)).code).toBe('key_revoked')
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

  test('past the age of its copy, a key is a 503 while D1 is down', async () => {
    await call()
    gateway.faults.d1 = 'throws'
    gateway.clockMs += 60_001
    expect((await call()).code).toBe('verification_unavailable')
  })

  test('a log line never holds a database message', async () => {
    gateway.faults.d1 = 'throws'
    await call()
    expect(JSON.stringify(gateway.logs)).not.toContain('injected')
  })
})

describe('failures per address', () => {
  test('an address that failed is asked of the limiter before storage is touched', async () => {
    await call(await mintSecret())
    expect(gateway.calls.limiter).toBe(0)
    gateway.faults.limiter = 'refuses'
    gateway.resetCalls()
    const refused = await call(await mintSecret())
    expect([refused.status, refused.code]).toEqual([429, 'rate_limited'])
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(gateway.calls).toEqual({ ...NO_STORAGE, limiter: 1, origin: 0 })
  })

  test('a key in memory passes from that address all the same', async () => {
    await call()
    await call(await mintSecret())
    gateway.faults.limiter = 'refuses'
    expect((await call()).status).toBe(200)
  })

  test('another address, and the same one a minute later, are not asked', async () => {
    await call(await mintSecret())
    gateway.faults.limiter = 'refuses'
    expect((await call(await mintSecret(), { 'cf-connecting-ip': '203.0.113.8' })).code).toBe('key_unknown')
    gateway.clockMs += 60_001
    expect((await call(await mintSecret())).code).toBe('key_unknown')
  })

  test('the limiter failing locks nobody out', async () => {
    await call(await mintSecret())
    gateway.faults.limiter = 'throws'
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
