// Whether the caller may do what it asks of an operator. Read and judged behind the head of the platform's chain: a caller that
// was demoted or ended a moment ago has what it has now, and of two owners who remove each other one stays.
import { isId } from '../ids.ts'
import {
  authorityOf,
  findLacking,
  isLastingOwner,
  mayAct,
  outlives,
  UNLIMITED,
  type Authority,
} from '../policy/operator.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { OperatorRow } from '../store/holders.ts'
import { findOperator, hasOtherLastingOwner } from '../store/operators.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { showTime } from './fields.ts'
import { refuseValue } from './refused.ts'
import type { Decide } from './resource.ts'

/** Whether somebody else gets hold of what the operator may do by it, or the operator loses some of it. */
type Effect = 'grants' | 'ends'

/** 403 for what is more than the caller has; null for what is not. */
export function exceeds(giver: Authority, { role, expiresAt }: Pick<OperatorRow, 'role' | 'expiresAt'>) {
  return lacks(giver, role) ?? (outlives(expiresAt, giver) ? refuseOutliving(giver) : null)
}

/** What the caller can hand on at this moment. */
export async function authorityNow(
  { databases, now }: ControlDeps,
  { id, actor }: Principal,
): Promise<Result<Authority, Refusal>> {
  if (actor.break_glass) return ok(UNLIMITED)
  const row = isId('operator', id) ? await findOperator(databases, id) : null
  return row !== null && mayAct(row, now()) ? ok(authorityOf(row)) : err(refuse('unauthorized'))
}

/** The decision, if the caller may make it. */
export function ifCovered(
  deps: ControlDeps,
  principal: Principal,
  effect: Effect,
  decide: Decide<OperatorRow>,
): Decide<OperatorRow> {
  return async (before, at) => {
    const giver = await authorityNow(deps, principal)
    if (!giver.ok) return giver
    const lacking = lacks(giver.value, before.role)
    if (lacking !== null) return err(lacking)
    const decided = await decide(before, at)
    if (!decided.ok) return decided
    const after = { ...before, ...decided.value.set }
    const refusal =
      (effect === 'grants' ? exceeds(giver.value, after) : null) ??
      (await endsLastOwner(deps, principal, before, after))
    return refusal === null ? decided : err(refusal)
  }
}

/** An operator that nobody can be: without a key, and without an address to log in under. */
export function brokenEntry({ hash, subject, email }: Pick<OperatorRow, 'hash' | 'subject' | 'email'>) {
  const hasEntry = hash !== null || subject !== null || email !== null
  return hasEntry ? null : refuseValue('/email', 'Without a key, an operator needs an address to log in.')
}

// Whoever holds the ADMIN_TOKEN is not locked out by it, and may have to put out an owner who went bad.
async function endsLastOwner(
  { databases }: ControlDeps,
  { actor }: Principal,
  before: OperatorRow,
  after: OperatorRow,
): Promise<Refusal | null> {
  if (actor.break_glass || !isLastingOwner(before) || isLastingOwner(after)) return null
  if (await hasOtherLastingOwner(databases, before.id)) return null
  return refuse('conflict', { detail: 'This is the last active owner without an expiry.' })
}

function lacks(giver: Authority, role: OperatorRow['role']): Refusal | null {
  const permission = findLacking(giver, role)
  return permission === null ? null : refuse('permission_missing', { evidence: { permission } })
}

function refuseOutliving({ expiresAt }: Authority): Refusal {
  const until = expiresAt === null ? 'never' : showTime(expiresAt)
  return refuse('permission_missing', { detail: `You expire at ${until}, and it would last longer.` })
}
