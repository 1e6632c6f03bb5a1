// The bound of leased budgets, put to the code: the real counters and the real step of a request, in a world in which only time,
// network and crashes are made up. LIMIT_MODEL_RUNS sets how many schedules are played.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BELTED, NEEDED } from '../../support/limit-model/guards.ts'
import { play, playAndRetry } from '../../support/limit-model/run.ts'
import { busySchedule, schedule, type Schedule } from '../../support/limit-model/schedule.ts'
import type { Surroundings } from '../../support/limit-model/surroundings.ts'

const { LIMIT_MODEL_RUNS } = process.env
const RUNS = Number(LIMIT_MODEL_RUNS ?? 1_000)
/** The same schedules each time, so that a change that breaks something is the one that fails; others where asked for. */
const SEED = LIMIT_MODEL_RUNS === undefined ? { seed: 1 } : {}
/** Schedules that a missing guard may need to show. */
const MAX_RUNS = 10_000
const TIMEOUT_MS = 3_600_000

/**
 * For each guard a seed that shows soon that it is missing, 1 where none is named. A path goes straight to the schedule: where schedules
 * have changed and it shows nothing any more, search without it.
 */
const SEEDS: Readonly<Record<string, { readonly seed: number; readonly path?: string }>> = {
  'an end of leases': { seed: 4 },
  'a margin, and a lease from before the call': { seed: 1, path: '2542' },
  'the totals that a limiter was told so far': { seed: 11 },
}

describe('whatever becomes of messages, isolates, clocks and objects', () => {
  test('no counter lets more pass than its limit, in any interval', { timeout: TIMEOUT_MS }, async () => {
    await fc.assert(kept(), { ...SEED, numRuns: RUNS })
  })

  test(
    'whoever waits as long as the Retry-After of a limit says passes it, when nobody else asks',
    { timeout: TIMEOUT_MS },
    async () => {
      const retried = fc.asyncProperty(fc.oneof(schedule, busySchedule), async (plan) => {
        // A clock that steps back has told too short a time.
        const commands = plan.commands.filter(({ action }) => !action.do.startsWith('step'))
        // Of several limits the one that is known to refuse answers for itself: the others are not asked.
        const plans = plan.plans
          .slice(0, 1)
          .map(({ limits, quota }) =>
            limits.length > 0 ? { limits: limits.slice(0, 1), quota: null } : { limits, quota },
          )
        expect(await playAndRetry({ ...plan, commands, plans })).toBeNull()
      })
      await fc.assert(retried, { ...SEED, numRuns: RUNS / 4 })
    },
  )
})

describe('every guard is needed', () => {
  test.each(Object.entries(NEEDED))(
    'finds too much passing without %s',
    { timeout: TIMEOUT_MS },
    async (guard, missing) => {
      const at = SEEDS[guard] ?? { seed: 1 }
      const found = await fc.check(kept(missing), { ...at, numRuns: MAX_RUNS, endOnFailure: true })
      const [plan] = found.counterexample ?? []
      if (plan === undefined) throw new Error('no counterexample')
      expect(await play(plan, missing)).toContain('too many pass')
    },
  )

  test.each(Object.entries(BELTED))(
    'or has a second belt: finds nothing without %s',
    { timeout: TIMEOUT_MS },
    async (_guard, missing) => {
      await fc.assert(kept(missing), { ...SEED, numRuns: RUNS / 2 })
    },
  )
})

function kept(surroundings: Partial<Surroundings> = {}): fc.IAsyncProperty<[Schedule]> {
  return fc.asyncProperty(fc.oneof(schedule, busySchedule), async (plan) => {
    expect(await play(plan, surroundings)).toBeNull()
  })
}
