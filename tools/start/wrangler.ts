// How wrangler is called locally: nothing asked, nothing sent, nothing written outside the state folder.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { LOOPBACK } from './ports.ts'
import type { StateFolder } from './state-folder.ts'

const LEASH = new URL('./leash.ts', import.meta.url).href
const PACKAGE = createRequire(import.meta.url).resolve('wrangler/package.json')
const WRANGLER = ['--import', LEASH, join(dirname(PACKAGE), 'bin', 'wrangler.js')]

export interface DevServer {
  readonly port: number
  /** Passed to the Worker as plain variables. */
  readonly vars: Readonly<Record<string, string>>
  /** Path of `.dev.vars`. */
  readonly secrets: string
}

export function migrationArgs(folder: StateFolder): readonly string[] {
  return [...WRANGLER, 'd1', 'migrations', 'apply', 'latchkey', '--local', ...placeArgs(folder)]
}

export function devArgs(folder: StateFolder, { port, vars, secrets }: DevServer): readonly string[] {
  return [
    ...WRANGLER,
    'dev',
    ...placeArgs(folder),
    `--env-file=${secrets}`,
    `--ip=${LOOPBACK}`,
    `--port=${port}`,
    // Any free port: the default one is taken as soon as a second gateway runs.
    '--inspector-port=0',
    `--inspector-ip=${LOOPBACK}`,
    '--show-interactive-dev-session=false',
    ...Object.entries(vars).map(([name, value]) => `--var=${name}:${value}`),
  ]
}

function placeArgs({ wranglerConfig, data }: StateFolder): readonly string[] {
  return [`--config=${wranglerConfig}`, `--persist-to=${data}`]
}

/** @param inherited the environment of this process */
export function wranglerEnv(inherited: NodeJS.ProcessEnv, folder: StateFolder): NodeJS.ProcessEnv {
  const { CLOUDFLARE_ENV: _otherEnvironment, FORCE_COLOR: _colour, ...kept } = inherited
  return {
    ...kept,
    NO_COLOR: '1',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    // The banner is what asks the registry for updates.
    WRANGLER_HIDE_BANNER: 'true',
    // request.cf is filled with fixed values instead of being fetched.
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    // A browser for the local database, open to every page that this machine's browser shows.
    X_LOCAL_EXPLORER: 'false',
    WRANGLER_WRITE_LOGS: 'false',
    // Two gateways have one name: in the shared registry each would find the other's bindings.
    WRANGLER_REGISTRY_PATH: join(folder.wranglerHome, 'registry'),
    WRANGLER_CACHE_DIR: join(folder.wranglerHome, 'cache'),
  }
}
