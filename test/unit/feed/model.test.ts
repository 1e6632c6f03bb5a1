// The promise of the invalidation feed, put to the code: the real hub, relays and steps of a request, in a world in which
// only time, network, KV, D1 and crashes are made up. FEED_MODEL_RUNS sets how many schedules are played.
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { FOUND } from '../../support/feed-model/found.ts'
import { BELTED, NEEDED } from '../../support/feed-model/guards.ts'
import { play, playAndRecover } from '../../support/feed-model/run.ts'
import { schedule, type Schedule } from '../../support/feed-model/schedule.ts'
import { SOUND, type Surroundings } from '../../support/feed-model/surroundings.ts'

// Signing decides nothing here, and would take time that is not the model's.
vi.mock('../../../src/gateway/assertion.ts', () => ({ openSigner: async () => null }))
vi.spyOn(console, 'log').mockReturnValue()

const { FEED_MODEL_RUNS } = process.env
const RUNS = Number(FEED_MODEL_RUNS ?? 1_000)
/** The same schedules each time, so that a change that breaks something is the one that fails; others where asked for. */
const SEED = FEED_MODEL_RUNS === undefined ? { seed: 1 } : {}
/** Schedules that a missing guard may need to show. With its seed it needs a few hundred at most. */
const MAX_RUNS = 20_000
const TIMEOUT_MS = 3_600_000

/** For each guard one that shows soon that it is missing; any other does so too, later. */
const SEEDS: Readonly<Record<string, number>> = {
  'retention beyond the age of any copy': 8,
  'an age limit': 11,
  'a floor that rises where the log overflows': 4,
  'asOf from before the read': 3,
  'the primary of D1': 8,
  'a lease that ends': 12,
  'a lease that no push renews': 12,
  'the leases of before a restart': 3,
  'the leases of before a loss of storage': 8,
  'acknowledgement by position': 3,
  'syncedAt from before the sync': 7,
  'readAt of an own read only': 11,
  'D1 where the feed is not known': 4,
  'an epoch of each log': 5,
  'a writer that reads back': 10,
}

describe('whatever becomes of messages, copies, clocks and objects', () => {
  test.each(Object.entries(FOUND))('%s', async (_behaviour, found) => {
    expect(await playAndRecover(found)).toBeNull()
  })

  test(
    'no isolate admits on a state from before a change that is effective',
    { timeout: TIMEOUT_MS },
    async () => {
      await fc.assert(promisesKept(SOUND), { ...SEED, numRuns: RUNS })
    },
  )

  test('everybody is admitted once relay, hub or D1 can be reached', { timeout: TIMEOUT_MS }, async () => {
    const recovery = fc.asyncProperty(schedule, async (plan) => {
      expect(await playAndRecover(plan)).toBeNull()
    })
    await fc.assert(recovery, { ...SEED, numRuns: RUNS / 2 })
  })
})

describe('every guard is needed', () => {
  test.each(Object.entries(NEEDED))(
    'finds a counterexample without %s',
    { timeout: TIMEOUT_MS },
    async (guard, missing) => {
      const seed = SEEDS[guard] ?? 1
      const found = await fc.check(promisesKept(missing), { seed, numRuns: MAX_RUNS, endOnFailure: true })
      const [plan] = found.counterexample ?? []
      if (plan === undefined) throw new Error('no counterexample')
      expect(await play(plan, missing)).toContain('from before commit')
    },
  )

  test.each(Object.entries(BELTED))(
    'or has a second belt: finds none without %s',
    { timeout: TIMEOUT_MS },
    async (_guard, missing) => {
      await fc.assert(promisesKept(missing), { ...SEED, numRuns: RUNS / 2 })
    },
  )
})

function promisesKept(surroundings: Partial<Surroundings>): fc.IAsyncProperty<[Schedule]> {
  return fc.asyncProperty(schedule, async (plan) => {
    expect(await play(plan, surroundings)).toBeNull()
  })
}
