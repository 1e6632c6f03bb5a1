// Runs `npm start` in a copy of the checkout, so that its .dev.vars and its build are the test's own, and knows every
// process that came of it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const COPIED = ['src', 'tools', 'migrations', 'package.json', 'wrangler.toml', 'tsconfig.base.json']

/** @param more of its files, besides those that `npm start` needs */
export function copyCheckout(...more: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'latchkey-start-'))
  for (const name of [...COPIED, ...more]) cpSync(name, join(root, name), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'))
  return root
}

export interface Started {
  readonly child: ChildProcess
  /** Resolves with the exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  readonly stdout: () => string
  readonly stderr: () => string
}

export function start(root: string, ...args: readonly string[]): Started {
  return run(root, process.execPath, ['tools/start.ts', ...args])
}

export function npmStart(root: string, ...args: readonly string[]): Started {
  return run(root, 'npm', ['start', '--silent', '--', ...args])
}

/** Waits for a line; fails with what was said instead when the start ends first. */
export async function until({ ended, stdout, stderr }: Started, text: string): Promise<void> {
  let code: number | null | undefined
  void ended.then((value) => (code = value))
  while (!`${stdout()}${stderr()}`.includes(text)) {
    if (code !== undefined) throw new Error(`ended with ${code} before "${text}":\n${stderr()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Every process that descends from this one, itself included. */
export function familyOf({ child }: Started): readonly number[] {
  const rows = processes()
  const family = [child.pid ?? 0]
  for (const pid of family) family.push(...rows.filter((row) => row.parent === pid).map((row) => row.pid))
  return family
}

/** Those of the processes that still run after a moment. One that only waits to be reaped has ended. */
export async function survivorsOf(family: readonly number[]): Promise<readonly string[]> {
  for (let attempt = 0; ; attempt++) {
    const alive = processes().filter(({ pid, state }) => family.includes(pid) && !state.startsWith('Z'))
    if (alive.length === 0 || attempt === 60) return alive.map(({ command }) => command)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function run(cwd: string, command: string, args: readonly string[]): Started {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const ended = once(child, 'close').then(() => child.exitCode)
  return { child, ended, stdout: () => stdout, stderr: () => stderr }
}

interface Process {
  readonly pid: number
  readonly parent: number
  readonly state: string
  readonly command: string
}

function processes(): readonly Process[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
  return table.split('\n').map((line) => {
    const [pid = '', parent = '', state = '', ...command] = line.trim().split(/\s+/)
    return { pid: Number(pid), parent: Number(parent), state, command: command.join(' ') }
  })
}
