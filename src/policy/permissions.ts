// Who may do what: one table. An endpoint names the permission that it needs; a role is the set of those that it holds. Pure.
import type { MemberRole, PlatformRole } from '../model/vocabulary.ts'

/** `<resource>:<verb>`. To write is not to read: an endpoint that answers with what it wrote asks for `write` alone. */
export const PERMISSIONS = [
  'organizations:read',
  'organizations:write',
  'teams:read',
  'teams:write',
  'projects:read',
  'projects:write',
  'keys:read',
  'keys:write',
  /** A hash is no proof of a key: whoever stores that of somebody else's decides what becomes of it. No role of an organization has it. */
  'keys:import',
  'keys:revoke',
  'keys:reveal',
  'keys:verify',
  'plans:read',
  'plans:write',
  /** To say whose plan is which, and how a key may be made: who is held by a rule does not choose it. */
  'plans:assign',
  'config:read',
  'config:write',
  'settings:read',
  'settings:write',
  'members:read',
  'members:write',
  'operators:read',
  'operators:write',
  /** To make, change or end an operator who is an owner. No endpoint asks for it: whoever lacks it covers no owner. */
  'owners:write',
  'sessions:write',
  'audit:read',
  'usage:read',
] as const

export type Permission = (typeof PERMISSIONS)[number]

const READS = PERMISSIONS.filter((permission) => permission.endsWith(':read'))

const TENANT_READS: readonly Permission[] = [
  'organizations:read',
  'teams:read',
  'projects:read',
  'keys:read',
  'usage:read',
]

const KEY_WRITES: readonly Permission[] = ['keys:write', 'keys:revoke', 'keys:reveal']

/** Reach everything that the deployment holds. */
const PLATFORM: Readonly<Record<PlatformRole, readonly Permission[]>> = {
  owner: PERMISSIONS,
  // Everything but to make or unmake those who may do everything.
  admin: PERMISSIONS.filter((permission) => permission !== 'owners:write'),
  // May stop what goes wrong, and let nothing pass.
  support: [...READS, 'keys:revoke', 'keys:verify'],
  auditor: READS,
}

/** Reach their own organization; a team's lead what belongs to the team. */
const ORGANIZATION: Readonly<Record<MemberRole, readonly Permission[]>> = {
  admin: [
    ...TENANT_READS,
    ...KEY_WRITES,
    'teams:write',
    'projects:write',
    'members:read',
    'members:write',
    'audit:read',
  ],
  team_lead: [
    ...TENANT_READS,
    ...KEY_WRITES,
    'projects:write',
    'members:read',
    'members:write',
    'audit:read',
  ],
  member: [...TENANT_READS, ...KEY_WRITES],
  viewer: TENANT_READS,
}

export function permissionsOfOperator(role: PlatformRole): ReadonlySet<Permission> {
  return new Set(PLATFORM[role])
}

export function permissionsOfMember(role: MemberRole): ReadonlySet<Permission> {
  return new Set(ORGANIZATION[role])
}
