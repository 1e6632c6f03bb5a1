// Runs wrangler for real.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { RunOptions, RunResult } from './deps.ts'
import type { Project } from './project.ts'
import { parseRecords } from './wrangler-output.ts'

export async function runWrangler(
  project: Project,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const scratch = await mkdtemp(join(tmpdir(), 'latchkey-deploy-'))
  try {
    const output = join(scratch, 'output.ndjson')
    const env = { ...process.env, WRANGLER_OUTPUT_FILE_PATH: output, WRANGLER_HIDE_BANNER: 'true' }
    const ran = await runToEnd(project, args, options, env)
    return { ...ran, records: parseRecords(await readFile(output, 'utf8').catch(() => '')) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function runToEnd(
  { root, node, wrangler }: Project,
  args: readonly string[],
  { stdin, stdout }: RunOptions,
  env: NodeJS.ProcessEnv,
): Promise<Pick<RunResult, 'code' | 'stdout'>> {
  const child = spawn(node, [wrangler, ...args], {
    cwd: root,
    env,
    stdio: [
      stdin === 'terminal' ? 'inherit' : stdin === 'none' ? 'ignore' : 'pipe',
      stdout === 'shown' ? 'inherit' : 'pipe',
      'inherit',
    ],
  })
  if (typeof stdin === 'object') child.stdin?.end(stdin.text)
  const { promise, resolve } = Promise.withResolvers<number>()
  // Ended by a signal: there is no code, and it has not succeeded.
  child.once('close', (code) => resolve(code ?? 1))
  const captured = child.stdout === null ? '' : await text(child.stdout)
  return { code: await promise, stdout: captured }
}
