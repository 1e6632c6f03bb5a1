// One chunk of a bulk request: its changes in one batch, and then in force by one publish.
import { refuse } from '../problem.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { commitMany, type ManyDrafts } from '../store/commit-many.ts'
import { CONTENDED } from '../store/commit.ts'
import type { Item, Refused } from './bulk-items.ts'
import { enforce, pauseAfter } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { logFailure } from './failure.ts'
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

const FAILED = 'failed' as const

const FAILURE = refuse('internal_error', {
  detail:
    'Storage failed. Whether this was stored is not known: look before you repeat it. What other items say holds.',
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
  // What the other chunks did stands, and their secrets are told once: a chunk that fails must not take their answer along.
  const committed = await commitMany(deps.databases, { chain, draft }, author, pause).catch(
    (error: unknown) => {
      logFailure(deps, 'bulk_chunk_failed', error)
      return FAILED
    },
  )
  if (committed === CONTENDED || committed === FAILED) {
    const refusal = committed === CONTENDED ? CONTENTION : FAILURE
    const refused = chunk.map(({ index }) => ({ index, refusal }))
    return { changed: [], refused, propagation: null }
  }
  const { changed, refused } = committed.drafted
  return { changed, refused, propagation: await enforce(deps, chain, committed.outbox, []) }
}
