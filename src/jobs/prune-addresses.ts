// Deletes addresses from which a key was not used for ADDRESS_DAYS.
import { pruneAddresses } from '../store/addresses.ts'
import type { JobDeps } from './deps.ts'

const DAY_MS = 86_400_000

/** Safe to run at any time, and to be stopped anywhere. */
export async function pruneOldAddresses({ databases, addressDays, now }: JobDeps): Promise<void> {
  for (const shard of new Set([databases.primary, ...databases.shards]))
    await pruneAddresses(shard, now() - addressDays * DAY_MS)
}
