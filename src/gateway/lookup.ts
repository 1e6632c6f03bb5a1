// Steps 3 and 4: from the text of a credential to what is known of its key. Memory first, and only a key with true
// check digits may cost a read of storage.
import { usable } from '../feed/usable.ts'
import { hasValidCheck } from '../keys/check.ts'
import { digestKey } from '../keys/digest.ts'
import { parseKey } from '../keys/format.ts'
import type { KeyFacts, KeySnapshot } from '../model/snapshot.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { getKeyCopy, putKeyCopy } from '../store/edge.ts'
import { readCopy, REFRESH_AT, refreshBehind } from './copies.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { GatewayDeps } from './deps.ts'

/** `strict`: a route that asks D1's primary for every request, and refuses when D1 does not answer. */
export type Freshness = 'strict' | 'bounded'

/** How long "no such key" may be believed. */
export const ABSENCE_MAX_AGE_MS = 10_000

/** How long an address with a failed look-up is asked of the failures limiter; the limiter's own period. */
const FAILURE_MEMORY_MS = 60_000

/**
 * Finds the key of a credential.
 * @param text as sent
 * @param address the client's, null when unknown
 */
export async function findKey(
  text: string,
  address: string | null,
  freshness: Freshness,
  config: CompiledConfig,
  deps: GatewayDeps,
): Promise<Result<KeyFacts, Refusal>> {
  const parsed = parseKey(text, config.snapshot.settings.legacyPrefixes)
  if (parsed === null) return err(refuse('key_malformed'))
  const hash = await digestKey(text)
  const held = freshness === 'strict' ? null : heldSnapshot(hash, deps)
  // A hash in memory was checked when it got there: the warm path costs one digest and no HMAC.
  if (held !== null) return known(held)
  if (parsed.format === 'native' && !(await hasValidCheck(config.checkSecrets, parsed.body, parsed.check))) {
    return err(refuse('key_malformed'))
  }
  const refusal = await refuseFailingAddress(address, deps)
  if (refusal !== null) return err(refusal)
  const read = await loadKey(hash, freshness === 'strict' ? 'primary' : deps.config.snapshotMaxAgeMs, deps)
  if (!read.ok) return read
  if (read.value.key === null && address !== null) deps.memory.failedAddresses.set(address, deps.now())
  return known(read.value)
}

function known(snapshot: KeySnapshot): Result<KeyFacts, Refusal> {
  return snapshot.key === null ? err(refuse('key_unknown')) : ok(snapshot.key)
}

function heldSnapshot(hash: string, deps: GatewayDeps): KeySnapshot | null {
  const now = deps.now()
  const maxAgeMs = deps.config.snapshotMaxAgeMs
  const held = deps.memory.keys.get(hash)
  if (held !== undefined && usable(held, maxAgeMs, now)) {
    if (now - held.readAt > maxAgeMs * REFRESH_AT)
      refreshBehind(hash, deps, () => loadKey(hash, maxAgeMs / 2, deps))
    return held
  }
  const absent = deps.memory.absences.get(hash)
  return absent !== undefined && usable(absent, ABSENCE_MAX_AGE_MS, now) ? absent : null
}

/** @param maxAgeMs of a KV copy that will do; `primary`: none will, D1 is asked */
async function loadKey(
  hash: string,
  maxAgeMs: number | 'primary',
  deps: GatewayDeps,
): Promise<Result<KeySnapshot, Refusal>> {
  const read = await readCopy(
    {
      what: 'key',
      maxAgeMs: maxAgeMs === 'primary' ? 0 : maxAgeMs,
      fromKv: async () =>
        maxAgeMs === 'primary' ? null : getKeyCopy(deps.kv, hash, deps.config.snapshotMaxAgeMs),
      fromD1: (stamp) => deps.readKey(hash, stamp),
      // An absence stays in memory: in KV it would outlive the creation of its key at every other place. A strict route
      // would write at every request, where KV takes one write a second.
      toKv: async (copy) =>
        copy.key === null || maxAgeMs === 'primary'
          ? undefined
          : putKeyCopy(deps.kv, copy, deps.config.snapshotMaxAgeMs),
    },
    deps,
  )
  if (read.ok) remember(read.value, deps)
  return read
}

function remember(snapshot: KeySnapshot, deps: GatewayDeps): void {
  const { keys, absences } = deps.memory
  // A slow reader must not put an older copy over a newer one.
  const held = keys.get(snapshot.hash) ?? absences.get(snapshot.hash)
  if (held !== undefined && held.readAt > snapshot.readAt) return
  if (snapshot.key === null) {
    keys.delete(snapshot.hash)
    absences.set(snapshot.hash, snapshot)
  } else {
    absences.delete(snapshot.hash)
    keys.set(snapshot.hash, snapshot)
  }
}

// Only an address that has just failed here is asked of the limiter: good clients never pay for it, and a client that
// shares an address with an attacker is refused only while its key is not yet in memory.
async function refuseFailingAddress(address: string | null, deps: GatewayDeps): Promise<Refusal | null> {
  if (address === null || deps.failures === null) return null
  const failedAt = deps.memory.failedAddresses.get(address)
  if (failedAt === undefined || deps.now() - failedAt > FAILURE_MEMORY_MS) return null
  // The limiter failing must not lock anybody out: it is a shield for storage, which can look after itself.
  const { success } = await deps.failures.limit({ key: address }).catch(() => ({ success: true }))
  if (success) return null
  return refuse('rate_limited', {
    detail: 'Too many unknown keys from this address.',
    evidence: { limit: 'failed-authentication' },
    retryAfterSeconds: FAILURE_MEMORY_MS / 1000,
  })
}
