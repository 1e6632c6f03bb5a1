// Sends the items of a file in batches, a few at a time, and keeps what was answered. What api.ts gives up on ends the run; the next one
// goes on behind the batches that were answered.
import type { Api } from '../api.ts'
import { CliError } from '../exit.ts'
import { listOf, member, textOf, type Json } from '../json.ts'
import type { Item } from './item.ts'
import type { Answered, Journal } from './journal.ts'
import type { Judged } from './judged.ts'
import type { Refused } from './survey.ts'

const MAX_ITEMS = 500
/** Of 256 KB, less what stands around the items. */
const MAX_BYTES = 255_000
const IN_FLIGHT = 4
const encoder = new TextEncoder()

export interface Sent extends Answered {
  /** When all of it is in force, where the gateway says so. */
  readonly effectiveBy: string | null
}

interface Entry {
  readonly line: number
  readonly item: Item
}

interface Batch {
  readonly index: number
  readonly entries: readonly Entry[]
}

/** @param update told how many items were answered. @throws CliError */
export async function send(
  api: Api,
  judged: AsyncIterable<Judged>,
  journal: Journal,
  update: (done: number) => void,
): Promise<Sent> {
  const sum = { imported: 0, existed: 0 }
  const refused: Refused[] = []
  const underWay = new Set<Promise<void>>()
  const failures: unknown[] = []
  let effectiveBy: string | null = null
  const add = (answered: Answered) => {
    sum.imported += answered.imported
    sum.existed += answered.existed
    refused.push(...answered.refused)
    update(sum.imported + sum.existed + refused.length)
  }
  const sendOne = async ({ index, entries }: Batch): Promise<void> => {
    const items = entries.map(({ item }) => item)
    const answer = await api.call('POST', '/keys/import', { json: { items } })
    const answered = answeredOf(entries, answer)
    await journal.add(index, answered)
    const by = textOf(member(member(answer, 'propagation'), 'effective_by'))
    if (by !== null && by > (effectiveBy ?? '')) effectiveBy = by
    add(answered)
  }
  for await (const batch of batchesOf(judged)) {
    const before = journal.answered.get(batch.index)
    if (before !== undefined) {
      add(before)
      continue
    }
    if (failures.length > 0) break
    const one = sendOne(batch)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(one))
    underWay.add(one)
    if (underWay.size >= IN_FLIGHT) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  if (failures.length > 0) throw failures[0]
  return { ...sum, refused: refused.toSorted((one, other) => one.line - other.line), effectiveBy }
}

export async function* batchesOf(judged: AsyncIterable<Judged>): AsyncGenerator<Batch> {
  let entries: Entry[] = []
  let bytes = 0
  let index = 0
  for await (const one of judged) {
    if (one.kind !== 'item') continue
    const size = encoder.encode(JSON.stringify(one.item)).length + 1
    if (entries.length === MAX_ITEMS || (entries.length > 0 && bytes + size > MAX_BYTES)) {
      yield { index, entries }
      index += 1
      entries = []
      bytes = 0
    }
    entries.push({ line: one.line, item: one.item })
    bytes += size
  }
  if (entries.length > 0) yield { index, entries }
}

/** @throws CliError where the answer does not say what became of each item */
function answeredOf(entries: readonly Entry[], answer: Json): Answered {
  const results = listOf(member(answer, 'results'))
  const byIndex = new Map(results.map((result) => [member(result, 'index'), result]))
  let imported = 0
  let existed = 0
  const refused: Refused[] = []
  for (const [index, { line }] of entries.entries()) {
    const result = byIndex.get(index)
    const status = member(result, 'status')
    if (status === 'imported') imported += 1
    else if (status === 'exists') existed += 1
    else if (status === 'refused') refused.push(refusedOf(line, member(result, 'problem')))
    else throw new CliError('failed', `The gateway does not say what became of line ${line}.`)
  }
  return { imported, existed, refused }
}

function refusedOf(line: number, problem: Json | undefined): Refused {
  const [first] = listOf(member(problem, 'errors'))
  const at = textOf(member(first, 'pointer'))
  const why =
    textOf(member(first, 'detail')) ?? textOf(member(problem, 'detail')) ?? textOf(member(problem, 'title'))
  return {
    line,
    code: textOf(member(problem, 'code')) ?? 'refused',
    why: at === null ? (why ?? '') : `${at}: ${why ?? ''}`,
  }
}
