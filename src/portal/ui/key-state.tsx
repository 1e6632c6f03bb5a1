// The state of a key, in a word and a colour.
import { Badge } from './badge.tsx'

const LOOKS = {
  active: ['green', 'Active'],
  pending: ['blue', 'Pending'],
  disabled: ['orange', 'Disabled'],
  expired: ['neutral', 'Expired'],
  revoked: ['red', 'Revoked'],
} as const

export function KeyState({ state }: { readonly state: keyof typeof LOOKS }) {
  const [variant, label] = LOOKS[state]
  return <Badge variant={variant}>{label}</Badge>
}
