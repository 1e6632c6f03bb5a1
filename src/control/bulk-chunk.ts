// One chunk of a bulk request: its changes in one batch, and then in force by one publish.
import { refuse, type Refusal } from '../problem.ts'
import type { KeyRow } from '../store/api-keys.ts'
import { commitMany, type ManyDrafts } from '../store/commit-many.ts'
import { CONTENDED } from '../store/commit.ts'
import type { Item, Refused } from './bulk-items.ts'
import { pauseAfter } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { enforce } from './enforce.ts'
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

/**
 * Attempts that the chunks of one request may lose together to other writers: each takes as many statements as one that is kept, and beyond
 * 1,000 the platform ends the request, when nobody could tell what of it was done.
 */
const MAX_LOST = 20

/** Decides, writes and publishes a chunk. Copies in KV are left to the next reader: each would cost a read and a write. */
type ChangeChunk = <T>(
  chain: string,
  chunk: readonly Item<T>[],
  draft: () => Promise<Decided>,
) => Promise<Outcome>

/** What changes the chunks of one request, one after the other. */
export function chunkChanges(deps: ControlDeps, { actor, context }: Principal): ChangeChunk {
  let lost = 0
  const pause = (attempt: number) => {
    lost++
    return pauseAfter(deps, attempt)
  }
  return async (chain, chunk, draft) => {
    const author = { actor, context, at: deps.now() }
    const maxAttempts = 1 + Math.max(0, MAX_LOST - lost)
    const committed = await commitMany(deps.databases, { chain, draft }, author, pause, maxAttempts).catch(
      // What the other chunks did stands, and their secrets are told once: a chunk that fails must not take their answer along.
      (error: unknown) => {
        logFailure(deps, 'bulk_chunk_failed', error)
        return FAILED
      },
    )
    if (committed === CONTENDED || committed === FAILED)
      return allRefused(chunk, committed === CONTENDED ? CONTENTION : FAILURE)
    const { changed, refused } = committed.drafted
    return { changed, refused, propagation: await enforce(deps, chain, committed.outbox, []) }
  }
}

/** All items refused alike. */
export function allRefused<T>(items: readonly Item<T>[], refusal: Refusal): Outcome {
  return { changed: [], refused: items.map(({ index }) => ({ index, refusal })), propagation: null }
}
