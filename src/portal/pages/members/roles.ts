// The roles of an organization's members, and which of them somebody may give: none with more than one has oneself.
import type { Me } from '../../session/me.ts'

export type MemberRole = 'admin' | 'member' | 'viewer' | 'team_lead'

export const ROLES: Readonly<Record<MemberRole, string>> = {
  admin: 'Admin: everything of the organization',
  member: 'Member: keys',
  viewer: 'Viewer: looks, and changes nothing',
  team_lead: 'Team lead: everything of one team',
}

export function isRole(value: string): value is MemberRole {
  return Object.hasOwn(ROLES, value)
}

/** As `<option>`s. A lead adds leads of its own team alone (docs/members.md). */
export function givable({ role }: Me) {
  const roles: readonly MemberRole[] =
    role === 'team_lead' ? ['team_lead'] : ['member', 'viewer', 'team_lead', 'admin']
  return roles.map((value) => ({ value, label: ROLES[value] }))
}
