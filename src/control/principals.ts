// What somebody who is known may do: from a row of the database to a principal. Pure.
import { permissionsOfMember, permissionsOfOperator } from '../policy/permissions.ts'
import type { Holder, MemberRow, OperatorRow } from '../store/holders.ts'
import type { Principal } from './deps.ts'

/** A principal without the request that it makes. */
export type Caller = Omit<Principal, 'context'>

export function operatorPrincipal({ id, role }: OperatorRow): Caller {
  return {
    id,
    reach: 'platform',
    permissions: permissionsOfOperator(role),
    actor: { type: 'operator', id, break_glass: false },
  }
}

export function memberPrincipal({ id, organizationId, teamId, role }: MemberRow): Caller {
  return {
    id,
    // A lead whose row names no team leads none: no team has this id.
    reach: role === 'team_lead' ? { organizationId, teamId: teamId ?? '' } : { organizationId },
    permissions: permissionsOfMember(role),
    actor: { type: 'member', id, break_glass: false },
  }
}

export function principalOf(holder: Holder): Caller {
  return holder.kind === 'operator' ? operatorPrincipal(holder.row) : memberPrincipal(holder.row)
}
