// The limits of a key as they stand now, for whoever looks after it without having it: by its hash, from the same copies and the same
// limiters as a request with it.
import type { LimitStanding } from '../model/verification.ts'
import { newBasis, momentOf } from './basis.ts'
import { findConfig } from './config.ts'
import type { GatewayDeps } from './deps.ts'
import { findKeyByHash } from './lookup.ts'
import { standingsOf } from './standings.ts'
import { consultFeed } from './sync.ts'
import { planOf } from './verify.ts'

/**
 * Takes nothing of them. Nothing for a key that is not known here.
 * @param hash SHA-256 of the key, lower-case hex
 */
export async function limitsOfKey(hash: string, deps: GatewayDeps): Promise<readonly LimitStanding[]> {
  const basis = newBasis(deps.memory.sync)
  await consultFeed(momentOf(basis, deps).since, basis.sync, deps)
  const config = await findConfig(basis, deps)
  if (!config.ok) return []
  const found = await findKeyByHash(hash, basis, deps)
  if (!found.ok) return []
  const { key } = found.value
  return standingsOf(key, planOf(key, deps), null, deps)
}
