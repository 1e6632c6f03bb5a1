// What lasts longer than a request: the gateway's dependencies, made once for each environment. The one place that knows the clock,
// the dice, the network and what stands behind the bindings.
import { databasesOf, hubOf, limiterOf, relayOf, serviceOf } from './bindings.ts'
import { readConfig, type Config } from './config.ts'
import type { GatewayDeps, Read } from './gateway/deps.ts'
import { createMemory } from './gateway/memory.ts'
import { isLoopback } from './policy/loopback.ts'
import { randomBytes } from './random.ts'
import { err, ok, type Result } from './result.ts'

/** Or what is wrong with the environment. */
type Isolate = Result<Omit<GatewayDeps, 'waitUntil'>, readonly string[]>

// By environment: several Workers can share one isolate in local development, and must not share memory.
const isolates = new WeakMap<Env, Isolate>()

/** @param cf of the request; undefined for a call of another Worker */
export function isolateOf(env: Env, cf: CfProperties | undefined): Isolate | Promise<Isolate> {
  return isolates.get(env) ?? startIsolate(env, cf)
}

async function startIsolate(env: Env, cf: CfProperties | undefined): Promise<Isolate> {
  const config = await readConfig({ ...env })
  // Requests that came together wait together: the first one's memory is everybody's.
  const held = isolates.get(env)
  if (held !== undefined) return held
  const isolate = config.ok ? ok(gatewayOf(config.value, env, cf)) : config
  isolates.set(env, isolate)
  return isolate
}

function gatewayOf(config: Config, env: Env, cf: CfProperties | undefined): Omit<GatewayDeps, 'waitUntil'> {
  const databases = databasesOf(env)
  return {
    config,
    memory: createMemory(),
    kv: env.KV,
    relay: relayOf(env, config, cf),
    hub: (known) => hubOf(env).sync(known),
    failures: env.FAILURES ?? null,
    limiter: (name) => limiterOf(env, name),
    readKey: (hash, stamp) => fromStore((store) => store.readKeySnapshot(databases, hash, stamp)),
    adoptKey: async (presented, means) => {
      const { adoptKey } = await import('./adoption/adopt.ts')
      return adoptKey(databases, presented, means)
    },
    readConfig: (stamp) =>
      fromStore((store) => store.readConfigSnapshot(databases, stamp, config.secret, randomBytes)),
    fetch: (url, init) => fetch(url, init),
    service: (name) => serviceOf(env, name),
    sleep: (ms) => scheduler.wait(ms),
    now: Date.now,
    random: Math.random,
    newRequestId,
    controlOrigin: (called) => controlOrigin(config, called),
    log,
  }
}

// One JSON object per line: Workers Logs index its fields.
export function log(event: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify(event))
}

type Store = typeof import('./store/snapshots.ts')

// An outage throws, and the gateway turns it into a 503; missing tables are an expected state of a fresh deploy.
async function fromStore<T>(read: (store: Store) => Promise<T>): Read<T> {
  const [store, { isMissingSchema }] = await Promise.all([
    import('./store/snapshots.ts'),
    import('./store/failure.ts'),
  ])
  try {
    return ok(await read(store))
  } catch (error) {
    if (isMissingSchema(error)) return err('no_schema')
    throw error
  }
}

function controlOrigin({ controlHost }: Config, called: string): string {
  if (controlHost === null) return called
  return `${isLoopback(controlHost.replace(/:\d+$/, '')) ? 'http' : 'https'}://${controlHost}`
}

export function newRequestId(): string {
  return `req_${crypto.randomUUID().replaceAll('-', '')}`
}
