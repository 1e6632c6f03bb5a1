// What is asked of keys, as a form holds it. A lower level can only ask for more. Pure.
import { linesOf, listOf } from '../key-form/texts.ts'

/** As the API has it. */
export interface KeyPolicy {
  max_lifetime_days?: number | undefined
  rotation_age_days?: number | undefined
  idle_days?: number | undefined
  scope_ceiling?: string[] | undefined
  never_expires?: 'allow' | 'refuse' | undefined
}

export interface PolicyTexts {
  readonly lifetime: string
  readonly rotation: string
  readonly idle: string
  readonly ceiling: string
  /** An empty list allows nothing; no list allows everything. */
  readonly hasCeiling: boolean
  readonly neverExpires: string
}

export function textsOf(policy: KeyPolicy): PolicyTexts {
  return {
    lifetime: text(policy.max_lifetime_days),
    rotation: text(policy.rotation_age_days),
    idle: text(policy.idle_days),
    ceiling: linesOf(policy.scope_ceiling),
    hasCeiling: policy.scope_ceiling !== undefined,
    neverExpires: policy.never_expires ?? '',
  }
}

export function policyOf(texts: PolicyTexts): KeyPolicy {
  const { lifetime, rotation, idle, ceiling, hasCeiling, neverExpires } = texts
  return {
    ...(lifetime === '' ? {} : { max_lifetime_days: Number(lifetime) }),
    ...(rotation === '' ? {} : { rotation_age_days: Number(rotation) }),
    ...(idle === '' ? {} : { idle_days: Number(idle) }),
    ...(hasCeiling ? { scope_ceiling: [...listOf(ceiling)] } : {}),
    ...(neverExpires === 'allow' || neverExpires === 'refuse' ? { never_expires: neverExpires } : {}),
  }
}

const EXPIRY = { allow: 'Allowed', refuse: 'Refused' } as const

/** For people: what it asks for, one fact each. @param silent what it amounts to where it says nothing of keys without an expiry */
export function factsOf(policy: KeyPolicy, silent = 'Allowed'): readonly (readonly [string, string])[] {
  return [
    ['Longest lifetime of a key', daysOf(policy.max_lifetime_days, 'Any')],
    ['Due for rotation after', daysOf(policy.rotation_age_days, 'Never')],
    ['Idle after', daysOf(policy.idle_days, 'Never')],
    ['Keys without an expiry', policy.never_expires === undefined ? silent : EXPIRY[policy.never_expires]],
    [
      'Scopes at most',
      policy.scope_ceiling === undefined ? 'Any' : policy.scope_ceiling.join(', ') || 'None',
    ],
  ]
}

function daysOf(days: number | undefined, none: string): string {
  if (days === undefined) return none
  return new Intl.NumberFormat(undefined, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(days)
}

function text(value: number | undefined): string {
  return value === undefined ? '' : String(value)
}
