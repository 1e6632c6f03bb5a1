// What a file holds, counted before anything is sent. Holds no key.
import { REFUSALS, type Item } from './item.ts'
import type { Judged } from './judged.ts'

/** A line that is not imported, and why. */
export interface Refused {
  readonly line: number
  readonly code: string
  readonly why: string
}

export interface Survey {
  readonly read: number
  readonly importable: number
  readonly duplicates: readonly { readonly line: number; readonly of: number }[]
  readonly refused: readonly Refused[]
  /** How many keys have each field. */
  readonly carried: ReadonlyMap<string, number>
  /** How many keys had what has no place here. */
  readonly dropped: ReadonlyMap<string, number>
}

/** Of every item, and nothing to tell. */
const OF_ALL: ReadonlySet<string> = new Set(['hash', 'start', 'last4', 'project_id'])

/** @param update told how many keys were read */
export async function survey(judged: AsyncIterable<Judged>, update: (done: number) => void): Promise<Survey> {
  let importable = 0
  const duplicates: { line: number; of: number }[] = []
  const refused: Refused[] = []
  const carried = new Map<string, number>()
  const dropped = new Map<string, number>()
  for await (const one of judged) {
    update(importable + duplicates.length + refused.length)
    if (one.kind === 'duplicate') duplicates.push({ line: one.line, of: one.of })
    else if (one.kind === 'refused') {
      const { code, field } = one.refusal
      const why = field === undefined ? REFUSALS[code] : `${REFUSALS[code]} (${field})`
      refused.push({ line: one.line, code, why })
    } else {
      importable += 1
      for (const name of namesOf(one.item)) count(carried, name)
      for (const name of new Set(one.dropped)) count(dropped, name)
    }
  }
  const read = importable + duplicates.length + refused.length
  return { read, importable, duplicates, refused, carried, dropped }
}

function namesOf(item: Item): readonly string[] {
  return Object.entries(item).flatMap(([name, value]) =>
    OF_ALL.has(name) || value === undefined || value === false ? [] : [name],
  )
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
