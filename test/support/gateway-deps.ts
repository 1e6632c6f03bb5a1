// The gateway's dependencies over real D1 and KV, with a clock that a test moves, faults that it switches on, and a
// count of every call that leaves the isolate.
import { env } from 'cloudflare:workers'
import { adoptKey } from '../../src/adoption/adopt.ts'
import { hubOf, limiterOf, relayOf } from '../../src/bindings.ts'
import { readConfig, type Config } from '../../src/config.ts'
import type { GatewayDeps } from '../../src/gateway/deps.ts'
import { serve } from '../../src/gateway/gateway.ts'
import { createMemory } from '../../src/gateway/memory.ts'
import { readTarget } from '../../src/gateway/path.ts'
import type { UsageBatch } from '../../src/limits/usage.ts'
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
  /** What the rate limit of failures says. */
  failures: 'admits' | 'refuses' | 'throws'
  limiter: Fault
}

const CALLS = [
  'relay',
  'hub',
  'kvGet',
  'kvPut',
  'd1',
  'failures',
  'limiterCalls',
  'adoptions',
  'origin',
] as const

/** A pause that is longer is over at once: between requests, a test's clock is moved by hand. */
const LONGEST_SLEEP_MS = 5

export interface TestGateway {
  readonly deps: { -readonly [K in keyof GatewayDeps]: GatewayDeps[K] }
  readonly faults: Faults
  /** Calls that left the isolate since the last reset, by kind. */
  readonly calls: Record<(typeof CALLS)[number], number>
  /** Batches of usage that were sent, kept or not. */
  handOvers: number
  /** Usage, in place of the objects that would keep it: a row on a disk for every request of every test. */
  readonly handedOver: UsageBatch[]
  readonly logs: Readonly<Record<string, unknown>>[]
  readonly toOrigin: { readonly url: string; readonly headers: Headers }[]
  clockMs: number
  /** Waits for everything that was given to waitUntil. */
  settle(): Promise<void>
  resetCalls(): void
}

const databases = { primary: env.DB, shards: [env.DB] }

const config = await readConfig({ ...env, LOG_SAMPLE: '1' })

export function testConfig(changes: Partial<Config> = {}): Config {
  if (!config.ok) throw new Error(config.error.join(' '))
  return { ...config.value, ...changes }
}

/** Of a request that is decided in memory, beside that to the origin. */
export const NO_CALLS = {
  relay: 0,
  hub: 0,
  kvGet: 0,
  kvPut: 0,
  d1: 0,
  failures: 0,
  limiterCalls: 0,
  adoptions: 0,
}

export function createTestGateway(config: Config = testConfig()): TestGateway {
  const askRelay = relayOf(env, config, undefined)
  const faults: Faults = {
    kv: 'works',
    d1: 'works',
    relay: 'works',
    hub: 'works',
    failures: 'admits',
    limiter: 'works',
  }
  const calls = { ...NO_CALLS, origin: 0 }
  const pending: Promise<unknown>[] = []
  const own = { ...databases }
  const gateway: TestGateway = {
    faults,
    calls,
    handOvers: 0,
    handedOver: [],
    logs: [],
    toOrigin: [],
    clockMs: Date.now(),
    async settle() {
      while (pending.length > 0) await pending.pop()
    },
    resetCalls() {
      for (const kind of CALLS) calls[kind] = 0
      gateway.handOvers = 0
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
          calls.failures++
          if (faults.failures === 'throws') throw new Error('limiter down')
          return { success: faults.failures === 'admits' }
        },
      },
      limiter: (name) => ({
        async take(call) {
          calls.limiterCalls++
          await fault(faults.limiter)
          return limiterOf(env, name).take(call)
        },
        async record(batch) {
          gateway.handOvers++
          await fault(faults.limiter)
          gateway.handedOver.push(batch)
        },
      }),
      readKey: async (hash, stamp) => {
        calls.d1++
        await fault(faults.d1)
        return ok(await readKeySnapshot(databases, hash, stamp))
      },
      adoptKey: async (presented, means) => {
        calls.adoptions++
        await fault(faults.d1)
        return adoptKey(own, presented, means)
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
      sleep: async (ms) => (ms > LONGEST_SLEEP_MS ? undefined : scheduler.wait(ms)),
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

async function fault(kind: Faults[keyof Omit<Faults, 'failures'>]): Promise<void> {
  if (kind === 'throws') throw new Error('injected: network connection lost')
  if (kind === 'hangs') await new Promise(() => {})
}
