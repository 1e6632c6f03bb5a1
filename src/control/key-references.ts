// What a key may name besides its project: a plan, and the member who answers for it.
import type { Refusal } from '../problem.ts'
import type { KeyRow } from '../store/api-keys.ts'
import type { KeyReads } from './key-reads.ts'
import { refuseReference } from './refused.ts'

type References = Pick<KeyRow, 'organizationId'> & Partial<Pick<KeyRow, 'planId' | 'ownerMemberId'>>

/** 404 for the first reference that leads to nothing; null when all are good. */
export async function missingReference(
  reads: Pick<KeyReads, 'hasPlan' | 'isMember'>,
  { organizationId, planId, ownerMemberId }: References,
): Promise<Refusal | null> {
  if (planId && !(await reads.hasPlan(planId))) return refuseReference('/plan_id')
  if (ownerMemberId && !(await reads.isMember(organizationId, ownerMemberId)))
    return refuseReference('/owner_member_id')
  return null
}
