// `npm run check`: everything that CI runs, in the order from cheap to dear; stops at the first failure.
// `npm run check -- lint unit` runs the named steps alone.
import { spawnSync } from 'node:child_process'

interface Step {
  readonly name: string
  readonly command: string
  /** What mends a failure, where one command does. */
  readonly mend?: string
}

const STEPS: readonly Step[] = [
  { name: 'format', command: 'prettier --check .', mend: 'npm run format' },
  // The declarations that the portal is checked against come first: the linter reads types too.
  {
    name: 'types',
    command:
      'tsc -p tsconfig.endpoints.json && tsc -p tsconfig.json && tsc -p tsconfig.worker.json && tsc -p src/portal',
  },
  { name: 'lint', command: 'npm run --silent lint' },
  { name: 'bindings', command: 'npm run --silent types -- --check', mend: 'npm run types' },
  { name: 'docs', command: 'node tools/docs.ts --check', mend: 'npm run docs' },
  { name: 'unused', command: 'knip' },
  { name: 'build', command: 'node tools/build.ts' },
  { name: 'size', command: 'node tools/size.ts' },
  { name: 'unit', command: 'vitest run --project unit' },
  { name: 'workerd', command: 'vitest run --project workerd' },
  { name: 'e2e', command: 'vitest run --project e2e --project portal --project alone' },
  { name: 'deploy', command: 'npm run --silent deploy -- --dry-run' },
]

function run(step: Step): boolean {
  const started = performance.now()
  console.log(`\n▸ ${step.name}: ${step.command}`)
  const { status } = spawnSync(step.command, { stdio: 'inherit', shell: true })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (status === 0) {
    console.log(`✓ ${step.name} (${seconds} s)`)
    return true
  }
  const hint = step.mend === undefined ? '' : ` Mend it with: ${step.mend}`
  console.error(`✗ ${step.name} failed (${seconds} s).${hint}`)
  return false
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. Steps: ${STEPS.map((step) => step.name).join(', ')}`)
  process.exit(2)
}
const chosen = wanted.length === 0 ? STEPS : STEPS.filter((step) => wanted.includes(step.name))
const allPassed = chosen.every(run)
if (allPassed) console.log(`\nAll ${chosen.length} steps passed.`)
process.exit(allPassed ? 0 : 1)
