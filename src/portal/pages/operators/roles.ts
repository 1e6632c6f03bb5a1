// The roles of operators, in the words of src/policy/permissions.ts.

export type PlatformRole = 'owner' | 'admin' | 'support' | 'auditor'

export const PLATFORM_ROLES: readonly { readonly value: PlatformRole; readonly label: string }[] = [
  { value: 'support', label: 'Support: looks, and stops what goes wrong' },
  { value: 'auditor', label: 'Auditor: looks, and changes nothing' },
  { value: 'admin', label: 'Admin: everything but owners' },
  { value: 'owner', label: 'Owner: everything' },
]

export function isPlatformRole(value: string): value is PlatformRole {
  return PLATFORM_ROLES.some((role) => role.value === value)
}
