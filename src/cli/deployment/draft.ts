// The files of a new gateway's folder, as texts. Pure.
import type { OwnPackage } from './own-package.ts'

export interface Wishes {
  /** Of the Worker, its database, and its address at workers.dev. */
  readonly name: string
  /** Where requests go until routes are stored. */
  readonly originUrl: string | null
  /** Host names of the owner's zones that the gateway answers at. */
  readonly domains: readonly string[]
  /** The host that alone serves the control plane. */
  readonly controlHost: string | null
}

export interface DraftFile {
  readonly path: string
  readonly text: string
  /** Why it is there, for the person. */
  readonly purpose: string
  /** File permissions; it holds secrets where they are 0600. */
  readonly mode: number
}

const IN_PACKAGE = 'node_modules/latchkey'

/** @param mintSecret a new random secret, each time */
export function draftFiles(wishes: Wishes, own: OwnPackage, mintSecret: () => string): readonly DraftFile[] {
  return [
    {
      path: 'wrangler.toml',
      text: draftSettings(wishes, own.settings),
      purpose: 'what Cloudflare runs: the Worker, its database, its names. Yours to edit',
      mode: 0o644,
    },
    {
      path: 'package.json',
      text: draftManifest(wishes, own),
      purpose: 'which version of Latchkey, and the tools to deploy it with',
      mode: 0o644,
    },
    {
      path: '.dev.vars',
      text: draftDevVars(mintSecret),
      purpose: 'random secrets for trying it on this machine. The deployed gateway gets others',
      mode: 0o600,
    },
    {
      path: '.gitignore',
      text: 'node_modules/\n.wrangler/\n.dev.vars*\n',
      purpose: 'keeps those secrets out of git',
      mode: 0o644,
    },
  ]
}

/** The settings of a checkout, for a folder that has the Worker as a package. Their comments stay. */
function draftSettings({ name, originUrl, domains, controlHost }: Wishes, settings: string): string {
  const variables = { ORIGIN_URL: originUrl, CONTROL_HOST: controlHost }
  const given = Object.entries(variables).filter(([, value]) => value !== null)
  const hosts = [...new Set([...domains, ...(controlHost === null ? [] : [controlHost])])]
  const routes = hosts.map((host) => `  { pattern = ${JSON.stringify(host)}, custom_domain = true },\n`)
  return settings
    .replace(/^name = .*$/m, `name = ${JSON.stringify(name)}`)
    .replace(/^database_name = .*$/m, `database_name = ${JSON.stringify(name)}`)
    .replaceAll(/"dist\/(worker|assets)/g, `"${IN_PACKAGE}/dist/$1`)
    .replace(/^migrations_dir = .*$/m, `migrations_dir = "${IN_PACKAGE}/migrations"`)
    .replace(
      /^# The build splits .*\n(?:# .*\n)*/m,
      '# The Worker comes built: the control plane is loaded only when it is asked.\n',
    )
    .replace(/^\[build\]\ncommand = .*\n\n/m, given.length === 0 ? '' : variablesOf(given))
    .replace(/^workers_dev = .*$/m, (line) =>
      routes.length === 0 ? line : `${line}\nroutes = [\n${routes.join('')}]`,
    )
}

function variablesOf(given: readonly (readonly [string, string | null])[]): string {
  const lines = given.map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
  return `# What they take: docs/configuration.md of the package.\n[vars]\n${lines.join('')}\n`
}

function draftManifest({ name }: Wishes, { version, tools }: OwnPackage): string {
  const manifest = {
    name,
    private: true,
    scripts: {
      deploy: 'latchkey deploy',
      doctor: 'latchkey doctor',
      dev: 'wrangler d1 migrations apply DB --local && wrangler dev',
    },
    devDependencies: { latchkey: `^${version}`, node: tools.node, wrangler: tools.wrangler },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

function draftDevVars(mintSecret: () => string): string {
  return [
    '# For `npm run dev` on this machine only. Never commit them.',
    `LATCHKEY_SECRET=${mintSecret()}`,
    `ADMIN_TOKEN=${mintSecret()}`,
    'LOCAL_DEVELOPMENT=true',
    '',
  ].join('\n')
}
