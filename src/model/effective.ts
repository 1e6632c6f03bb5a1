// What a key amounts to once its project, team and organization are taken into account. Pure: computed when D1 is read,
// so that suspending an organization is one change, not one per key.
import type { EffectiveState, KeyFacts } from './snapshot.ts'
import type { KeyState, TenantState } from './vocabulary.ts'

export interface Standing {
  readonly key: KeyState
  readonly project: TenantState
  /** Null: the project belongs to no team. */
  readonly team: TenantState | null
  readonly organization: TenantState
}

/**
 * The state that the gateway acts on. What can never come back outranks what can; of the latter, the organization's
 * suspension comes first, because no change to the key itself would help its holder.
 */
export function effectiveState({ key, project, team, organization }: Standing): EffectiveState {
  if (key === 'revoked' || key === 'deleted') return 'revoked'
  if ([project, team, organization].includes('deleted')) return 'revoked'
  if (organization === 'suspended') return 'organization_suspended'
  if (key === 'disabled' || project === 'suspended' || team === 'suspended') return 'disabled'
  return key
}

export interface Ending {
  readonly expiresAt: number | null
  readonly rotatedToId: string | null
  readonly rotationGraceEndsAt: number | null
}

/** When the key stops passing: at its expiry or at the end of its rotation grace, whichever is first. */
export function effectiveEnd(ending: Ending): Pick<KeyFacts, 'expiresAtMs' | 'rotated'> {
  const ends = [ending.expiresAt, ending.rotationGraceEndsAt].filter((end) => end !== null)
  return { expiresAtMs: ends.length === 0 ? null : Math.min(...ends), rotated: ending.rotatedToId !== null }
}

/** The plan in force: the key's own, else its project's, else its organization's. */
export function effectivePlan(
  key: string | null,
  project: string | null,
  organization: string | null,
): string | null {
  return key ?? project ?? organization
}

/** The state that an operator sees. `expired` is not stored: it follows from the clock. */
export type ShownKeyState = 'pending' | 'active' | 'disabled' | 'expired' | 'revoked'

/** @param now epoch milliseconds */
export function shownState(key: Ending & { readonly state: KeyState }, now: number): ShownKeyState {
  if (key.state === 'revoked' || key.state === 'deleted') return 'revoked'
  const { expiresAtMs } = effectiveEnd(key)
  return expiresAtMs !== null && expiresAtMs <= now ? 'expired' : key.state
}
