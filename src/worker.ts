// The entry of the Worker: wiring only. A request is the gateway's unless it asks for /_latchkey/*; the control plane
// and everything that speaks SQL are imported when they are needed, so that a gateway request never evaluates them.
import { readConfig, type Config } from './config.ts'
import type { GatewayDeps, Read } from './gateway/deps.ts'
import { findConfig } from './gateway/config.ts'
import { serve } from './gateway/gateway.ts'
import { createMemory, forget } from './gateway/memory.ts'
import { readTarget, type Target } from './gateway/path.ts'
import { isLoopback } from './policy/upstream-url.ts'
import { problemResponse, refuse } from './problem.ts'
import { err, ok, type Result } from './result.ts'

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const target = readTarget(request.url, request.headers.get('host'))
    const isolate = isolateOf(env)
    if (!isolate.ok) return notConfigured(isolate.error, target)
    const deps: GatewayDeps = { ...isolate.value, waitUntil: (promise) => ctx.waitUntil(promise) }
    if (target.ok && isControl(target.value, deps.config)) return control(request, env, deps)
    return serve(request, target, deps)
  },
} satisfies ExportedHandler<Env>

/** What lasts longer than a request; or what is wrong with the environment. */
type Isolate = Result<Omit<GatewayDeps, 'waitUntil'>, readonly string[]>

// By environment: several Workers can share one isolate in local development, and must not share memory.
const isolates = new WeakMap<Env, Isolate>()

function isolateOf(env: Env): Isolate {
  const held = isolates.get(env)
  if (held !== undefined) return held
  const config = readConfig({ ...env })
  const isolate = config.ok ? ok(gatewayOf(config.value, env)) : config
  isolates.set(env, isolate)
  return isolate
}

function isControl(target: Target, config: Config): boolean {
  if (target.path !== '/_latchkey' && !target.path.startsWith('/_latchkey/')) return false
  return (
    config.controlHost === null || target.origin.slice(target.origin.indexOf('//') + 2) === config.controlHost
  )
}

function gatewayOf(config: Config, env: Env): Omit<GatewayDeps, 'waitUntil'> {
  const databases = databasesOf(env)
  return {
    config,
    memory: createMemory(),
    kv: env.KV,
    failures: env.FAILURES ?? null,
    readKey: (hash, stamp) => fromStore((store) => store.readKeySnapshot(databases, hash, stamp)),
    readConfig: (stamp) =>
      fromStore((store) => store.readConfigSnapshot(databases, stamp, config.secret, randomBytes)),
    fetch: (url, init) => fetch(url, init),
    service: (name) => serviceOf(env, name),
    now: Date.now,
    random: Math.random,
    newRequestId,
    controlOrigin: (called) => controlOrigin(config, called),
    // One JSON object per line: Workers Logs index its fields.
    log: (event) => console.log(JSON.stringify(event)),
  }
}

async function control(request: Request, env: Env, gateway: GatewayDeps): Promise<Response> {
  const { handleControl } = await import('./control/app.ts')
  return handleControl(request, {
    databases: databasesOf(env),
    kv: env.KV,
    config: gateway.config,
    now: gateway.now,
    random: randomBytes,
    forget: (change) => forget(gateway.memory, change),
    findConfig: async () => {
      const found = await findConfig(gateway)
      return found.ok ? ok(found.value.snapshot) : found
    },
    requestId: gateway.newRequestId(),
    log: gateway.log,
    waitUntil: gateway.waitUntil,
  })
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

function databasesOf(env: Env): { primary: D1Database; shards: readonly D1Database[] } {
  return { primary: env.DB, shards: [env.DB] }
}

function serviceOf(env: Env, name: string): Service | null {
  const binding: unknown = Object.hasOwn(env, name) ? Reflect.get(env, name) : null
  return isService(binding) ? binding : null
}

type Service = Pick<Fetcher, 'fetch'>

function isService(binding: unknown): binding is Service {
  return typeof binding === 'object' && binding !== null && 'fetch' in binding
}

function controlOrigin({ controlHost }: Config, called: string): string {
  if (controlHost === null) return called
  return `${isLoopback(controlHost.replace(/:\d+$/, '')) ? 'http' : 'https'}://${controlHost}`
}

function newRequestId(): string {
  return `req_${crypto.randomUUID().replaceAll('-', '')}`
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

function notConfigured(problems: readonly string[], target: Result<Target, string>): Response {
  console.log(JSON.stringify({ event: 'not_configured', problems }))
  return problemResponse(refuse('not_configured', { detail: problems.join(' '), retryAfterSeconds: 30 }), {
    requestId: newRequestId(),
    docsOrigin: target.ok ? target.value.origin : '',
    realm: target.ok ? target.value.host : 'latchkey',
  })
}
