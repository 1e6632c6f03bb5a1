// Fields that rule over who has them: whose plan is which, and how a key may be made. Who is held by a rule does not choose it.
import type { KeyPolicy } from '../model/policy.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err } from '../result.ts'
import type { Principal } from './deps.ts'
import type { Decide } from './resource.ts'
import { DEFAULT_PREFIX } from './schemas/project.ts'

/** As they are where nobody has assigned anything. */
const UNASSIGNED: Readonly<Record<string, unknown>> = {
  planId: null,
  policy: {},
  recoverable: false,
  selfRotation: false,
  keyPrefix: DEFAULT_PREFIX,
}

/**
 * 403 where such a field is set, or changed, by somebody who may not; null otherwise. To repeat what is there already changes nothing.
 * @param before the row; none for a new one
 */
export function brokenAssignment(
  principal: Pick<Principal, 'permissions'>,
  set: object,
  before: object = UNASSIGNED,
): Refusal | null {
  return mayAssign(principal) || !assigns(set, before) ? null : REFUSED
}

/**
 * 403 where somebody who may not assign policies would put others in force, by moving what they hold; null otherwise.
 * @param from the policy that is left behind
 */
export function brokenMove(
  principal: Pick<Principal, 'permissions'>,
  from: KeyPolicy,
  to: KeyPolicy,
): Refusal | null {
  return mayAssign(principal) || JSON.stringify(from) === JSON.stringify(to) ? null : REFUSED
}

/** The same of whatever a decision comes to: one that forgets to ask is caught here. */
export function ifAssignable<Row extends object>(principal: Principal, decide: Decide<Row>): Decide<Row> {
  if (mayAssign(principal)) return decide
  return async (before, at) => {
    const decided = await decide(before, at)
    const refusal = decided.ok ? brokenAssignment(principal, decided.value.set, before) : null
    return refusal === null ? decided : err(refusal)
  }
}

const REFUSED = refuse('permission_missing', {
  detail: 'Plans, policies and how keys are made are assigned by who holds plans:assign.',
  evidence: { permission: 'plans:assign' },
})

function mayAssign({ permissions }: Pick<Principal, 'permissions'>): boolean {
  return permissions.has('plans:assign')
}

function assigns(set: object, before: object): boolean {
  const stored = new Map<string, unknown>(Object.entries(before))
  return Object.entries(set).some(
    ([name, value]) => name in UNASSIGNED && JSON.stringify(value) !== JSON.stringify(stored.get(name)),
  )
}
