// The configuration that wrangler runs locally: wrangler.toml, with everything pointed into the state folder.
// A derived file instead of flags, because wrangler takes neither the build's place nor the migrations' as a flag,
// and because two gateways of one checkout must share nothing that either of them writes.
import { join } from 'node:path'
import { parse, type TomlTable, type TomlValue } from 'smol-toml'

interface Places {
  readonly root: string
  /** Where the Worker was built. */
  readonly worker: string
  /** Where the portal was built. */
  readonly assets: string
}

/** Absent locally: `build` has run already; `routes` would replace the host in `request.url`; `env` is not used. */
const DROPPED: ReadonlySet<string> = new Set(['$schema', 'build', 'routes', 'route', 'env', 'account_id'])
/** Identities of deployed resources. Local storage is filed under them, so a deploy would seem to empty it. */
const IDENTITIES: ReadonlySet<string> = new Set([
  'id',
  'preview_id',
  'database_id',
  'preview_database_id',
  'remote',
])

/** @returns JSON for wrangler */
export function deriveLocalConfig(toml: string, { root, worker, assets }: Places): string {
  const config = without(parse(toml), DROPPED)
  return JSON.stringify(
    {
      ...config,
      main: join(worker, 'worker.js'),
      base_dir: worker,
      kv_namespaces: tablesOf(config.kv_namespaces).map((table) => without(table, IDENTITIES)),
      d1_databases: tablesOf(config.d1_databases).map((table) => ({
        ...without(table, IDENTITIES),
        migrations_dir: join(root, textOf(table.migrations_dir) ?? 'migrations'),
      })),
      ...withAssets(config.assets, assets),
    },
    null,
    2,
  )
}

function withAssets(table: TomlValue | undefined, directory: string): { readonly assets?: TomlTable } {
  return isTable(table) ? { assets: { ...table, directory } } : {}
}

function without(table: TomlTable, names: ReadonlySet<string>): TomlTable {
  return Object.fromEntries(Object.entries(table).filter(([name]) => !names.has(name)))
}

function tablesOf(value: TomlValue | undefined): TomlTable[] {
  return Array.isArray(value) ? value.filter(isTable) : []
}

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

function textOf(value: TomlValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
