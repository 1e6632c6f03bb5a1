// A Worker on workerd behind workerd's own port: no proxy and no entry Worker in between. Every subject is started
// here, so that flags, bindings and logging are the same for all of them.
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { childrenNamed } from './process-cpu.ts'

export interface WorkerProcess {
  readonly url: string
  /** Of workerd; null where it cannot be told (no /proc). */
  readonly pid: number | null
  readonly database: () => Promise<Database>
  readonly dispose: () => Promise<void>
}

/** The part of D1 that a migration needs. */
export interface Database {
  prepare(query: string): { run(): Promise<unknown> }
}

export interface WorkerModule {
  readonly type: 'ESModule'
  readonly path: string
  readonly contents: string
}

const NAME = 'subject'

/** What every measured Worker has in common. */
export const WORKER_SETTINGS = {
  compatibilityDate: '2026-10-23',
  compatibilityFlags: ['global_fetch_strictly_public'],
  ratelimits: {
    FAILURES: { namespace_id: '1001', simple: { limit: 20, period: 60 as const } },
    SELF_SERVICE: { namespace_id: '1002', simple: { limit: 60, period: 60 as const } },
  },
  unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  stripCfConnectingIp: false,
}

/**
 * Starts one Worker in a workerd of its own. Miniflare ends it with this process, also on Ctrl-C.
 * @param modules the entry first
 * @param bindings plain text variables
 */
export async function startWorker(
  modules: readonly WorkerModule[],
  bindings: Readonly<Record<string, string>>,
): Promise<WorkerProcess> {
  const before = new Set(childrenNamed('workerd'))
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: NAME,
      modules: [...modules],
      ...WORKER_SETTINGS,
      bindings: { ...bindings },
      d1Databases: ['DB'],
      kvNamespaces: ['KV'],
      durableObjects: {
        HUB: { className: 'InvalidationHub', useSQLite: true },
        RELAY: { className: 'InvalidationRelay', useSQLite: true },
        LIMITER: { className: 'Limiter', useSQLite: true },
      },
      log: new Log(LogLevel.ERROR),
      // workerd writes every line, which is what a line costs there; nobody reads them.
      handleStructuredLogs: () => undefined,
    }),
  )
  await miniflare.ready
  return {
    url: (await miniflare.unsafeGetDirectURL(NAME)).origin,
    pid: childrenNamed('workerd').find((child) => !before.has(child)) ?? null,
    database: () => miniflare.getD1Database('DB'),
    dispose: () => miniflare.dispose(),
  }
}
