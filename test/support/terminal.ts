// A terminal that a reader pastes commands into, one after the other: variables and functions stay, and of each command is known
// what it printed, how it ended and which statuses its curls were answered with.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'

export interface Ran {
  readonly command: string
  /** Null when the shell ended before this command did. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** Of every curl in it, those in loops and substitutions too. */
  readonly statuses: readonly number[]
}

const END = '\u001E'
const STATUS = '\u001F'
const STATUS_LINE = new RegExp(`${STATUS}(\\d+)\n`, 'g')

// curl's own exit code says nothing of a 404, and -f on the page would hide the answer from the reader.
const PRELUDE = [
  'set -u -o pipefail',
  `curl() { command curl --write-out '%{stderr}${STATUS}%{http_code}\\n' "$@"; }`,
  `ended() { printf '${END}%s\\n' "$1"; printf '${END}' >&2; [ "$1" = 0 ] || exit 0; }`,
]

/**
 * Runs the commands in one bash, up to the first that fails.
 * @param cwd the folder that the reader stands in, and their home: what is kept there is not kept on this machine
 */
export async function runCommands(commands: readonly string[], cwd: string): Promise<readonly Ran[]> {
  const script = [...PRELUDE, ...commands.map((command) => `${command}\nended $?`)].join('\n')
  const shell = spawn('env', ['-i', ...environmentOf(cwd), 'bash', '-c', script], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(shell, 'close')
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)])
  await closed
  const printed = stdout.split(END)
  const said = stderr.split(END)
  const ran = commands.map((command, index) => ({
    command,
    exitCode: exitCodeOf(printed[index + 1]),
    stdout: outputOf(printed[index], index),
    stderr: (said[index] ?? '').replaceAll(STATUS_LINE, ''),
    statuses: [...(said[index] ?? '').matchAll(STATUS_LINE)].map((match) => Number(match[1])),
  }))
  const failed = ran.findIndex(({ exitCode }) => exitCode !== 0)
  return failed === -1 ? ran : ran.slice(0, failed + 1)
}

/** A new terminal knows nothing of this one. npx runs what is installed here, and asks no registry for what is not. */
function environmentOf(home: string): readonly string[] {
  const path = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`
  return [`HOME=${home}`, `PATH=${path}`, 'npm_config_offline=true', 'npm_config_update_notifier=false']
}

/** A block's commands, each whole: a loop or a line that goes on behind a backslash is one. */
export function commandsOf(block: string): readonly string[] {
  const commands: string[] = []
  let begun: string[] = []
  for (const line of block.split('\n')) {
    begun.push(line)
    if (!isWhole(begun.join('\n'))) continue
    commands.push(begun.join('\n').trim())
    begun = []
  }
  return [...commands, begun.join('\n').trim()].filter((command) => command !== '')
}

function isWhole(command: string): boolean {
  if (command.endsWith('\\')) return false
  const { status, stderr } = spawnSync('bash', ['-n', '-c', command], { encoding: 'utf8' })
  return status === 0 && stderr === ''
}

/** What stands behind the end of a command begins with its exit code. */
function exitCodeOf(rest: string | undefined): number | null {
  return rest === undefined ? null : Number(rest.slice(0, rest.indexOf('\n')))
}

function outputOf(part = '', index: number): string {
  return index === 0 ? part : part.slice(part.indexOf('\n') + 1)
}
