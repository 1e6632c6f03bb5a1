// Does a decision still hold? Asked right before the request goes out, with no await after it: what was read, waited
// for or signed meanwhile may have taken long enough for the key to be revoked.
import { decideAccess } from '../policy/access.ts'
import { mayUseConfig, mayUseKey, momentOf, stayStrict } from './basis.ts'
import type { Decided } from './exchange.ts'

/** How often a decision is made anew because what it rests on changed meanwhile. */
export const MAX_DECISIONS = 3

/** False: decide again. */
export async function stillHolds({ exchange, match, found }: Omit<Decided, 'budget'>): Promise<boolean> {
  const { config, caller, trace, deps } = exchange
  await stayStrict(trace.basis, deps)
  const moment = momentOf(trace.basis, deps)
  if (!mayUseConfig(config.snapshot, moment, deps)) return false
  if (found === null) return true
  return mayUseKey(found, moment, deps) && decideAccess(found.key, match.route, caller, moment.now) === null
}
