// Where the tool reads and writes: the real terminal, or a test's.
import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import { styleText } from 'node:util'
import { CliError } from './exit.ts'

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean; readonly setRawMode?: (raw: boolean) => unknown }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly fetch: typeof fetch
}

export type Style = Parameters<typeof styleText>[0]

/** Colour on a terminal only, and never where NO_COLOR is set (no-color.org). */
export function styled(
  { env, stdout }: Pick<Terminal, 'env' | 'stdout'>,
  style: Style,
  text: string,
): string {
  const isPlain = stdout.isTTY !== true || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb'
  return isPlain ? text : styleText(style, text, { validateStream: false })
}

export function print({ stdout }: Pick<Terminal, 'stdout'>, line: string): void {
  stdout.write(`${line}\n`)
}

/** What is said beside the answer: it must not end up in the file that the answer goes to. */
export function say({ stderr }: Pick<Terminal, 'stderr'>, line: string): void {
  stderr.write(`${line}\n`)
}

/** All of standard input, without the line feed at its end. */
export async function readAll({ stdin }: Pick<Terminal, 'stdin'>): Promise<string> {
  return (await readText(stdin)).replace(/\r?\n$/, '')
}

/** Asks a question on the terminal. What is asked for is read in full view. @throws CliError where it is interrupted */
export async function ask(terminal: Terminal, question: string): Promise<string> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr })
  try {
    return (await lines.question(question)).trim()
  } catch (error) {
    // Ctrl-C, or Ctrl-D, which is the end of what is typed.
    if (error instanceof Error && error.name === 'AbortError') throw interrupted()
    throw error
  } finally {
    lines.close()
  }
}

/**
 * A secret: from a pipe, or typed without being shown. Never from the command line, which every process of the machine can read
 * and shells keep.
 */
export async function readSecret(terminal: Terminal, what: string): Promise<string> {
  const { stdin, stderr } = terminal
  const secret = stdin.isTTY === true ? await askHidden(terminal, `${what}: `) : await readAll(terminal)
  if (secret.trim() === '')
    throw new CliError('usage', `${what} is missing.`, [
      'Send it by standard input, or type it at the prompt.',
    ])
  if (stdin.isTTY === true) stderr.write('\n')
  return secret.trim()
}

const ENTER = new Set(['\r', '\n', '\u0004'])
const ERASE = new Set(['\u007f', '\b'])
const INTERRUPT = '\u0003'

function askHidden({ stdin, stderr }: Terminal, question: string): Promise<string> {
  // Hidden first: who sees the question may answer at once, and until then the terminal shows what is typed.
  stdin.setRawMode?.(true)
  stderr.write(question)
  stdin.resume()
  return new Promise((resolve, reject) => {
    let typed = ''
    const end = (settle: () => void) => {
      stdin.off('data', onData)
      stdin.setRawMode?.(false)
      stdin.pause()
      settle()
    }
    const onData = (chunk: Buffer | string) => {
      for (const character of chunk.toString()) {
        if (character === INTERRUPT) return end(() => reject(interrupted()))
        if (ENTER.has(character)) return end(() => resolve(typed))
        typed = ERASE.has(character) ? typed.slice(0, -1) : typed + character
      }
      return undefined
    }
    stdin.on('data', onData)
  })
}

function interrupted(): CliError {
  return new CliError('failed', 'Interrupted.')
}
