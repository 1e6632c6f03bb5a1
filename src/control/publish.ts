// Puts a committed change into the invalidation feed while the caller waits. What fails here is not lost: its outbox row
// is published by the next scheduled run.
import type { ChangeName, Published } from '../feed/change.ts'
import { err, ok, type Result } from '../result.ts'
import { withTimeout } from '../timeout.ts'
import type { ControlDeps } from './deps.ts'

/** Before each attempt, milliseconds. */
const PAUSES_MS = [0, 250, 1_000]
/** A hub that is silent for longer has failed. Fails closed: the caller is told that the change is not in force yet. */
const ATTEMPT_TIMEOUT_MS = 3_000

/** Publishes, trying again where that can help. The error is the last attempt's. */
export async function publishInline(
  { publish, sleep }: Pick<ControlDeps, 'publish' | 'sleep'>,
  changes: readonly ChangeName[],
): Promise<Result<Published, unknown>> {
  let failure: unknown
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await sleep(pauseMs)
    try {
      return ok(await withTimeout(publish(changes), ATTEMPT_TIMEOUT_MS))
    } catch (error) {
      failure = error
      if (isOverloaded(error)) break
    }
  }
  return err(failure)
}

// Cloudflare's documentation of Durable Objects: trying an overloaded object again only makes it worse.
function isOverloaded(error: unknown): boolean {
  return error instanceof Error && 'overloaded' in error && error.overloaded === true
}
