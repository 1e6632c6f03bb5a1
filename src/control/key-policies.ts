// Holds a key against the policies above it, and says who may set them.
import { findBreach, type JudgedKey, type LevelPolicy } from '../policy/key-policy.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err } from '../result.ts'
import type { KeyRow } from '../store/api-keys.ts'
import type { PoliciesAbove } from '../store/key-policies.ts'
import type { Principal } from './deps.ts'
import type { KeyReads } from './key-reads.ts'
import type { Decide } from './resource.ts'

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
  const above = await policiesAbove(organizationId, projectId, planId)
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

/** Fields that say what somebody may use, and how keys are made: who is held by a rule does not choose it. */
const ASSIGNED = ['plan_id', 'policy', 'recoverable', 'key_prefix'] as const

type Assigned = { readonly [Field in (typeof ASSIGNED)[number]]?: unknown }

/** 403 where the body sets one of them, if only to `null`, and its sender may not; null where all is well. */
export function refuseAssignment(
  { permissions }: Pick<Principal, 'permissions'>,
  body: Assigned,
): Refusal | null {
  const field = ASSIGNED.find((name) => body[name] !== undefined)
  if (field === undefined || permissions.has('plans:assign')) return null
  return refuse('permission_missing', {
    detail: `To set ${field} takes the permission plans:assign.`,
    evidence: { permission: 'plans:assign' },
  })
}

/** The same of a change: only what is there can be refused. */
export function ifAssignable<Row>(
  principal: Pick<Principal, 'permissions'>,
  body: Assigned,
  decide: Decide<Row>,
): Decide<Row> {
  const refused = refuseAssignment(principal, body)
  return refused === null ? decide : () => err(refused)
}
