// Which batches of a file were answered, so that an interrupted run goes on behind them. A file that only its owner can read, appended to
// line by line; it holds counts and line numbers, no key and no hash of one.
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { CliError } from '../exit.ts'
import { isJsonObject, listOf, member, parseJson, textOf, type Json } from '../json.ts'
import type { Refused } from './survey.ts'

/** What the gateway said of a batch. */
export interface Answered {
  readonly imported: number
  readonly existed: number
  readonly refused: readonly Refused[]
}

export interface Journal {
  readonly answered: ReadonlyMap<number, Answered>
  readonly add: (batch: number, answered: Answered) => Promise<void>
  readonly remove: () => Promise<void>
}

export interface Kept {
  readonly fingerprint: string
  readonly answered: ReadonlyMap<number, Answered>
}

/** Null where nothing was kept, or nothing that can be read. @throws CliError where it is something else */
export async function readJournal(path: string): Promise<Kept | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new CliError('usage', `Cannot read ${path}.`)
  })
  if (text === null || text === '') return null
  const [head, ...lines] = text.split('\n').map((line) => parseJson(line)?.value ?? null)
  const fingerprint = textOf(member(head ?? null, 'fingerprint'))
  if (fingerprint === null)
    throw new CliError('usage', `${path} is no state of an import.`, ['Name another file: --state'])
  // The last line may be cut off: its batch is sent again.
  return { fingerprint, answered: new Map(lines.flatMap(entryOf)) }
}

function entryOf(line: Json): readonly (readonly [number, Answered])[] {
  if (!isJsonObject(line)) return []
  const { batch, imported, existed } = line
  if (typeof batch !== 'number' || typeof imported !== 'number' || typeof existed !== 'number') return []
  const refused = listOf(line.refused).map((one) => ({
    line: Number(member(one, 'line')),
    code: textOf(member(one, 'code')) ?? '',
    why: textOf(member(one, 'why')) ?? '',
  }))
  return [[batch, { imported, existed, refused }]]
}

/** Begins anew, or goes on. @param kept of the same file. @throws CliError where it cannot be written */
export async function openJournal(path: string, fingerprint: string, kept: Kept | null): Promise<Journal> {
  if (kept === null)
    await writeFile(path, `${JSON.stringify({ fingerprint })}\n`, { mode: 0o600 }).catch(() => {
      throw new CliError('usage', `Cannot write ${path}.`, [
        'It is what an interrupted run goes on from. Name another: --state',
      ])
    })
  // Behind a line that was cut off.
  else await appendFile(path, '\n')
  return {
    answered: kept?.answered ?? new Map(),
    add: (batch, answered) => appendFile(path, `${JSON.stringify({ batch, ...answered })}\n`),
    remove: () => rm(path, { force: true }),
  }
}

/** For standard input, which cannot be gone on with. */
export const NO_JOURNAL: Journal = {
  answered: new Map(),
  add: async () => undefined,
  remove: async () => undefined,
}
