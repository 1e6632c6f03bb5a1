// What each step of the plan does. A step gets what the steps before it found out, and adds to it.
import { err, ok, type Result } from '../../result.ts'
import type { DeployDeps } from './deps.ts'
import type { StepName } from './plan.ts'
import { verify } from './verification.ts'
import { readBundleSize, readDeployedUrl, readSecretNames } from './wrangler-output.ts'

export interface Progress {
  /** Origin to verify; null while none is known. */
  readonly url: string | null
  /** The credential of the first operator, where this deployment made it. */
  readonly adminToken: string | null
}

/** wrangler takes the binding for the name: the database may have any. */
const DATABASE_BINDING = 'DB'

type Action = (progress: Progress, deps: DeployDeps) => Promise<Result<Progress, string>>

export const ACTIONS: Readonly<Record<StepName, Action>> = {
  async check(progress, { run, show }) {
    const { code, records } = await run(['deploy', '--dry-run'], { stdin: 'none', stdout: 'shown' })
    if (code !== 0) return failed('wrangler deploy --dry-run', code)
    const size = readBundleSize(records)
    if (size !== null) show(`Bundle: ${kib(size.raw)}, ${kib(size.gzip)} compressed`)
    return ok(progress)
  },

  async deploy(progress, { run }) {
    // The terminal, because wrangler may have to ask: to log in, which account, the first workers.dev name.
    const { code, records } = await run(['deploy'], { stdin: 'terminal', stdout: 'shown' })
    if (code !== 0) return failed('wrangler deploy', code)
    return ok({ ...progress, url: progress.url ?? readDeployedUrl(records) })
  },

  async secrets(progress, deps) {
    const { code, stdout } = await deps.run(['secret', 'list'], { stdin: 'none', stdout: 'captured' })
    if (code !== 0) return failed('wrangler secret list', code)
    const present = readSecretNames(stdout)
    // Not "none are set": a new LATCHKEY_SECRET would make every existing key invalid.
    if (present === null) return err('`wrangler secret list` printed something other than a list.')
    const missing = ['LATCHKEY_SECRET', 'ADMIN_TOKEN'].filter((name) => !present.includes(name))
    return missing.length === 0 ? ok(progress) : putSecrets(missing, progress, deps)
  },

  async migrate(progress, { run }) {
    const args = ['d1', 'migrations', 'apply', DATABASE_BINDING, '--remote']
    const { code } = await run(args, { stdin: 'none', stdout: 'shown' })
    return code === 0 ? ok(progress) : failed('wrangler d1 migrations apply', code)
  },

  async verify(progress, deps) {
    if (progress.url === null) return err('wrangler named no address of this Worker.')
    const verified = await verify(progress.url, deps)
    return verified.ok ? ok(progress) : verified
  },
}

async function putSecrets(
  names: readonly string[],
  progress: Progress,
  { run, mintSecret, show }: DeployDeps,
): Promise<Result<Progress, string>> {
  const secrets = new Map(names.map((name) => [name, mintSecret()]))
  // By stdin: arguments are visible to every process of the machine.
  const text = JSON.stringify(Object.fromEntries(secrets))
  const { code } = await run(['secret', 'bulk'], { stdin: { text }, stdout: 'shown' })
  if (code !== 0) return failed('wrangler secret bulk', code)
  const adminToken = secrets.get('ADMIN_TOKEN') ?? null
  if (adminToken !== null) show(`ADMIN_TOKEN (shown this once, keep it safe): ${adminToken}`)
  return ok({ ...progress, adminToken })
}

function failed(command: string, code: number): Result<never, string> {
  return err(`\`${command}\` ended with code ${code}.`)
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}
