// Holds a key against the policies above it.
import { findBreach, levelsOf, type JudgedKey } from '../policy/key-policy.ts'
import { refuse, type Refusal } from '../problem.ts'
import type { KeyRow } from '../store/api-keys.ts'
import type { PoliciesAbove } from '../store/key-policies.ts'
import type { KeyReads } from './key-reads.ts'

type Reads = Pick<KeyReads, 'policiesAbove'>
type Ruled = Partial<Pick<KeyRow, 'expiresAt' | 'scopes' | 'planId'>>

/** 422 where a policy forbids a new key; null when none does. */
export async function brokenPolicy(reads: Reads, key: KeyRow): Promise<Refusal | null> {
  return breachOf(await policiesAbove(reads, key), key)
}

/** The same of a key that is changed. */
export async function brokenByChange(reads: Reads, before: KeyRow, set: Ruled): Promise<Refusal | null> {
  const isRuled = set.expiresAt !== undefined || set.scopes !== undefined || isReplanned(before, set)
  return isRuled ? brokenChange(await policiesAbove(reads, { ...before, ...set }), before, set) : null
}

function policiesAbove(reads: Reads, { organizationId, projectId, planId }: KeyRow): Promise<PoliciesAbove> {
  return reads.policiesAbove(organizationId, projectId, planId)
}

/**
 * 422 where a policy forbids what is being set of a key; null when none does. What stays as it was is held to the rules of the plan alone,
 * and where the key is given another one: the levels above do not change with the plan, and may have come after the key.
 * @param above the key as it will be
 */
export function brokenChange(above: PoliciesAbove, before: KeyRow, set: Ruled): Refusal | null {
  const { expiresAt, scopes } = set
  const breach = breachOf(above, { expiresAt, scopes, createdAt: before.createdAt })
  if (breach !== null || !isReplanned(before, set)) return breach
  return breachOf({ organization: {}, team: null, project: {}, plan: above.plan }, { ...before, ...set })
}

function isReplanned(before: KeyRow, { planId }: Ruled): boolean {
  return planId !== undefined && planId !== before.planId
}

/** 422 where one of these policies forbids what is being set; null when none does. */
export function breachOf(above: PoliciesAbove, judged: JudgedKey): Refusal | null {
  const breach = findBreach(levelsOf(above), judged)
  if (breach === null) return null
  const { field, level, detail } = breach
  return refuse('value_refused', {
    detail,
    evidence: { policy_level: level, errors: [{ pointer: `/${field}`, detail }] },
  })
}
