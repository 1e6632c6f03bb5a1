// Which external ids the items of a chunk may have: the unique index would refuse the whole chunk for one that is taken.
import type { Refusal } from '../problem.ts'
import { databaseOf, open } from '../store/database.ts'
import { takenExternalIds } from '../store/many-keys.ts'
import type { ControlDeps } from './deps.ts'
import { refuseTaken } from './refused.ts'

/** Takes an external id for an item; 409 where another key, or an item before, has it. */
export type Claim = (externalId: string | null) => Refusal | null

/**
 * Nobody else takes one between the look and the write: the chain is the lock.
 * @param wanted by all items
 */
export async function externalIdClaims(
  { databases }: ControlDeps,
  organizationId: string,
  wanted: readonly string[],
): Promise<Claim> {
  const db = open(databaseOf(databases, organizationId))
  const taken = new Set(wanted.length === 0 ? [] : await takenExternalIds(db, organizationId, wanted))
  return (externalId) => {
    if (externalId === null) return null
    if (taken.has(externalId)) return refuseTaken('external_id')
    taken.add(externalId)
    return null
  }
}
