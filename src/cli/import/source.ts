// The file that is imported, readable more than once: it is looked through before anything is sent. Standard input is kept in memory,
// never in a file: it may hold keys.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { CliError } from '../exit.ts'
import type { Terminal } from '../terminal.ts'

export interface Source {
  readonly name: string
  /** Null for standard input, which cannot be come back to. */
  readonly path: string | null
  readonly read: () => AsyncIterable<Uint8Array>
}

const encoder = new TextEncoder()
const MAX_INPUT_BYTES = 64 * 1024 * 1024

/** @param path `-` is standard input. @throws CliError where there is no such file */
export async function openSource({ stdin }: Pick<Terminal, 'stdin'>, path: string): Promise<Source> {
  if (path === '-') {
    const chunks = await collect(stdin)
    return { name: 'standard input', path: null, read: () => iterate(chunks) }
  }
  const why = await unreadable(path)
  if (why !== null) throw new CliError('usage', `Cannot read ${path}: ${why}.`)
  return { name: path, path, read: () => createReadStream(path) }
}

async function unreadable(path: string): Promise<string | null> {
  try {
    const file = await open(path, 'r')
    const stats = await file.stat()
    await file.close()
    // A pipe would be empty at the second reading.
    return stats.isFile() ? null : 'it is no file'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
  }
}

async function collect(stdin: AsyncIterable<unknown>): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = chunk instanceof Uint8Array ? chunk : encoder.encode(String(chunk))
    size += bytes.length
    if (size > MAX_INPUT_BYTES)
      throw new CliError('usage', 'Standard input holds more than 64 MB.', [
        'Name a file instead: it is read piece by piece.',
      ])
    chunks.push(bytes)
  }
  return chunks
}

async function* iterate(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** Of the file's bytes and of all that decides what is sent of them. */
export async function fingerprint(source: Source, decisions: string): Promise<string> {
  const hash = createHash('sha256').update(decisions).update('\0')
  for await (const chunk of source.read()) hash.update(chunk)
  return hash.digest('hex')
}
