// One chunk of a bulk request: its changes in one batch, and then in force by one publish.
import { refuse } from '../problem.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { commitMany, type ManyDrafts } from '../store/commit-many.ts'
import { CONTENDED } from '../store/commit.ts'
import type { Item, Refused } from './bulk-items.ts'
import { enforce, pauseAfter } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import type { Propagation } from './propagation.ts'

/** What became of items. */
export interface Outcome {
  readonly changed: readonly { readonly index: number; readonly row: KeyRow }[]
  readonly refused: readonly Refused[]
  /** Of what was changed. Null: stored, and not yet in force. */
  readonly propagation: Propagation | null
}

export type Decided = ManyDrafts & Omit<Outcome, 'propagation'>

const CONTENTION = refuse('conflict', {
  detail: 'Too many changes at the same time. Nothing of this was stored: try again.',
})

/** Decides, writes and publishes a chunk. Copies in KV are left to the next reader: each would cost a read and a write. */
export async function changeChunk<T>(
  deps: ControlDeps,
  { actor, context }: Principal,
  chain: string,
  chunk: readonly Item<T>[],
  draft: () => Promise<Decided>,
): Promise<Outcome> {
  const author = { actor, context, at: deps.now() }
  const pause = (attempt: number) => pauseAfter(deps, attempt)
  const committed = await commitMany(deps.databases, { chain, draft }, author, pause)
  if (committed === CONTENDED) {
    const refused = chunk.map(({ index }) => ({ index, refusal: CONTENTION }))
    return { changed: [], refused, propagation: null }
  }
  const { changed, refused } = committed.drafted
  return { changed, refused, propagation: await enforce(deps, chain, committed.outbox, []) }
}
