// The built Worker on workerd, on a socket of its own: no proxy, no stub, real D1 and KV, and an origin that is a real
// HTTP server whose log says what truly arrived.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type Request, type Response } from 'miniflare'
import { parse } from 'smol-toml'

export const ADMIN_TOKEN = 'test-admin-token-0123456789abcdefghij'
const DIST = 'dist/worker'
/** The Worker that owns the objects and takes the admin API's calls. */
const OWNER = 'latchkey'
const CALLER = 'caller'

export interface GatewayUnderTest {
  url: string
  /** Of the edges: isolates of their own, on the storage and the objects of the first. */
  readonly edgeUrls: readonly string[]
  /** Of the other Worker; empty without one. */
  readonly callerUrl: string
  /** Lines that the Worker logged, parsed. */
  readonly logs: readonly Readonly<Record<string, unknown>>[]
  /** Calls the admin API; throws unless the status is 2xx. */
  admin<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>
  /** Runs a statement on the database, for what the admin API does not make. */
  execute(sql: string): Promise<void>
  /** Starts the Worker anew with other variables over the same storage. The address may change. */
  restart(vars: Readonly<Record<string, string>>): Promise<void>
  dispose(): Promise<void>
}

export interface GatewayOptions {
  readonly vars?: Readonly<Record<string, string>>
  readonly migrate?: boolean
  /** Further Workers with the same script: what one of them knows, the others have to learn from the feed. */
  readonly edges?: number
  /** Service bindings: other Workers of the account, played by a function. */
  readonly services?: Readonly<Record<string, (request: Request) => Response>>
  /** With the portal: then `url` is that of a server that looks at the static files first, as Cloudflare does. */
  readonly portal?: boolean
  /** Another Worker of the account: one module, to whose environment the gateway's entrypoint is bound as VERIFIER. */
  readonly caller?: string
}

export async function startGateway({
  vars = {},
  migrate = true,
  edges = 0,
  services = {},
  caller,
  portal = false,
}: GatewayOptions = {}): Promise<GatewayUnderTest> {
  const logs: Record<string, unknown>[] = []
  const modules = await readModules()
  const edgeNames = Array.from({ length: edges }, (_, i) => `edge-${i + 1}`)
  const assets = portal ? { assets: await portalAssets() } : {}
  const worker = (name: string, changes: Readonly<Record<string, string>>) => ({
    name,
    modules,
    compatibilityDate: '2026-10-23',
    compatibilityFlags: ['global_fetch_strictly_public'],
    bindings: {
      ADMIN_TOKEN,
      LATCHKEY_SECRET: 'test-secret-0123456789abcdefghijklmnopqrstuv',
      LOCAL_DEVELOPMENT: 'true',
      LOG_SAMPLE: '1',
      ...vars,
      ...changes,
    },
    serviceBindings: services,
    d1Databases: { DB: OWNER },
    kvNamespaces: { KV: OWNER },
    durableObjects: objectsFor(name),
    ratelimits: {
      FAILURES: { namespace_id: '1001', simple: { limit: 20, period: 60 as const } },
      SELF_SERVICE: { namespace_id: '1002', simple: { limit: 60, period: 60 as const } },
    },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    stripCfConnectingIp: false,
    ...assets,
  })
  const options = (changes: Readonly<Record<string, string>>) =>
    convertV4MiniflareOptions({
      workers: [
        ...[OWNER, ...edgeNames].map((name) => worker(name, changes)),
        ...(caller === undefined ? [] : [boundWorker(caller)]),
      ],
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => {
        const line = parseLine(message)
        if (line !== null) logs.push(line)
      },
    })
  const miniflare = new Miniflare(options({}))
  const addressOf = async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin
  await miniflare.ready
  if (migrate) await applyMigrations(await miniflare.getD1Database('DB', OWNER))
  const gateway: GatewayUnderTest = {
    url: await addressOf(OWNER),
    edgeUrls: await Promise.all(edgeNames.map(addressOf)),
    callerUrl: caller === undefined ? '' : await addressOf(CALLER),
    logs,
    admin: (method, path, body) => callAdmin(gateway.url, method, path, body),
    async execute(sql) {
      await (await miniflare.getD1Database('DB', OWNER)).prepare(sql).run()
    },
    async restart(changes) {
      await miniflare.setOptions(options(changes))
      gateway.url = await addressOf(OWNER)
    },
    dispose: () => miniflare.dispose(),
  }
  return gateway
}

// What a customer of the gateway would deploy beside it: nothing is shared but the binding.
function boundWorker(script: string) {
  return {
    name: CALLER,
    modules: [{ type: 'ESModule' as const, path: 'caller.js', contents: script }],
    compatibilityDate: '2026-10-23',
    serviceBindings: { VERIFIER: { name: OWNER, entrypoint: 'Verifier' } },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  }
}

/** As wrangler.toml says. */
async function portalAssets() {
  const config = parse(await readFile('wrangler.toml', 'utf8'))
  const { directory, run_worker_first, not_found_handling } = config.assets as {
    directory: string
    run_worker_first: string[]
    not_found_handling: '404-page'
  }
  return {
    directory,
    run_worker_first,
    routerConfig: { has_user_worker: true },
    assetConfig: { not_found_handling },
  }
}

function objectsFor(name: string) {
  const at = name === OWNER ? {} : { scriptName: OWNER }
  return {
    HUB: { className: 'InvalidationHub', useSQLite: true, ...at },
    RELAY: { className: 'InvalidationRelay', useSQLite: true, ...at },
    LIMITER: { className: 'Limiter', useSQLite: true, ...at },
  }
}

async function readModules(): Promise<{ type: 'ESModule'; path: string }[]> {
  const files = (await readdir(DIST)).filter((file) => file.endsWith('.js'))
  const rest = files.filter((file) => file !== 'worker.js')
  return ['worker.js', ...rest].map((file) => ({ type: 'ESModule', path: join(DIST, file) }))
}

async function applyMigrations(db: { prepare(sql: string): { run(): Promise<unknown> } }): Promise<void> {
  for (const migration of await readD1Migrations('migrations')) {
    for (const query of migration.queries) await db.prepare(query).run()
  }
}

function parseLine(message: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(message)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

async function callAdmin<T>(url: string, method: string, path: string, body: unknown): Promise<T> {
  const response = await fetch(`${url}/_latchkey/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text) as T
}
