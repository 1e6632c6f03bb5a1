// What follows a revocation: the key comes back, or is gone for good and leaves a tombstone.
import { shownState } from '../model/effective.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import type { Decide } from './resource.ts'

const RESTORABLE_MS = 7 * 86_400_000

/** Back to what it was before it was revoked. Copies at the edge are condemned as by any change, and read again. */
export const restoration: Decide<KeyRow> = (key, at) => {
  if (key.state !== 'revoked') return ok({ done: 'restored', set: {}, heldBy: 'edge' })
  if (isLeaked(key)) return refuseConflict('The key has leaked: it is never restored.')
  if (at - (key.revokedAt ?? 0) > RESTORABLE_MS)
    return refuseConflict('The key was revoked more than 7 days ago.')
  const set: Partial<KeyRow> = { state: stateBefore(key), revokedAt: null, revocationReason: null }
  return ok({ done: 'restored', set, heldBy: 'edge' })
}

/**
 * For good. A key in use is not deleted in one stroke, which nothing could take back: it is revoked first. The tombstone keeps
 * the hash and the name, so that a leak of the key is still recognised, and nothing else that a customer wrote.
 */
export const deletion: Decide<KeyRow> = (key, at) => {
  const isOver = ['revoked', 'expired'].includes(shownState(key, at))
  if (!isOver && key.lastUsedAt !== null)
    return refuseConflict('The key is in use: revoke it first. A revoked key can be restored for 7 days.')
  const set: Partial<KeyRow> = {
    state: 'deleted',
    deletedAt: at,
    sealed: null,
    externalId: null,
    tags: [],
    metadata: {},
  }
  return ok({ done: 'deleted', set, heldBy: 'edge' })
}

// In the operator's own words, of which this one has a meaning.
function isLeaked({ revocationReason }: KeyRow): boolean {
  return revocationReason?.trim().toLowerCase() === 'leaked'
}

// A revocation leaves the times of what was before: enabling clears `disabledAt`.
function stateBefore({ disabledAt, activatedAt }: KeyRow): KeyRow['state'] {
  if (disabledAt !== null) return 'disabled'
  return activatedAt === null ? 'pending' : 'active'
}

function refuseConflict(detail: string): Result<never, Refusal> {
  return err(refuse('conflict', { detail }))
}
