// What becomes of each key of a file, in its order. The same file gives the same again: what was sent of it before can be skipped.
import type { Item, Refusal } from './item.ts'
import { judge, type Common } from './judgement.ts'
import { draftsOf, type Manner } from './records.ts'
import type { Source } from './source.ts'

export type Judged =
  | { readonly line: number; readonly kind: 'item'; readonly item: Item; readonly dropped: readonly string[] }
  | { readonly line: number; readonly kind: 'refused'; readonly refusal: Refusal }
  /** The hash of an earlier line. */
  | { readonly line: number; readonly kind: 'duplicate'; readonly of: number }

export async function* judgedOf(source: Source, manner: Manner, common: Common): AsyncGenerator<Judged> {
  const lines = new Map<string, number>()
  for await (const { line, draft } of draftsOf(source, manner)) {
    const judged = draft.ok ? judge(draft.value, common) : draft
    if (!judged.ok) {
      yield { line, kind: 'refused', refusal: judged.error }
      continue
    }
    const { digest } = judged.value.hash
    const of = lines.get(digest)
    if (of !== undefined) {
      yield { line, kind: 'duplicate', of }
      continue
    }
    lines.set(digest, line)
    yield { line, kind: 'item', item: judged.value, dropped: draft.ok ? draft.value.dropped : [] }
  }
}
