// The rules between the fields of a key, for new keys and for changed ones. Pure.
import type { KeyKind } from '../model/vocabulary.ts'
import type { NetworkPolicy } from '../model/policy.ts'
import { refuse, type Refusal } from '../problem.ts'
import { refuseValue } from './refused.ts'

export interface KeyRuleFacts {
  readonly kind: KeyKind
  readonly scopes: readonly string[]
  readonly network: NetworkPolicy
}

/** What is wrong with a key as it would be stored; null when nothing is. */
export function brokenKeyRule({ kind, scopes, network }: KeyRuleFacts): Refusal | null {
  if (kind !== 'publishable') return null
  if (network.webOrigins === undefined)
    return refuseValue('/network/web_origins', 'A publishable key must be bound to web origins.')
  // No scope is marked as safe for browsers yet, and one that is not marked is not safe.
  if (scopes.length > 0) return refuseValue('/scopes', 'No scope is marked as safe for publishable keys.')
  return null
}

/**
 * An expiry that is set to the past is a mistake: `expire` is the verb for it.
 * @param now epoch milliseconds
 */
export function brokenExpiry(expiresAt: number | null | undefined, now: number): Refusal | null {
  if (expiresAt === null || expiresAt === undefined || expiresAt > now) return null
  return refuseValue('/expires_at', 'The time has passed.')
}

/**
 * What is wrong with another expiry of a key; null when nothing is. One that has expired stays so: its holders were told that it would not
 * pass again. Of a rotated key, the end of its grace stays whatever is set here.
 * @param expiresAt epoch milliseconds; undefined: it is not given
 * @param now epoch milliseconds
 */
export function brokenOtherExpiry(
  { expiresAt: before }: { readonly expiresAt: number | null },
  expiresAt: number | null | undefined,
  now: number,
): Refusal | null {
  // A time that stood there before may have passed since.
  if (expiresAt === undefined || expiresAt === before) return null
  const broken = brokenExpiry(expiresAt, now)
  if (broken !== null || before === null || before > now) return broken
  const detail = 'The key has expired, and stays so: make another one.'
  return refuse('conflict', { detail, evidence: { errors: [{ pointer: '/expires_at', detail }] } })
}
