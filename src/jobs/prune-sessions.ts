// Deletes sessions and one-time links that have been over for a day. Until then a row shows, to whoever looks for it after
// an incident, which session it was; the audit trail keeps that for good.
import { EXPIRING, pruneExpired } from '../store/expired-access.ts'
import type { JobDeps } from './deps.ts'

const KEPT_MS = 86_400_000
/** In one statement. */
const MAX_ROWS = 5_000
/** Statements for one table, shard and run; the next run goes on. */
const MAX_ROUNDS = 10

/** Safe to run at any time, and to be stopped anywhere. A session that was ended early goes when it would have expired. */
export async function pruneEndedSessions({ databases, now }: JobDeps): Promise<void> {
  for (const shard of new Set([databases.primary, ...databases.shards]))
    for (const table of EXPIRING) await pruneAll(() => pruneExpired(shard, table, now() - KEPT_MS, MAX_ROWS))
}

async function pruneAll(prune: () => Promise<number>): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) if ((await prune()) < MAX_ROWS) return
}
