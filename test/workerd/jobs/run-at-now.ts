// Scheduled work at `NOW`, where the feed cannot be reached.
import type { JobDeps } from '../../../src/jobs/deps.ts'
import { runScheduled } from '../../../src/jobs/scheduled.ts'
import { fails } from '../control/wrap.ts'
import { databases, NOW } from '../store/rows.ts'

export function runAtNow(changes: Partial<JobDeps> = {}): Promise<void> {
  return runScheduled({
    databases,
    publish: fails('injected'),
    refusalHours: 24,
    addressDays: 30,
    now: () => NOW,
    log: () => {},
    ...changes,
  })
}
