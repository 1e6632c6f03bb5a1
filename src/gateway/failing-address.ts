// Addresses whose keys were unknown of late: too often, and what they send next costs no storage. Keys that were invented do not
// get here, because their check digits are wrong (lookup.ts).
import { digestKey } from '../keys/digest.ts'
import { looksLikeToken } from '../keys/format.ts'
import { refuse, type Refusal } from '../problem.ts'
import type { GatewayDeps } from './deps.ts'

/** How long an address with a failed look-up is asked of the failures limiter; the limiter's own period. */
const FAILURE_MEMORY_MS = 60_000

export function noteFailure(address: string | null, { memory, now }: GatewayDeps): void {
  if (address !== null) memory.failedAddresses.set(address, now())
}

/** Of an address that has failed too often: neither a child token, which is ours, nor a key that is in memory is a guess. */
export async function refuseGuess(
  text: string,
  address: string | null,
  deps: GatewayDeps,
): Promise<Refusal | null> {
  if (looksLikeToken(text) || !hasFailed(address, deps)) return null
  if (deps.memory.keys.get(await digestKey(text)) !== undefined) return null
  return refuseFailingAddress(address, deps)
}

function hasFailed(address: string | null, { memory, now }: GatewayDeps): address is string {
  const failedAt = address === null ? undefined : memory.failedAddresses.get(address)
  return failedAt !== undefined && now() - failedAt <= FAILURE_MEMORY_MS
}

/**
 * Only an address that has just failed here is asked of the limiter: good clients never pay for it, and a client that
 * shares an address with an attacker is refused only while its key is not yet in memory.
 */
export async function refuseFailingAddress(
  address: string | null,
  deps: GatewayDeps,
): Promise<Refusal | null> {
  if (deps.failures === null || !hasFailed(address, deps)) return null
  // The limiter failing must not lock anybody out: it is a shield for storage, which can look after itself.
  const { success } = await deps.failures.limit({ key: address }).catch(() => ({ success: true }))
  if (success) return null
  return refuse('rate_limited', {
    detail: 'Too many unknown keys from this address.',
    evidence: { limit: 'failed-authentication' },
    retryAfterSeconds: FAILURE_MEMORY_MS / 1000,
  })
}
