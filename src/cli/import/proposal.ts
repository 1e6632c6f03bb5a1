// The format that the keys of a file share, as a proposal: what they begin with, else what they consist of. Where a prefix ends is the
// operator's to say, as punctuation may be part of a secret.
import { parseKey } from '../../keys/format.ts'
import type { LegacyFormat } from '../../model/legacy-format.ts'
import { readFormat, readPrefix } from './declared-format.ts'
import type { Drafted } from './records.ts'

const MAX_PREFIX = 32
/** It is shown in a command to paste: nothing that a shell reads otherwise. */
const PROPOSABLE = /^[\w.-]{2,32}$/

export interface Proposal {
  /** How many keys stand in clear, and so need a format. */
  readonly plaintexts: number
  /** The longest prefix that all of them share, and that ends in `_` or `-`; else their alphabet and length; null where there is none. */
  readonly format: LegacyFormat | null
}

export async function proposeFormat(drafts: AsyncIterable<Drafted>): Promise<Proposal> {
  let plaintexts = 0
  let first: string | null = null
  let shared = ''
  let differ = false
  let shapes: readonly LegacyFormat[] = []
  for await (const { draft } of drafts) {
    if (!draft.ok || draft.value.secret.kind !== 'plaintext') continue
    const { text } = draft.value.secret
    differ ||= first !== null && text !== first
    shared = first === null ? text.slice(0, MAX_PREFIX) : sharedBeginning(shared, text)
    if (first === null) shapes = shapesOf(text.length)
    shapes = shapes.filter((shape) => parseKey(text, [shape])?.format === 'legacy')
    first ??= text
    plaintexts += 1
  }
  const prefix = shared.slice(0, Math.max(shared.lastIndexOf('_'), shared.lastIndexOf('-')) + 1)
  // Of a single key, what it shares with itself is its secret.
  const begun = differ && PROPOSABLE.test(prefix) ? readPrefix(prefix) : null
  return { plaintexts, format: begun ?? shapes[0] ?? null }
}

/** Narrowest first. */
function shapesOf(length: number): readonly LegacyFormat[] {
  return ['uuid', `hex:${length}`, `base62:${length}`, `base64url:${length}`].flatMap(
    (text) => readFormat(text) ?? [],
  )
}

function sharedBeginning(one: string, other: string): string {
  let length = 0
  while (length < one.length && one.charAt(length) === other.charAt(length)) length += 1
  return one.slice(0, length)
}
