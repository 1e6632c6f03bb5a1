// The entry of the Worker: wiring only. A request is the gateway's unless it asks for /_latchkey/*; the control plane
// and everything that speaks SQL are imported when they are needed, so that a gateway request never evaluates them.
import { databasesOf, hubOf, limiterOf, relayOf, serviceOf } from './bindings.ts'
import { readConfig, type Config } from './config.ts'
import type { GatewayDeps, Read } from './gateway/deps.ts'
import { serve } from './gateway/gateway.ts'
import { createMemory } from './gateway/memory.ts'
import { readTarget, type Target } from './gateway/path.ts'
import { isLoopback } from './policy/loopback.ts'
import { refuse } from './problem.ts'
import { randomBytes } from './random.ts'
import { err, ok, type Result } from './result.ts'

export { InvalidationHub, InvalidationRelay, Limiter } from './objects/exports.ts'

export default {
  async fetch(request, env, ctx): Promise<Response> {
    const target = readTarget(request.url, request.headers.get('host'))
    const isolate = isolates.get(env) ?? (await startIsolate(env, request.cf))
    if (!isolate.ok) return notConfigured(isolate.error, target)
    const deps: GatewayDeps = { ...isolate.value, waitUntil: (promise) => ctx.waitUntil(promise) }
    if (!target.ok || !isControl(target.value, deps.config)) return serve(request, target, deps)
    const { answerControl } = await import('./control-plane.ts')
    return answerControl(request, env, deps)
  },

  async scheduled(_controller, env): Promise<void> {
    const { runScheduled } = await import('./jobs/scheduled.ts')
    await runScheduled({
      databases: databasesOf(env),
      publish: (changes) => hubOf(env).publish(changes),
      now: Date.now,
      log,
    })
  },
} satisfies ExportedHandler<Env>

/** What lasts longer than a request; or what is wrong with the environment. */
type Isolate = Result<Omit<GatewayDeps, 'waitUntil'>, readonly string[]>

// By environment: several Workers can share one isolate in local development, and must not share memory.
const isolates = new WeakMap<Env, Isolate>()

async function startIsolate(env: Env, cf: CfProperties | undefined): Promise<Isolate> {
  const config = await readConfig({ ...env })
  // Requests that came together wait together: the first one's memory is everybody's.
  const held = isolates.get(env)
  if (held !== undefined) return held
  const isolate = config.ok ? ok(gatewayOf(config.value, env, cf)) : config
  isolates.set(env, isolate)
  return isolate
}

function isControl(target: Target, config: Config): boolean {
  if (target.path !== '/_latchkey' && !target.path.startsWith('/_latchkey/')) return false
  return (
    config.controlHost === null || target.origin.slice(target.origin.indexOf('//') + 2) === config.controlHost
  )
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
function log(event: Readonly<Record<string, unknown>>): void {
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

function newRequestId(): string {
  return `req_${crypto.randomUUID().replaceAll('-', '')}`
}

async function notConfigured(problems: readonly string[], target: Result<Target, string>): Promise<Response> {
  console.log(JSON.stringify({ event: 'not_configured', problems }))
  const { problemResponse } = await import('./problem-response.ts')
  return problemResponse(refuse('not_configured', { detail: problems.join(' '), retryAfterSeconds: 30 }), {
    requestId: newRequestId(),
    docsOrigin: target.ok ? target.value.origin : '',
    realm: target.ok ? target.value.host : 'latchkey',
  })
}
