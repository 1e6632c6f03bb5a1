// Deletes kept answers to idempotent writes that have expired.
import { pruneRecords } from '../store/idempotency.ts'
import type { JobDeps } from './deps.ts'

/** In one statement. */
const MAX_ROWS = 5_000
/** Statements for one run; the next run goes on. */
const MAX_ROUNDS = 10

/** Safe to run at any time, and to be stopped anywhere. */
export async function pruneKeptAnswers({ databases, now }: JobDeps): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++)
    if ((await pruneRecords(databases, now(), MAX_ROWS)) < MAX_ROWS) return
}
