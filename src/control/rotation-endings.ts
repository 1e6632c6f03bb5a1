// How the rotation of a key ends: complete, by the end of the old key, or called off, by that of the new one.
import { MAX_CLOCK_SKEW_MS } from '../feed/usable.ts'
import {
  CANCELLED,
  isRotationOpen,
  refusesCancellation,
  refusesCompletion,
  refusesSuccession,
} from '../policy/rotation.ts'
import { refuse } from '../problem.ts'
import { err, ok } from '../result.ts'
import { findKey, updateKey, type KeyRow } from '../store/api-keys.ts'
import type { Databases } from '../store/database.ts'
import type { ControlDeps } from './deps.ts'
import { KEY } from './key-changes.ts'
import type { By } from './key-verbs.ts'
import type { Decide } from './resource.ts'

/** The old key ends now. One whose rotation is complete stays as it is. */
export function completion({ databases }: ControlDeps): Decide<KeyRow> {
  return async (key, at) => {
    const successor = await findSuccessor(databases, key)
    const refused = refusesCompletion(key) ?? (isRotationOpen(key, at) ? refusesSuccession(successor) : null)
    if (refused !== null) return err(refuse('conflict', { detail: refused }))
    const set = isRotationOpen(key, at) ? { rotationGraceEndsAt: at - MAX_CLOCK_SKEW_MS } : {}
    return ok({ done: 'rotation_completed', set, heldBy: 'edge' })
  }
}

/** The successor is revoked, and the old key goes on as before. */
export function cancellation({ databases }: ControlDeps, { actor }: By): Decide<KeyRow> {
  return async (key, at) => {
    const refused = refusesCancellation(key, at)
    if (refused !== null) return err(refuse('conflict', { detail: refused }))
    const successor = await findSuccessor(databases, key)
    const back = { rotatedToId: null, rotationGraceEndsAt: null, rotationQuietMs: null }
    if (successor === null) return ok({ done: 'rotation_cancelled', set: back, heldBy: 'edge' })
    return ok({
      done: 'rotation_cancelled',
      set: { ...back, externalId: key.externalId ?? successor.externalId },
      heldBy: 'edge',
      around: (db, update) => [...updateKey(db, successor, calledOff(successor, actor.type, at)), ...update],
      publishAlso: [KEY.nameOf(successor)],
    })
  }
}

// Null: it was deleted, or there is none.
async function findSuccessor(databases: Databases, key: KeyRow): Promise<KeyRow | null> {
  if (key.rotatedToId === null) return null
  return findKey(databases, { organizationId: key.organizationId }, key.rotatedToId)
}

function calledOff(successor: KeyRow, revokedBy: KeyRow['revokedBy'], at: number): Partial<KeyRow> {
  const revocation = { revokedAt: at, revokedBy, revocationReason: CANCELLED }
  const revoked: Partial<KeyRow> = successor.state === 'revoked' ? {} : { state: 'revoked', ...revocation }
  return { ...revoked, externalId: null, version: successor.version + 1, updatedAt: at }
}
