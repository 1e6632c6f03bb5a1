// From a folder to a verified deployment: src/cli/deployment/plan.ts has the steps.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { contextOf, tell, type GlobalOptions } from '../context.ts'
import type { DeployDeps } from '../deployment/deps.ts'
import { planDeploy } from '../deployment/plan.ts'
import { findProject, type Project } from '../deployment/project.ts'
import { runPlan } from '../deployment/run-plan.ts'
import { findLacks } from '../deployment/settings-file.ts'
import { runWrangler } from '../deployment/wrangler-process.ts'
import { CliError } from '../exit.ts'
import { profilesPath, readProfiles, writeProfiles } from '../profiles.ts'
import { print, say, type Terminal } from '../terminal.ts'

interface DeployOptions extends GlobalOptions {
  readonly dir: string
  readonly dryRun?: boolean
  /** False after --no-keep. */
  readonly keep: boolean
}

const REQUEST_TIMEOUT_MS = 10_000
const SECRET_BYTES = 32
const DEFAULT_PROFILE = 'default'

export function addDeploy(program: Command, terminal: Terminal): void {
  program
    .command('deploy')
    .description(
      'deploy to your Cloudflare account: Worker, secrets, migrations, and a check by real requests. Safe to repeat',
    )
    .option('--dir <folder>', 'the folder of wrangler.toml', '.')
    .option('--dry-run', 'build and check without an account, and say what would be done')
    .option('--no-keep', 'do not keep a new ADMIN_TOKEN as a profile')
    .addHelpText(
      'after',
      '\n--url verifies this host instead of the one that wrangler names: with CONTROL_HOST set, that one.',
    )
    .action(async (_, command: Command) => deploy(terminal, command.optsWithGlobals<DeployOptions>()))
}

async function deploy(terminal: Terminal, options: DeployOptions): Promise<void> {
  const deps = await depsOf(terminal, options)
  const steps = planDeploy(options.dryRun === true ? 'dry-run' : 'deploy')
  const done = await runPlan(steps, { url: originOf(options.url), adminToken: null }, deps)
  if (!done.ok) {
    const { step, reason } = done.error
    throw new CliError('failed', `Failed at "${step.title}": ${reason}`, [step.mend])
  }
  if (options.dryRun === true) return showPlan(deps)
  const { url, adminToken } = done.value
  deps.show(`Latchkey runs at ${url}`)
  if (options.keep && url !== null && adminToken !== null) await remember(terminal, options, url, adminToken)
}

async function depsOf(terminal: Terminal, options: DeployOptions): Promise<DeployDeps> {
  const project = await findProject(options.dir)
  await requireSettings(project)
  return {
    run: (args, how) => runWrangler(project, args, how),
    // A redirect is an answer of its own: what it leads to is not what was deployed.
    fetch: (url) =>
      terminal.fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }),
    now: Date.now,
    sleep,
    mintSecret: () => randomBytes(SECRET_BYTES).toString('base64url'),
    say: (line) => tell(contextOf(terminal, options), line),
    show: (line) => print(terminal, line),
  }
}

// Deployed without a binding that this version needs, the Worker would answer 503 until somebody finds out which.
async function requireSettings(project: Project): Promise<void> {
  const lacks = await findLacks(project)
  if (!lacks.ok) throw new CliError('usage', `wrangler.toml cannot be read: ${lacks.error}`)
  if (lacks.value.length === 0) return
  throw new CliError(
    'usage',
    `wrangler.toml lacks ${lacks.value.map(({ what }) => what).join(', ')}. Nothing was deployed.`,
    ['Add to it:', ...lacks.value.flatMap(({ add }) => ['', ...add.split('\n')])],
  )
}

function originOf(text: string | undefined): string | null {
  if (text === undefined) return null
  const url = URL.canParse(text) ? new URL(text) : null
  // The verification sends no secret, but http would verify whatever redirects it.
  if (url?.protocol !== 'https:')
    throw new CliError('usage', '--url takes an https address, such as https://api.example.com.')
  return url.origin
}

function showPlan({ show }: DeployDeps): void {
  show('A deployment would:')
  for (const [index, { title }] of planDeploy('deploy').entries()) show(`  ${index + 1}. ${title}`)
}

// A token of another gateway is never replaced: it may be the only copy.
async function remember(
  terminal: Terminal,
  options: DeployOptions,
  url: string,
  token: string,
): Promise<void> {
  const { profiles } = await readProfiles(terminal)
  const name = options.profile ?? DEFAULT_PROFILE
  if (profiles[name] !== undefined && profiles[name].url !== url)
    return say(
      terminal,
      `The profile ${name} is another gateway's. Log in: latchkey login --profile … --url ${url}`,
    )
  await writeProfiles(terminal, { current: name, profiles: { ...profiles, [name]: { url, token } } })
  return say(terminal, `You are logged in there: the profile ${name} in ${profilesPath(terminal)}.`)
}
