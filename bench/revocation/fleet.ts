// Several Workers with the gateway's script, each an isolate of its own, on the objects, D1 and KV of one of them. Not one
// Worker called often: isolates share nothing, and that is what revocation has to cope with.
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { buildWorker } from '../../tools/build.ts'
import { adminClient, migrate, readModules, type Admin } from '../gateway-setup.ts'
import { WORKER_SETTINGS, type WorkerModule } from '../worker-process.ts'

export interface Fleet {
  readonly admin: Admin
  /** Worker that owns the objects and makes the changes. */
  readonly ownerUrl: string
  readonly edgeUrls: readonly string[]
  /** When a request of each key last arrived at the origin. Epoch milliseconds by key id. */
  readonly lastArrivals: () => Promise<ReadonlyMap<string, number>>
  readonly originUrl: string
  readonly stop: () => Promise<void>
}

const OWNER = 'latchkey'
const CLASSES = { HUB: 'InvalidationHub', RELAY: 'InvalidationRelay', LIMITER: 'Limiter' } as const

/** Isolates of several regions ask several relays. */
const REGIONS = ['enam', 'weur', 'apac']

/** @param edgeVars variables that the edges have and the owner has not: a promise that they do not keep */
export async function startFleet(edges: number, edgeVars: Readonly<Record<string, string>>): Promise<Fleet> {
  const origin = await startOrigin()
  const adminToken = randomBytes(32).toString('base64url')
  const modules = await probedModules()
  const names = Array.from({ length: edges }, (_, i) => `edge-${i + 1}`)
  const bindings = {
    ADMIN_TOKEN: adminToken,
    LATCHKEY_SECRET: randomBytes(32).toString('base64url'),
    LOCAL_DEVELOPMENT: 'true',
    LOG_SAMPLE: '0',
  }
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions({
      workers: [OWNER, ...names].map((name, i) => ({
        ...WORKER_SETTINGS,
        name,
        modules: [...modules],
        bindings: name === OWNER ? bindings : { ...bindings, ...edgeVars, RELAY_REGIONS: regionOf(i) },
        d1Databases: { DB: 'latchkey' },
        kvNamespaces: { KV: 'latchkey' },
        durableObjects: objectsFor(name),
      })),
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: () => undefined,
    }),
  })
  await miniflare.ready
  await migrate(await miniflare.getD1Database('DB', OWNER))
  const urlOf = async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin
  const ownerUrl = await urlOf(OWNER)
  return {
    admin: adminClient(`${ownerUrl}/_latchkey/v1`, adminToken),
    ownerUrl,
    edgeUrls: await Promise.all(names.map(urlOf)),
    ...origin,
    stop: async () => {
      await miniflare.dispose()
      origin.end()
    },
  }
}

function regionOf(index: number): string {
  return REGIONS[index % REGIONS.length] ?? 'enam'
}

function objectsFor(name: string) {
  const at = name === OWNER ? {} : { scriptName: OWNER }
  return Object.fromEntries(
    Object.entries(CLASSES).map(([binding, className]) => [binding, { className, useSQLite: true, ...at }]),
  )
}

async function startOrigin() {
  const child = fork(join(import.meta.dirname, 'origin.ts'), { execArgv: [] })
  const next = () => new Promise<unknown>((resolve) => child.once('message', resolve))
  const port = await next()
  return {
    originUrl: `http://127.0.0.1:${String(port)}`,
    async lastArrivals() {
      const answer = next()
      child.send('report')
      return new Map(Object.entries((await answer) ?? {}).map(([keyId, at]) => [keyId, Number(at)]))
    },
    end: () => child.kill(),
  }
}

async function probedModules(): Promise<readonly WorkerModule[]> {
  const root = mkdtempSync(join(tmpdir(), 'latchkey-revocation-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  await buildWorker(join(root, 'worker'))
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../workers/probed.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    write: false,
    plugins: [AS_BUILT],
  })
  const entry: WorkerModule = { type: 'ESModule', path: 'probed.js', contents: outputFiles[0]?.text ?? '' }
  return [entry, ...(await readModules(join(root, 'worker')))]
}

/** The gateway stays the built one: the entry imports it and does not swallow it. */
const AS_BUILT: Plugin = {
  name: 'as-built',
  setup: (within) => {
    within.onResolve({ filter: /src\/worker\.ts$/ }, () => ({ path: './worker.js', external: true }))
  },
}
