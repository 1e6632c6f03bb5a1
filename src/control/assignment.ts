// Fields that rule over who has them: whose plan is which, and how a key may be made. Who is held by a rule does not choose it.
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
  keyPrefix: DEFAULT_PREFIX,
}

/** 403 for a new row with such a field, by somebody who may not assign it; null otherwise. */
export function brokenAssignment(principal: Principal, row: object): Refusal | null {
  return mayAssign(principal) || !assigns(row, UNASSIGNED) ? null : REFUSED
}

/** The decision, or 403 where it changes such a field. To repeat what is there already changes nothing. */
export function ifAssignable<Row extends object>(principal: Principal, decide: Decide<Row>): Decide<Row> {
  if (mayAssign(principal)) return decide
  return async (before, at) => {
    const decided = await decide(before, at)
    return decided.ok && assigns(decided.value.set, before) ? err(REFUSED) : decided
  }
}

const REFUSED = refuse('permission_missing', { evidence: { permission: 'plans:assign' } })

function mayAssign({ permissions }: Principal): boolean {
  return permissions.has('plans:assign')
}

function assigns(set: object, before: object): boolean {
  const stored = new Map<string, unknown>(Object.entries(before))
  return Object.entries(set).some(
    ([name, value]) => name in UNASSIGNED && JSON.stringify(value) !== JSON.stringify(stored.get(name)),
  )
}
