// The copies in KV that the control plane itself renews. Only these two kinds: after a change of a whole organization, the
// copies of its keys are read again when somebody asks for them.
import type { ChangeName } from '../feed/change.ts'
import type { ReadStamp } from '../model/snapshot.ts'
import { putConfigCopy, putKeyCopy } from '../store/edge.ts'
import { readConfigSnapshot, readKeySnapshot } from '../store/snapshots.ts'
import { withTimeout } from '../timeout.ts'
import type { ControlDeps } from './deps.ts'
import { logFailure } from './failure.ts'

/** Fails open: a copy that was not renewed is condemned by the feed already, and is read again by whoever needs it. */
const TIMEOUT_MS = 5_000

/**
 * Reads what changed back from D1's primary and puts it into KV. Never the writer's own value: of two changes that are
 * published in the other order than they were committed, the first one published may be the one that is outdated.
 * @param stamp what was known of the feed before this call: every change up to it was committed before D1 is read here
 */
export async function renewCopy(deps: ControlDeps, change: ChangeName, stamp: ReadStamp): Promise<void> {
  try {
    await withTimeout(putCopy(deps, change, stamp), TIMEOUT_MS)
  } catch (error) {
    logFailure(deps, 'copy_not_renewed', error)
  }
}

async function putCopy(
  { databases, kv, config, random }: ControlDeps,
  { kind, subject }: ChangeName,
  stamp: ReadStamp,
): Promise<void> {
  if (kind === 'key')
    return putKeyCopy(kv, await readKeySnapshot(databases, subject, stamp), config.snapshotMaxAgeMs)
  if (kind === 'config') {
    const snapshot = await readConfigSnapshot(databases, stamp, config.secret, random)
    return putConfigCopy(kv, snapshot, config.snapshotMaxAgeMs)
  }
}
