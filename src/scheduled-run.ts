// Wires scheduled work to the bindings. Loaded when the cron trigger fires.
import { databasesOf, hubOf } from './bindings.ts'
import { readAddressDays, readRefusalHours } from './config.ts'
import type { JobDeps } from './jobs/deps.ts'
import { runScheduled } from './jobs/scheduled.ts'

/** Never throws. */
export function runJobs(env: Env, log: JobDeps['log']): Promise<void> {
  return runScheduled({
    databases: databasesOf(env),
    publish: (changes) => hubOf(env).publish(changes),
    refusalHours: readRefusalHours({ ...env }),
    addressDays: readAddressDays({ ...env }),
    now: Date.now,
    log,
  })
}
