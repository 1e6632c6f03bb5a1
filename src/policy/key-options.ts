// What a new key may be under the policies above it: which scopes, for how long. Pure.
import { commonScopes } from './common-scopes.ts'
import { fewestDays, type LevelPolicy } from './key-policy.ts'
import { grants } from './scope.ts'

const DAY_SECONDS = 86_400

export interface KeyOptions {
  /** That may be offered: those that routes ask for, and those that a ceiling names, as far as all ceilings allow them. Sorted. */
  readonly scopes: readonly string[]
  /** What every level allows, as far as one list can say it: never more. Sorted. Null: no level has a ceiling. */
  readonly ceiling: readonly string[] | null
  /** Null: for as long as one likes. */
  readonly maxLifetimeSeconds: number | null
  readonly isExpiryRequired: boolean
}

/** @param asked scopes that routes ask for */
export function keyOptions(levels: readonly LevelPolicy[], asked: readonly string[]): KeyOptions {
  const days = fewestDays(levels, 'maxLifetimeDays')
  const ceilings = levels.map(({ policy }) => policy.scopeCeiling).filter((scopes) => scopes !== undefined)
  const [first, ...others] = ceilings
  const known = [...asked, ...ceilings.flat().filter(isLiteral)]
  // Not by the common ceiling, which may be narrower than its parts: `a:*:c` and `a:b:*` have `a:b:c` in common.
  const scopes = known.filter((scope) => ceilings.every((ceiling) => grants(ceiling, scope)))
  return {
    scopes: [...new Set(scopes)].sort(),
    ceiling: first === undefined ? null : [...others.reduce(commonScopes, first)].sort(),
    maxLifetimeSeconds: days === null ? null : days * DAY_SECONDS,
    isExpiryRequired: days !== null || levels.some(({ policy }) => policy.neverExpires === 'refuse'),
  }
}

function isLiteral(scope: string): boolean {
  return !scope.split(':').includes('*')
}
