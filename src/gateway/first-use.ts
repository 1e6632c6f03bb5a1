// The first use of a key that another system made. Nobody is refused because it could not be looked at: the key may well be good.
import { errorName } from '../error-name.ts'
import type { PresentedKey } from '../model/adoption.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { withTimeout } from '../timeout.ts'
import type { GatewayDeps } from './deps.ts'

/** Reads, a slow hash for each key that shares a beginning, and a write that others may delay. */
const TIMEOUT_MS = 15_000
const RETRY_AFTER_SECONDS = 2
/** As long as src/adoption/attempts.ts remembers. */
const THROTTLED_SECONDS = 60

/** @returns whether it is worth another look at D1 */
export async function tryFirstUse(
  presented: PresentedKey,
  { adoptKey, config, fetch, now, sleep, log }: GatewayDeps,
): Promise<Result<boolean, Refusal>> {
  const { importPeppers: peppers, secret, previousSecret } = config
  const secrets = previousSecret === null ? [secret] : [secret, previousSecret]
  const means = { peppers, secrets, fetch, now, sleep, log }
  try {
    const adoption = await withTimeout(adoptKey(presented, means), TIMEOUT_MS)
    return adoption === 'throttled' ? err(throttled()) : ok(adoption === 'adopted')
  } catch (error) {
    log({ event: 'adoption_failed', error: errorName(error) })
    return err(refuse('verification_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS }))
  }
}

function throttled(): Refusal {
  return refuse('rate_limited', {
    detail: 'Too many wrong keys that begin like this one.',
    evidence: { limit: 'failed-authentication' },
    retryAfterSeconds: THROTTLED_SECONDS,
  })
}
