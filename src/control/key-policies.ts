// Holds a key against the policies above it.
import { findBreach, type JudgedKey, type LevelPolicy } from '../policy/key-policy.ts'
import { refuse, type Refusal } from '../problem.ts'
import type { KeyRow } from '../store/api-keys.ts'
import type { PoliciesAbove } from '../store/key-policies.ts'
import type { KeyReads } from './key-reads.ts'

/**
 * 422 where a policy forbids what is being set; null when none does.
 * @param judged what is set, and when the key was made
 */
export async function brokenPolicy(
  { policiesAbove }: Pick<KeyReads, 'policiesAbove'>,
  { organizationId, projectId, planId }: Pick<KeyRow, 'organizationId' | 'projectId' | 'planId'>,
  judged: JudgedKey,
): Promise<Refusal | null> {
  if (judged.expiresAt === undefined && judged.scopes === undefined) return null
  return breachOf(await policiesAbove(organizationId, projectId, planId), judged)
}

/**
 * 422 where the rules of the plan in force forbid the key as it is: who gives it another plan gives it other rules. Those of the levels
 * above do not change with the plan.
 */
export async function brokenPlanRules(
  { policiesAbove }: Pick<KeyReads, 'policiesAbove'>,
  key: Pick<KeyRow, 'organizationId' | 'projectId' | 'planId'> & JudgedKey,
): Promise<Refusal | null> {
  const { plan } = await policiesAbove(key.organizationId, key.projectId, key.planId)
  return breachOf({ organization: {}, team: null, project: {}, plan }, key)
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

/** From the outermost level in: the first that is not met is the one that is named. */
function levelsOf({ organization, team, project, plan }: PoliciesAbove): readonly LevelPolicy[] {
  return [
    { level: 'organization', policy: organization },
    { level: 'team', policy: team ?? {} },
    { level: 'project', policy: project },
    { level: 'plan', policy: plan ?? {} },
  ]
}
