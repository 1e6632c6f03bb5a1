// Where new secrets go: to the terminal once, to a file that only its owner can read, or to a command. Never to a log, and never
// nowhere: what cannot be handed over is kept in a file.
import { spawn } from 'node:child_process'
import { open, rm, type FileHandle } from 'node:fs/promises'
import type { Context } from './context.ts'
import { CliError } from './exit.ts'
import { deliver } from './output.ts'
import { say, type Terminal } from './terminal.ts'

export interface Sink {
  readonly name: string
  readonly write: (text: string) => Promise<void>
  /** No secret came to be. */
  readonly discard: () => Promise<void>
}

/** @param target a new file, or with `|` before it a command whose standard input it becomes. @throws CliError */
export async function openSink(target: string): Promise<Sink> {
  if (!target.startsWith('|')) return fileSink(target, await openNew(target))
  const command = target.slice(1).trim()
  return { name: command, write: (text) => handOver(command, text), discard: async () => undefined }
}

/** Does what makes secrets, with the sink opened before: a file that cannot be written must not cost a key. */
export async function withSink<T>(target: unknown, make: (sink: Sink | null) => Promise<T>): Promise<T> {
  const sink = typeof target === 'string' ? await openSink(target) : null
  try {
    return await make(sink)
  } catch (error) {
    await sink?.discard()
    throw error
  }
}

/** Shows a secret for the one time that it can be seen. */
export async function showSecret(context: Context, secret: string, sink: Sink | null): Promise<void> {
  const { terminal, options } = context
  if (sink !== null) {
    await sink.write(`${secret}\n`)
    return say(terminal, `The secret is in ${sink.name}.`)
  }
  if (options.quiet !== true && options.json !== true)
    say(terminal, 'The secret, which is never shown again:')
  return printOnce(terminal, secret)
}

/** What holds a secret, on standard output. @throws CliError where nobody reads that any more: it is in a file then */
export async function printOnce(terminal: Terminal, text: string): Promise<void> {
  if (!(await deliver(terminal, `${text}\n`)))
    throw await keep(`${text}\n`, 'Standard output was closed before the secret was read.')
}

async function openNew(path: string): Promise<FileHandle> {
  return open(path, 'wx', 0o600).catch((error: unknown) => {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw new CliError('usage', isThere ? `${path} exists already.` : `Cannot write ${path}.`, [
      'Secrets are never written over another file: name one that does not exist.',
    ])
  })
}

function fileSink(name: string, file: FileHandle): Sink {
  let isWritten = false
  return {
    name,
    write: async (text) => {
      isWritten = true
      const why = await writeWhole(file, text)
      if (why === null) return
      // A part of a secret is none, and would stand in the way of the next one.
      await rm(name, { force: true })
      throw await keep(text, `Cannot write ${name}: ${why}.`)
    },
    discard: async () => {
      if (isWritten) return
      await file.close()
      await rm(name)
    },
  }
}

/** @returns why it failed, such as a full disk; null when it did not */
async function writeWhole(file: FileHandle, text: string): Promise<string | null> {
  try {
    await file.writeFile(text)
    // Some file systems tell only here that there was no room.
    await file.close()
    return null
  } catch (error) {
    await file.close().catch(() => undefined)
    return error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be written'
  }
}

async function handOver(command: string, text: string): Promise<void> {
  const why = await pipeTo(command, text)
  if (why !== null) throw await keep(text, `The command for the secrets failed: ${why}.`)
}

/** @returns what to end with */
async function keep(text: string, why: string): Promise<CliError> {
  const kept = `latchkey-secrets-${Date.now()}`
  const file = await openNew(kept).catch(() => null)
  if (file === null) return lost(why)
  if ((await writeWhole(file, text)) !== null) {
    await rm(kept, { force: true })
    return lost(why)
  }
  return new CliError('failed', why, [
    `What was made is in ${kept}, which only you can read. Put it where it belongs, and remove it.`,
  ])
}

/** Not shown in its place: who named a file did not want it on the screen, or in a log. */
function lost(why: string): CliError {
  return new CliError('failed', why, [
    'What was made is there, but its secret could be kept nowhere. Rotate it, or revoke it.',
  ])
}

/** @returns why it failed; null when it did not */
function pipeTo(command: string, text: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['pipe', 'inherit', 'inherit'] })
    child.on('error', ({ message }) => resolve(message))
    child.on('close', (code) => resolve(code === 0 ? null : `it ended with ${code}`))
    // A command that ends before it has read everything says so by how it ends.
    child.stdin.on('error', () => undefined)
    child.stdin.end(text)
  })
}
