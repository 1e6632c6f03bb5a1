// Broken assumptions of the control plane end here: logged under the request id, answered without a word of what broke.
import type { ErrorHandler } from 'hono'
import { notMigrated, refuse } from '../problem.ts'
import { isMissingSchema, rootCause } from '../store/failure.ts'
import type { ControlDeps, ControlEnv } from './deps.ts'
import { refused } from './refused.ts'

/** The one catch of the control plane. */
export const answerFailure: ErrorHandler<ControlEnv> = (error, c) => {
  if (isMissingSchema(error)) return refused(c, notMigrated())
  logFailure(c.env, 'control_failed', error)
  return refused(c, refuse('internal_error'))
}

/** Logs the innermost cause alone: the message of drizzle's own error holds the query's parameters. */
export function logFailure({ log, requestId }: ControlDeps, event: string, error: unknown): void {
  log({ event, request_id: requestId, error: describe(rootCause(error)) })
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return 'not an Error'
  return 'params' in cause ? cause.name : (cause.stack ?? cause.message)
}
