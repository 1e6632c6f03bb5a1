// docs/access.md: which role holds which permission, from src/policy/permissions.ts.
import { MEMBER_ROLES, PLATFORM_ROLES } from '../../src/model/vocabulary.ts'
import {
  PERMISSIONS,
  permissionsOfMember,
  permissionsOfOperator,
  type Permission,
} from '../../src/policy/permissions.ts'

/** A role, and what it holds. */
type Column = readonly [role: string, held: ReadonlySet<Permission>]

export function platformRoles(): string {
  return table(PLATFORM_ROLES.map((role) => [role, permissionsOfOperator(role)]))
}

export function memberRoles(): string {
  return table(MEMBER_ROLES.map((role) => [role, permissionsOfMember(role)]))
}

/** Permissions that no role of the table holds have no line. */
function table(columns: readonly Column[]): string {
  const held = PERMISSIONS.filter((permission) => columns.some(([, holds]) => holds.has(permission)))
  const lines = held.map((permission) => [
    `\`${permission}\``,
    ...columns.map(([, holds]) => (holds.has(permission) ? 'yes' : '')),
  ])
  const head = ['permission', ...columns.map(([role]) => `\`${role}\``)]
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
