// Deletes refusals that are older than REFUSAL_HOURS, and the oldest where there are too many.
import { pruneRefusals } from '../store/refusals.ts'
import type { JobDeps } from './deps.ts'

const HOUR_MS = 3_600_000
/** In one database. */
const MAX_KEPT = 10_000

/** Safe to run at any time, and to be stopped anywhere. */
export async function pruneOldRefusals({ databases, refusalHours, now }: JobDeps): Promise<void> {
  for (const shard of new Set([databases.primary, ...databases.shards]))
    await pruneRefusals(shard, now() - refusalHours * HOUR_MS, MAX_KEPT)
}
