// What organization, team, project and plan ask of a key together. Each level can only ask for more than those above it: the
// narrowest wins, because all of them have to be met. Pure.
import type { KeyPolicy } from '../model/policy.ts'
import { missingScopes } from './scope.ts'

export type PolicyLevel = 'organization' | 'team' | 'project' | 'plan'

export interface LevelPolicy {
  readonly level: PolicyLevel
  readonly policy: KeyPolicy
}

/** What of a key is judged. Absent: it is not being set, and a rule that came after it does not stand in the way. */
export interface JudgedKey {
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Epoch milliseconds; null: never. */
  readonly expiresAt?: number | null | undefined
  readonly scopes?: readonly string[] | undefined
}

/** Null: there is no team; no plan is in force. */
interface PoliciesAbove {
  readonly organization: KeyPolicy
  readonly team: KeyPolicy | null
  readonly project: KeyPolicy
  readonly plan: KeyPolicy | null
}

export interface PolicyBreach {
  readonly field: 'expires_at' | 'scopes'
  readonly level: PolicyLevel
  readonly detail: string
}

const DAY_MS = 86_400_000

/** From the outermost level in: the first that is not met is the one that is named. */
export function levelsOf({ organization, team, project, plan }: PoliciesAbove): readonly LevelPolicy[] {
  return [
    { level: 'organization', policy: organization },
    { level: 'team', policy: team ?? {} },
    { level: 'project', policy: project },
    { level: 'plan', policy: plan ?? {} },
  ]
}

type Days = 'maxLifetimeDays' | 'rotationAgeDays' | 'idleDays'

/** The fewest days that any level asks for; null where none does. */
export function fewestDays(levels: readonly LevelPolicy[], name: Days): number | null {
  const asked = levels.map(({ policy }) => policy[name]).filter((days) => days !== undefined)
  return asked.length === 0 ? null : Math.min(...asked)
}

/** The first level that is not met; null when all are. */
export function findBreach(levels: readonly LevelPolicy[], key: JudgedKey): PolicyBreach | null {
  for (const { level, policy } of levels) {
    const breach = expiryBreach(level, policy, key) ?? scopeBreach(level, policy, key)
    if (breach !== null) return breach
  }
  return null
}

function expiryBreach(level: PolicyLevel, policy: KeyPolicy, key: JudgedKey): PolicyBreach | null {
  const { maxLifetimeDays: days, neverExpires } = policy
  if (key.expiresAt === undefined) return null
  const breach = (detail: string): PolicyBreach => ({ field: 'expires_at', level, detail })
  if (key.expiresAt === null) {
    if (days !== undefined)
      return breach(`The policy of the ${level} wants keys to expire within ${days} days.`)
    return neverExpires === 'refuse' ? breach(`The policy of the ${level} wants keys to expire.`) : null
  }
  if (days === undefined || key.expiresAt <= key.createdAt + days * DAY_MS) return null
  return breach(`The policy of the ${level} lets a key live for ${days} days at most.`)
}

// A scope is within the ceiling if all that it grants is: a wildcard is covered by a wildcard only (scope.ts).
function scopeBreach(level: PolicyLevel, policy: KeyPolicy, { scopes = [] }: JudgedKey): PolicyBreach | null {
  if (policy.scopeCeiling === undefined) return null
  const above = missingScopes(policy.scopeCeiling, scopes)
  if (above.length === 0) return null
  return { field: 'scopes', level, detail: `The policy of the ${level} does not allow: ${above.join(' ')}` }
}
