// May this key still be ended by whoever holds it? Pure: facts in, refusal or null out.
import type { KeyFacts } from '../model/snapshot.ts'
import type { Refusal } from '../problem.ts'
import { refusesKey } from './access.ts'

/**
 * Why a key cannot be ended; null when it can. Nothing that can be taken back stands in the way, because the key passes again once it is:
 * it is switched off, its organization is suspended. Nor does where it may be used from: a leak is noticed anywhere.
 * @param now epoch milliseconds
 */
export function refusesEnding(key: KeyFacts, now: number): Refusal | null {
  return refusesKey({ ...key, state: key.state === 'revoked' ? key.state : 'active' }, now)
}
