// The gateway's dependencies over real D1 and KV, with a clock that a test moves, faults that it switches on, and a
// count of every call that leaves the isolate.
import { env } from 'cloudflare:workers'
import { hubOf, relayOf } from '../../src/bindings.ts'
import { readConfig, type Config } from '../../src/config.ts'
import type { GatewayDeps } from '../../src/gateway/deps.ts'
import { serve } from '../../src/gateway/gateway.ts'
import { createMemory } from '../../src/gateway/memory.ts'
import { readTarget } from '../../src/gateway/path.ts'
import { randomBytes } from '../../src/random.ts'
import { ok } from '../../src/result.ts'
import { readConfigSnapshot, readKeySnapshot } from '../../src/store/snapshots.ts'

type Fault = 'works' | 'throws' | 'hangs'

interface Faults {
  /** `frozen`: reads answer, writes are lost, so that it goes on saying what it said. */
  kv: Fault | 'frozen'
  d1: Fault
  relay: Fault
  hub: Fault
  /** What the failures limiter says. */
  limiter: 'admits' | 'refuses' | 'throws'
}

const CALLS = ['relay', 'hub', 'kvGet', 'kvPut', 'd1', 'limiter', 'origin'] as const

export interface TestGateway {
  readonly deps: { -readonly [K in keyof GatewayDeps]: GatewayDeps[K] }
  readonly faults: Faults
  /** Calls that left the isolate since the last reset, by kind. */
  readonly calls: Record<(typeof CALLS)[number], number>
  readonly logs: Readonly<Record<string, unknown>>[]
  readonly toOrigin: { readonly url: string; readonly headers: Headers }[]
  clockMs: number
  /** Waits for everything that was given to waitUntil. */
  settle(): Promise<void>
  resetCalls(): void
}

const databases = { primary: env.DB, shards: [env.DB] }

export function testConfig(changes: Partial<Config> = {}): Config {
  const config = readConfig({ ...env, LOG_SAMPLE: '1' })
  if (!config.ok) throw new Error(config.error.join(' '))
  return { ...config.value, ...changes }
}

export function createTestGateway(config: Config = testConfig()): TestGateway {
  const askRelay = relayOf(env, config, undefined)
  const faults: Faults = { kv: 'works', d1: 'works', relay: 'works', hub: 'works', limiter: 'admits' }
  const calls = { relay: 0, hub: 0, kvGet: 0, kvPut: 0, d1: 0, limiter: 0, origin: 0 }
  const pending: Promise<unknown>[] = []
  const gateway: TestGateway = {
    faults,
    calls,
    logs: [],
    toOrigin: [],
    clockMs: Date.now(),
    async settle() {
      while (pending.length > 0) await pending.pop()
    },
    resetCalls() {
      for (const kind of CALLS) calls[kind] = 0
    },
    deps: {
      config,
      memory: createMemory(),
      kv: faultyKv(faults, calls),
      relay: async (known) => {
        calls.relay++
        await fault(faults.relay)
        return askRelay(known)
      },
      hub: async (known) => {
        calls.hub++
        await fault(faults.hub)
        return hubOf(env).sync(known)
      },
      failures: {
        async limit() {
          calls.limiter++
          if (faults.limiter === 'throws') throw new Error('limiter down')
          return { success: faults.limiter === 'admits' }
        },
      },
      readKey: async (hash, stamp) => {
        calls.d1++
        await fault(faults.d1)
        return ok(await readKeySnapshot(databases, hash, stamp))
      },
      readConfig: async (stamp) => {
        calls.d1++
        await fault(faults.d1)
        return ok(await readConfigSnapshot(databases, stamp, config.secret, randomBytes))
      },
      fetch: async (url, init) => {
        calls.origin++
        gateway.toOrigin.push({ url, headers: new Headers(init.headers) })
        return new Response('from the origin')
      },
      service: () => null,
      sleep: (ms) => scheduler.wait(ms),
      now: () => gateway.clockMs,
      random: () => 0,
      newRequestId: () => `req_${crypto.randomUUID().replaceAll('-', '')}`,
      controlOrigin: (called) => called,
      log: (event) => gateway.logs.push(event),
      waitUntil: (promise) => pending.push(promise),
    },
  }
  return gateway
}

/** As worker.ts does it. */
export function serveOn({ deps }: TestGateway, request: Request): Promise<Response> {
  return serve(request, readTarget(request.url, request.headers.get('host')), deps)
}

/** What a test asks of an answer. */
export interface Outcome {
  readonly status: number
  /** Of the refusal; null for an answer of the origin. */
  readonly code: unknown
  readonly headers: Headers
  readonly text: string
}

/** A request with a key, to the end of everything that was left behind it. */
export async function callWith(
  secret: string,
  gateway: TestGateway,
  path = '/orders',
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const request = new Request(`https://api.example.com${path}`, {
    headers: { authorization: `Bearer ${secret}`, 'cf-connecting-ip': '203.0.113.7', ...headers },
  })
  const response = await serveOn(gateway, request)
  await gateway.settle()
  const text = await response.text()
  const isProblem = response.headers.get('content-type') === 'application/problem+json'
  const { code = null } = isProblem ? (JSON.parse(text) as { code?: unknown }) : {}
  return { status: response.status, code, headers: response.headers, text }
}

function faultyKv(faults: Faults, calls: TestGateway['calls']): KVNamespace {
  const wrap =
    (kind: 'kvGet' | 'kvPut', method: (...args: never[]) => Promise<unknown>) =>
    async (...args: never[]): Promise<unknown> => {
      calls[kind]++
      await fault(faults.kv)
      return method.apply(env.KV, args)
    }
  return new Proxy(env.KV, {
    get(target, name: keyof KVNamespace) {
      if (name === 'get') return wrap('kvGet', target.get as (...args: never[]) => Promise<unknown>)
      if (name === 'put') return faults.kv === 'frozen' ? lost : wrap('kvPut', target.put)
      return target[name]
    },
  })
}

async function lost(): Promise<void> {}

async function fault(kind: Faults[keyof Omit<Faults, 'limiter'>]): Promise<void> {
  if (kind === 'throws') throw new Error('injected: network connection lost')
  if (kind === 'hangs') await new Promise(() => {})
}
