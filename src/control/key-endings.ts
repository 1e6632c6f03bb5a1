// What follows a revocation: the key comes back, or is gone for good and leaves a tombstone.
import { shownState } from '../model/effective.ts'
import { isLeak } from '../policy/leak.ts'
import { CANCELLED, isRotationOpen } from '../policy/rotation.ts'
import { mayTakeBack } from '../policy/stop.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { findKey, updateKey, type KeyRow } from '../store/api-keys.ts'
import type { Database, Databases } from '../store/database.ts'
import { findPlan, planStands } from '../store/plans.ts'
import type { Statement } from '../store/statement.ts'
import type { ControlDeps } from './deps.ts'
import type { By } from './key-verbs.ts'
import { refuseHeld } from './refused.ts'
import type { Decide } from './resource.ts'

const RESTORABLE_MS = 7 * 86_400_000

/** Back to what it was before it was revoked. Copies at the edge are condemned as by any change, and read again. */
export function restoration({ databases }: ControlDeps, { actor }: By): Decide<KeyRow> {
  return async (key, at) => {
    if (key.state !== 'revoked') return ok({ done: 'restored', set: {}, heldBy: 'edge' })
    const refused = refusesRestoration(key, at)
    if (refused !== null) return refuseConflict(refused)
    if (!mayTakeBack(actor.type, key.revokedBy)) return err(refuseHeld())
    // While the key was revoked, nothing kept its plan from being deleted.
    if (key.planId !== null && (await findPlan(databases, key.planId)) === null)
      return refuseConflict('The plan of the key has been deleted: create another key.')
    const revocation = { revokedAt: null, revokedBy: null, revocationReason: null }
    const set: Partial<KeyRow> = { state: stateBefore(key), ...revocation }
    const condition = planStands(databases, key.organizationId, key.planId)
    return ok({ done: 'restored', set, heldBy: 'edge', condition })
  }
}

function refusesRestoration({ revocationReason, revokedAt }: KeyRow, at: number): string | null {
  if (isLeak(revocationReason)) return 'The key has leaked: it is never restored.'
  // Nothing would end it, nor the key that it was to replace.
  if (revocationReason === CANCELLED)
    return 'The key was made by a rotation that was called off: rotate again.'
  return at - (revokedAt ?? 0) > RESTORABLE_MS ? 'The key was revoked more than 7 days ago.' : null
}

/**
 * For good. A key in use is not deleted in one stroke, which nothing could take back: it is revoked first. The tombstone keeps
 * the hash and the name, so that a leak of the key is still recognised, and nothing else that a customer wrote.
 */
export function deletion({ databases }: ControlDeps): Decide<KeyRow> {
  return async (key, at) => {
    const isOver = ['revoked', 'expired'].includes(shownState(key, at))
    if (!isOver && key.lastUsedAt !== null)
      return refuseConflict('The key is in use: revoke it first. A revoked key can be restored for 7 days.')
    const set = {
      state: 'deleted',
      deletedAt: at,
      sealed: null,
      externalId: null,
      tags: [],
      metadata: {},
    } as const
    const heir = await findHeir(databases, key, at)
    if (heir === null) return ok({ done: 'deleted', set, heldBy: 'edge' })
    const given = { externalId: key.externalId, version: heir.version + 1, updatedAt: at }
    // The deleted key first: two cannot have one external id.
    const around = (db: Database, update: readonly Statement[]) => [...update, ...updateKey(db, heir, given)]
    return ok({ done: 'deleted', set, heldBy: 'edge', around })
  }
}

// The key that this one was to replace, and that goes on instead. It gave its external id away when it was rotated.
async function findHeir(databases: Databases, key: KeyRow, at: number): Promise<KeyRow | null> {
  if (key.rotatedFromId === null || key.externalId === null) return null
  const old = await findKey(databases, { organizationId: key.organizationId }, key.rotatedFromId)
  if (old === null || old.rotatedToId !== key.id || old.externalId !== null) return null
  return isRotationOpen(old, at) && shownState(old, at) !== 'expired' ? old : null
}

// A revocation leaves the times of what was before: enabling clears `disabledAt`.
function stateBefore({ disabledAt, activatedAt }: KeyRow): KeyRow['state'] {
  if (disabledAt !== null) return 'disabled'
  return activatedAt === null ? 'pending' : 'active'
}

function refuseConflict(detail: string): Result<never, Refusal> {
  return err(refuse('conflict', { detail }))
}
