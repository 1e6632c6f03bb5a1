// What follows a committed change: the copies learn of it. Every change to what the edge copies goes through here.
import { MAX_CLOCK_SKEW_MS } from '../feed/usable.ts'
import { putConfigCopy, putKeyCopy } from '../store/edge.ts'
import { readConfigSnapshot, readKeySnapshot } from '../store/snapshots.ts'
import type { ControlDeps } from './deps.ts'
import { logFailure } from './failure.ts'

export type Change =
  /** `subject`: the key's hash. */
  { readonly kind: 'key'; readonly subject: string } | { readonly kind: 'config' }

/**
 * Renews the copies of what changed, after the D1 batch. It cannot fail: the change is committed, and saying otherwise
 * would have it made twice. A copy that could not be renewed dies of age (src/feed/usable.ts).
 */
export async function spread(deps: ControlDeps, change: Change): Promise<void> {
  try {
    await renewCopy(deps, change)
  } catch (error) {
    logFailure(deps, 'copy_not_renewed', error)
  }
  // Last: a request that ran meanwhile may have put the old copy back into memory.
  deps.forget({ kind: change.kind, subject: change.kind === 'key' ? change.subject : 'config' })
}

async function renewCopy(deps: ControlDeps, change: Change): Promise<void> {
  const { databases, kv, config, random } = deps
  // Read back, not built from the request: of two changes at once, both then copy what the second one left.
  const stamp = { asOf: 0, now: deps.now() }
  if (change.kind === 'key')
    return putKeyCopy(kv, await readKeySnapshot(databases, change.subject, stamp), config.snapshotMaxAgeMs)
  const snapshot = await readConfigSnapshot(databases, stamp, config.secret, random)
  return putConfigCopy(kv, snapshot, config.snapshotMaxAgeMs)
}

export interface Propagation {
  /** Nothing passes by the old state after this time. */
  readonly effective_by: string
  readonly worst_case_by: string
  readonly relays_acknowledged: number
  readonly relays_total: number
}

/**
 * When a change is certain to be in force everywhere. Without a feed, age is the bound: a copy read just before the
 * commit is used until it is `snapshotMaxAgeMs` old, on whichever clock, and not longer.
 * @param now epoch milliseconds, after the commit
 */
export function propagation(now: number, snapshotMaxAgeMs: number): Propagation {
  const by = new Date(now + snapshotMaxAgeMs + MAX_CLOCK_SKEW_MS).toISOString()
  return { effective_by: by, worst_case_by: by, relays_acknowledged: 0, relays_total: 0 }
}
