// When a new key shall end: presets that a policy may cut short. Pure.

const DAY_SECONDS = 86_400

export const EXPIRIES = {
  days30: { label: 'In 30 days', seconds: 30 * DAY_SECONDS },
  days90: { label: 'In 90 days', seconds: 90 * DAY_SECONDS },
  year: { label: 'In a year', seconds: 365 * DAY_SECONDS },
} as const

export type ExpiryChoice = keyof typeof EXPIRIES | 'longest' | 'custom' | 'never'

export interface ExpiryRule {
  /** Null: as long as one likes. */
  readonly max_lifetime_seconds: number | null
  readonly expiry_required: boolean
}

export const NO_RULE: ExpiryRule = { max_lifetime_seconds: null, expiry_required: false }

export function expiryOptions({ max_lifetime_seconds: max, expiry_required: required }: ExpiryRule) {
  const presets = Object.entries(EXPIRIES)
    .filter(([, { seconds }]) => max === null || seconds <= max)
    .map(([value, { label }]) => ({ value, label }))
  return [
    ...presets,
    ...(max === null ? [] : [{ value: 'longest', label: 'As late as the policy allows' }]),
    { value: 'custom', label: 'At a time of your choice' },
    ...(required || max !== null ? [] : [{ value: 'never', label: 'Never' }]),
  ]
}

/** The choice that a form begins with: safe, and possible. */
export function firstExpiry(rule: ExpiryRule): ExpiryChoice {
  const { max_lifetime_seconds: max } = rule
  return max === null || max >= EXPIRIES.days90.seconds ? 'days90' : 'longest'
}

/**
 * @param custom of a `datetime-local` field, in the reader's own zone
 * @param now epoch milliseconds
 * @returns RFC 3339, or null for never; undefined: the custom time is missing
 */
export function expiryTime(
  choice: ExpiryChoice,
  custom: string,
  { max_lifetime_seconds: max }: ExpiryRule,
  now: number,
): string | null | undefined {
  if (choice === 'never') return null
  if (choice === 'custom') {
    const time = new Date(custom)
    return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
  }
  // Less a minute: the server's clock may be behind.
  const seconds = choice === 'longest' ? (max ?? 0) - 60 : EXPIRIES[choice].seconds
  return new Date(now + seconds * 1000).toISOString()
}

export function isExpiryChoice(value: string): value is ExpiryChoice {
  return Object.hasOwn(EXPIRIES, value) || ['longest', 'custom', 'never'].includes(value)
}
