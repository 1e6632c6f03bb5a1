// The prefix that the keys of a file share, as a proposal: where it ends is the operator's to say, as punctuation may be part of a secret.
import type { Drafted } from './records.ts'

/** As the settings take one. */
export const LEGACY_PREFIX = /^[!-~]{2,32}$/
const MAX_PREFIX = 32
/** It is shown in a command to paste: nothing that a shell reads otherwise. */
const PROPOSABLE = /^[\w.-]{2,32}$/

export interface Proposal {
  /** How many keys stand in clear, and so need a prefix. */
  readonly plaintexts: number
  /** The longest that all of them share, and that ends in `_` or `-`; null where there is none. */
  readonly prefix: string | null
}

export async function proposePrefix(drafts: AsyncIterable<Drafted>): Promise<Proposal> {
  let plaintexts = 0
  let first: string | null = null
  let shared = ''
  let differ = false
  for await (const { draft } of drafts) {
    if (!draft.ok || draft.value.secret.kind !== 'plaintext') continue
    const { text } = draft.value.secret
    differ ||= first !== null && text !== first
    shared = first === null ? text.slice(0, MAX_PREFIX) : sharedBeginning(shared, text)
    first ??= text
    plaintexts += 1
  }
  const prefix = shared.slice(0, Math.max(shared.lastIndexOf('_'), shared.lastIndexOf('-')) + 1)
  // Of a single key, what it shares with itself is its secret.
  return { plaintexts, prefix: differ && PROPOSABLE.test(prefix) ? prefix : null }
}

function sharedBeginning(one: string, other: string): string {
  let length = 0
  while (length < one.length && one.charAt(length) === other.charAt(length)) length += 1
  return one.slice(0, length)
}
