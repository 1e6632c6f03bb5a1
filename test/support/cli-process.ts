// The built command line as a process of its own, at the gateway of `npm start`: what an operator has, and nothing else.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { copyCheckout, start, until } from './local-start.ts'

const TOOL = resolve('dist/cli/latchkey.js')

/** What `npm start` keeps of its gateway. */
interface LocalGateway {
  readonly gateway_url: string
  readonly admin_token: string
  readonly organization_id: string
  readonly project_id: string
}

export interface RunningGateway extends LocalGateway {
  readonly stop: () => Promise<void>
}

/** A gateway with its demo origin, on free ports, and with storage of its own. */
export async function startGateway(): Promise<RunningGateway> {
  const checkout = copyCheckout()
  const state = join(checkout, '.latchkey')
  const started = start(checkout, '--state', state, '--port', '0', '--origin-port', '0', '--json')
  await until(started, '"gateway_url"')
  const local = JSON.parse(await readFile(join(state, 'local.json'), 'utf8')) as LocalGateway
  return {
    ...local,
    stop: async () => {
      started.child.kill('SIGTERM')
      await started.ended
      await rm(checkout, { recursive: true, force: true })
    },
  }
}

interface CliRun {
  /** Null: a signal ended it. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Shell {
  /** The folder that commands run in, which is also where profiles are kept. */
  readonly home: string
  /** @param input standard input; it is at its end without one */
  readonly latchkey: (args: readonly string[], input?: string) => Promise<CliRun>
  readonly remove: () => Promise<void>
}

/** A home where nobody is logged in. */
export async function openShell(env: Readonly<Record<string, string>> = {}): Promise<Shell> {
  const home = await mkdtemp(join(tmpdir(), 'latchkey-cli-'))
  return {
    home,
    latchkey: (args, input = '') => run(home, env, args, input),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

async function run(
  home: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  input: string,
): Promise<CliRun> {
  const child = spawn(process.execPath, [TOOL, ...args], {
    cwd: home,
    env: environmentOf(home, env),
  })
  const closed = once(child, 'close')
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  await closed
  return { exitCode: child.exitCode, stdout, stderr }
}

/** What is said on the terminal, and what is typed when it is. */
export type Dialogue = readonly (readonly [said: string, typed: string])[]

/**
 * Runs the tool on a pseudo-terminal (util-linux `script`), where it asks, draws and colours as for a person.
 * @returns all that the terminal showed, echoed keys too, and how the tool ended
 */
export async function runOnTerminal(
  home: string,
  args: readonly string[],
  dialogue: Dialogue,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly exitCode: number | null; readonly screen: string }> {
  const command = [process.execPath, TOOL, ...args].map((part) => `'${part}'`).join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: home,
    env: environmentOf(home, { TERM: 'xterm-256color', ...env }),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  let unread = ''
  const waiting = [...dialogue]
  child.stdout.on('data', (chunk) => {
    screen += String(chunk)
    unread += String(chunk)
    const [next] = waiting
    if (next === undefined || !unread.includes(next[0])) return
    waiting.shift()
    unread = ''
    child.stdin.write(next[1])
  })
  await once(child, 'close')
  if (waiting.length > 0) throw new Error(`the terminal never said "${waiting[0]?.[0]}":\n${screen}`)
  return { exitCode: child.exitCode, screen }
}

// A new terminal knows nothing of this one.
function environmentOf(home: string, env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const bare: Record<string, string> = {
    HOME: home,
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    ...env,
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the Worker's own variables are declared there, and are none of the tool's
  return bare as NodeJS.ProcessEnv
}
