// `npm run deploy`: from a checkout to a verified deployment. This file owns the process; tools/deploy/plan.ts has
// the steps.
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { DeployDeps } from './deploy/deps.ts'
import { HELP, parseOptions, type DeployOptions } from './deploy/options.ts'
import { planDeploy } from './deploy/plan.ts'
import { runPlan } from './deploy/run-plan.ts'
import { runWrangler } from './deploy/wrangler-process.ts'

const ROOT = dirname(import.meta.dirname)
const REQUEST_TIMEOUT_MS = 10_000
const SECRET_BYTES = 32

const deps: DeployDeps = {
  run: (args, options) => runWrangler(ROOT, args, options),
  // A redirect is an answer of its own: what it leads to is not what was deployed.
  fetch: (url) => fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }),
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  mintSecret: () => randomBytes(SECRET_BYTES).toString('base64url'),
  say: (line) => console.error(line),
  show: (line) => console.log(line),
}

async function deploy({ mode, url }: DeployOptions): Promise<number> {
  const done = await runPlan(planDeploy(mode), { url }, deps)
  if (!done.ok) {
    const { step, reason } = done.error
    deps.say(`Failed at "${step.title}": ${reason}`)
    deps.say(step.mend)
    return 1
  }
  if (mode === 'dry-run') showPlan()
  else deps.show(`Latchkey runs at ${done.value.url}`)
  return 0
}

function showPlan(): void {
  deps.show('`npm run deploy` would:')
  for (const [index, { title }] of planDeploy('deploy').entries()) deps.show(`  ${index + 1}. ${title}`)
}

const options = parseOptions(process.argv.slice(2))
if (!options.ok) {
  deps.say(options.error)
  process.exitCode = 2
} else if (options.value === 'help') {
  deps.show(HELP.trimEnd())
} else {
  process.exitCode = await deploy(options.value)
}
