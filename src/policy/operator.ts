// What one operator may do to another: nothing that grants more than it has itself, or for longer. Pure.
import type { PlatformRole, TenantState } from '../model/vocabulary.ts'
import { permissionsOfOperator, type Permission } from './permissions.ts'

/** `last_used_at` is written at most this often. */
const USED_STEP_MS = 60_000

/** What somebody can hand on. */
export interface Authority {
  readonly permissions: ReadonlySet<Permission>
  /** Epoch milliseconds; null for one without end. */
  readonly expiresAt: number | null
}

interface Standing {
  readonly role: PlatformRole
  readonly state: TenantState
  readonly expiresAt: number | null
}

/** The ADMIN_TOKEN's: of whoever can deploy. */
export const UNLIMITED: Authority = { permissions: permissionsOfOperator('owner'), expiresAt: null }

export function authorityOf({ role, expiresAt }: Omit<Standing, 'state'>): Authority {
  return { permissions: permissionsOfOperator(role), expiresAt }
}

/** Whether an operator may act now. @param now epoch milliseconds */
export function mayAct({ state, expiresAt }: Omit<Standing, 'role'>, now: number): boolean {
  return state === 'active' && (expiresAt === null || now < expiresAt)
}

/** The first permission of a role that its giver lacks; null when it holds them all. */
export function findLacking({ permissions }: Authority, role: PlatformRole): Permission | null {
  return [...permissionsOfOperator(role)].find((permission) => !permissions.has(permission)) ?? null
}

/** Whether a credential until `expiresAt` would outlive its giver. */
export function outlives(expiresAt: number | null, giver: Authority): boolean {
  return giver.expiresAt !== null && (expiresAt === null || expiresAt > giver.expiresAt)
}

/** Somebody who can mend everything else, and will not go away by time alone. One of them must stay. */
export function isLastingOwner({ role, state, expiresAt }: Standing): boolean {
  return role === 'owner' && state === 'active' && expiresAt === null
}

/** Whether it is time to write down that the key is in use. @param now epoch milliseconds */
export function isUsedAnew(lastUsedAt: number | null, now: number): boolean {
  return lastUsedAt === null || now >= lastUsedAt + USED_STEP_MS
}
