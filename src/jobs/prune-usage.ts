// Deletes usage that is older than its grain is kept for.
import type { UsageGrain } from '../model/vocabulary.ts'
import { pruneUsage } from '../store/usage.ts'
import type { JobDeps } from './deps.ts'

const DAY_MS = 86_400_000

const KEPT_MS: readonly (readonly [grain: UsageGrain, keptMs: number])[] = [
  ['minute', 2 * DAY_MS],
  ['hour', 90 * DAY_MS],
  ['day', 730 * DAY_MS],
]

/** In one statement. */
const MAX_ROWS = 5_000
/** Statements for one grain, shard and run; the next run goes on. */
const MAX_ROUNDS = 10

/** Safe to run at any time, and to be stopped anywhere. */
export async function pruneOldUsage({ databases, now }: JobDeps): Promise<void> {
  for (const shard of new Set([databases.primary, ...databases.shards]))
    for (const [grain, keptMs] of KEPT_MS) await pruneGrain(shard, grain, now() - keptMs)
}

async function pruneGrain(shard: D1Database, grain: UsageGrain, startedBefore: number): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++)
    if ((await pruneUsage(shard, grain, startedBefore, MAX_ROWS)) < MAX_ROWS) return
}
