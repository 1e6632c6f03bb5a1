// What an adapter is: which lists its exports hold, and what a record of them says, as a pure function.
import type { Result } from '../../result.ts'
import type { HashOptions } from './digest.ts'
import type { Draft, Refusal } from './item.ts'
import type { JsonObject } from '../json.ts'
import type { Listed } from './json-reader.ts'
import type { Read } from './lines.ts'

export interface Reading {
  /** Of hashes, where the export does not say. */
  readonly hash: HashOptions
}

/** One for each key of the record. */
export type Drafts = readonly Result<Draft, Refusal>[]

export interface Adapter {
  readonly title: string
  /** Members of its pages that hold records. */
  readonly lists: readonly string[]
  /** What stands beside JSON; of a file, the first character tells. */
  readonly text: 'csv' | 'yaml' | 'ndjson' | null
  /** Puts records together that stand apart. */
  readonly join?: (reads: AsyncIterable<Read<Listed>>) => AsyncIterable<Read<Listed>>
  readonly read: (record: JsonObject, reading: Reading) => Drafts
}

export function refused(refusal: Refusal): Drafts {
  return [{ ok: false, error: refusal }]
}
