// The command line of `npm run deploy`. Pure.
import type { ParseArgsOptionsConfig } from 'node:util'
import { err, ok, type Result } from '../../src/result.ts'
import { readArguments } from '../arguments.ts'

export interface DeployOptions {
  readonly mode: 'deploy' | 'dry-run'
  /** The host to verify, as an origin; null: the one that wrangler names. */
  readonly url: string | null
}

export const HELP = `Deploys Latchkey to your Cloudflare account: deploy, secrets, migrations, verification. Safe to repeat.

  npm run deploy -- [options]

  --dry-run   build and check without an account, and say what would be done
  --url URL   verify this host instead of the one that wrangler names (with CONTROL_HOST set: that host)
  --help      this text
`

const FLAGS = {
  'dry-run': { type: 'boolean', default: false },
  url: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

export function parseOptions(args: readonly string[]): Result<DeployOptions | 'help', string> {
  const given = readArguments(args, FLAGS, 'npm run deploy')
  if (!given.ok) return given
  const { help, url, 'dry-run': dryRun } = given.value
  if (help) return ok('help')
  const origin = url === undefined ? ok(null) : readOrigin(url)
  return origin.ok ? ok({ mode: dryRun ? 'dry-run' : 'deploy', url: origin.value }) : origin
}

function readOrigin(value: string): Result<string, string> {
  const url = URL.canParse(value) ? new URL(value) : null
  // The verification sends no secret, but http would verify whatever redirects it.
  if (url?.protocol !== 'https:') return err('--url takes an https address, such as https://api.example.com.')
  return ok(url.origin)
}
