// The rules of a rotation: when a key may be replaced, and how long its replacement can still be called off. Pure.
import { effectiveEnd } from '../model/effective.ts'
import type { KeyState } from '../model/vocabulary.ts'

export interface RotationFacts {
  readonly state: KeyState
  /** Epoch milliseconds. */
  readonly expiresAt: number | null
  /** The successor; null before a rotation, and again after one that was called off. */
  readonly rotatedToId: string | null
  /** Epoch milliseconds of the first instant at which the old key no longer passes. */
  readonly rotationGraceEndsAt: number | null
}

/** Why the successor is revoked when its rotation is called off. */
export const CANCELLED = 'rotation_cancelled'

const ENDED: ReadonlySet<KeyState> = new Set(['revoked', 'deleted'])

/** True while both keys pass. @param now epoch milliseconds */
export function isRotationOpen(
  { state, rotatedToId, rotationGraceEndsAt }: RotationFacts,
  now: number,
): boolean {
  return (
    !ENDED.has(state) && rotatedToId !== null && rotationGraceEndsAt !== null && now < rotationGraceEndsAt
  )
}

/**
 * Why a key cannot be rotated now; null when it can.
 * @param predecessor the key that this one replaced
 * @param now epoch milliseconds
 */
export function refusesRotation(
  key: RotationFacts,
  predecessor: RotationFacts | null,
  now: number,
): string | null {
  if (isRotationOpen(key, now)) return `A rotation is open: ${key.rotatedToId} replaces this key.`
  if (key.rotatedToId !== null) return `This key was rotated: rotate ${key.rotatedToId}.`
  if (predecessor !== null && isRotationOpen(predecessor, now))
    return 'A rotation is open: this key replaces another one, which still passes.'
  if (key.state !== 'active') return `Only an active key can be rotated. This one is ${key.state}.`
  const { expiresAtMs } = effectiveEnd(key)
  return expiresAtMs !== null && expiresAtMs <= now ? 'The key has expired.' : null
}

/** Why a rotation cannot be completed; null when it can, or is complete. */
export function refusesCompletion({ rotatedToId, state }: RotationFacts): string | null {
  if (rotatedToId === null) return 'This key is not being rotated.'
  return state === 'revoked' ? 'The key is revoked, and stays so.' : null
}

/**
 * Why the old key may not be ended in favour of the new one; null when it may: with both gone, its holders would have none.
 * @param successor null: it was deleted
 */
export function refusesSuccession(successor: Pick<RotationFacts, 'state'> | null): string | null {
  if (successor !== null && !ENDED.has(successor.state)) return null
  return 'The new key has ended, and this one would too: cancel the rotation, or revoke this key.'
}

/**
 * Why a rotation cannot be called off; null when it can.
 * @param now epoch milliseconds
 */
export function refusesCancellation(key: RotationFacts, now: number): string | null {
  const refused = refusesCompletion(key)
  if (refused !== null) return refused
  // What has ended must not pass again: its holders were told that it would not.
  return isRotationOpen(key, now) ? null : `The rotation is complete: ${key.rotatedToId} replaced this key.`
}

export interface SilenceFacts extends RotationFacts {
  /** Null: the rotation ends with its grace, and not before. Milliseconds. */
  readonly rotationQuietMs: number | null
  /** Epoch milliseconds. */
  readonly lastUsedAt: number | null
}

/**
 * True if nobody has used the old key for as long as its rotation was told to wait for.
 * @param startedAt when the rotation began: silence before it counts for nothing
 * @param now epoch milliseconds
 */
export function isSilent(key: SilenceFacts, startedAt: number, now: number): boolean {
  if (key.rotationQuietMs === null || !isRotationOpen(key, now)) return false
  return Math.max(startedAt, key.lastUsedAt ?? 0) + key.rotationQuietMs <= now
}

interface Link {
  readonly id: string
  readonly rotatedToId: string | null
  /** Whoever made it. Of a rotation by the key itself, that is the key. */
  readonly createdBy: string
}

/**
 * The keys that a key has given itself, and those that these have given themselves: whoever held it may hold all of them. One that
 * somebody else made ends the chain, because it was handed to whom it was made for.
 * @param lineage all keys that rotations have made of the first one, in any order
 */
export function successorsByItself<Key extends Link>(key: Key, lineage: readonly Key[]): readonly Key[] {
  const byId = new Map(lineage.map((link) => [link.id, link]))
  const successors: Key[] = []
  let last = key
  for (;;) {
    const next = byId.get(last.rotatedToId ?? '')
    if (next?.createdBy !== last.id) return successors
    successors.push(next)
    last = next
  }
}
