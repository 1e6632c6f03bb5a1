// Who may make somebody a member, and as what: nobody gives more than they have. Pure.
import type { MemberRole } from '../model/vocabulary.ts'
import { permissionsOfMember } from '../policy/permissions.ts'
import { refuse, type Refusal } from '../problem.ts'
import { teamOf } from '../store/reach.ts'
import type { Principal } from './deps.ts'
import { refuseValue } from './refused.ts'

/** Whether the principal may give, or take, a role: 403 naming what it lacks itself, 422 where the role reaches further. */
export function refuseGrant(
  { permissions, reach }: Pick<Principal, 'permissions' | 'reach'>,
  role: MemberRole,
): Refusal | null {
  const permission = [...permissionsOfMember(role)].find((needed) => !permissions.has(needed))
  if (permission !== undefined)
    return refuse('permission_missing', {
      detail: `The role ${role} holds the permission ${permission}, and its giver does not.`,
      evidence: { permission },
    })
  if (teamOf(reach) === null || role === 'team_lead') return null
  return refuseValue('/role', 'A lead adds leads of its own team: every other role reaches the organization.')
}

/** A lead has a team, and nobody else has one. */
export function refusePlace(role: MemberRole, teamId: string | null): Refusal | null {
  if (role === 'team_lead')
    return teamId === null ? refuseValue('/team_id', "A team's lead needs a team.") : null
  return teamId === null ? null : refuseValue('/team_id', "Only a team's lead belongs to a team.")
}
