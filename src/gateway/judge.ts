// Steps 3 to 6: what is decided of a credential, for a request that is to be forwarded as for whoever asks without one
// (verify.ts). One answer for both, because it is one function.
import type { RouteFacts } from '../model/snapshot.ts'
import { decideAccess } from '../policy/access.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { beStrict } from './basis.ts'
import { takeBudget, type Budget } from './budget.ts'
import type { Facts } from './exchange.ts'
import { refuseGuess } from './failing-address.ts'
import { findKey, refuseMalformed, type FoundKey } from './lookup.ts'

/**
 * 3. Shape and check digits, 4. look-up: memory, else KV, else D1.
 * @param text as presented; null: no credential
 * @returns null where the route lets pass without a key
 */
export async function authenticate(
  text: string | null,
  route: RouteFacts,
  { config, trace, deps }: Facts,
): Promise<Result<FoundKey | null, Refusal>> {
  if (route.auth === 'none') return ok(null)
  if (text !== null && route.strict) {
    // Only a key that could be one may cost a call, and no guess of an address that keeps guessing.
    const refusal =
      (await refuseMalformed(text, config, trace.basis, deps)) ??
      (await refuseGuess(text, trace.address, deps))
    if (refusal !== null) return err(refusal)
    await beStrict(trace.basis, trace.startedAtMs, deps)
  }
  if (text !== null) return findKey(text, trace.address, config, trace.basis, deps)
  // Nobody holds no scopes: an optional route that asks for some asks for a key.
  return route.auth === 'optional' && route.scopes.length === 0 ? ok(null) : err(refuse('key_missing'))
}

/** 5. Access, at the time of the answer to the look-up, not of the request. 6. Budget. */
export async function admit(
  found: FoundKey | null,
  route: RouteFacts,
  { caller, config, trace, deps }: Facts,
): Promise<Result<Budget, Refusal>> {
  const refusal = found === null ? null : decideAccess(found.key, route, caller, deps.now())
  return refusal === null ? takeBudget(found, route, config, trace, deps) : err(refusal)
}
