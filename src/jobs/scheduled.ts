// What runs every minute. One job after the other, and one that fails keeps none of the others from running.
import { errorName } from '../error-name.ts'
import { completeRotations } from './complete-rotations.ts'
import { pruneOldAddresses } from './prune-addresses.ts'
import type { JobDeps } from './deps.ts'
import { pruneEndedSessions } from './prune-sessions.ts'
import { pruneOldRefusals } from './prune-refusals.ts'
import { pruneKeptAnswers } from './prune-idempotency.ts'
import { pruneOldUsage } from './prune-usage.ts'
import { prunePublished, publishOutbox } from './publish-outbox.ts'

const JOBS: Readonly<Record<string, (deps: JobDeps) => Promise<void>>> = {
  complete_rotations: completeRotations,
  publish_outbox: publishOutbox,
  prune_outbox: prunePublished,
  prune_usage: pruneOldUsage,
  prune_refusals: pruneOldRefusals,
  prune_addresses: pruneOldAddresses,
  prune_sessions: pruneEndedSessions,
  prune_kept_answers: pruneKeptAnswers,
}

/** Runs every job. Never throws. */
export async function runScheduled(deps: JobDeps): Promise<void> {
  for (const [job, run] of Object.entries(JOBS)) {
    try {
      await run(deps)
    } catch (error) {
      deps.log({ event: 'job_failed', job, error: errorName(error) })
    }
  }
}
