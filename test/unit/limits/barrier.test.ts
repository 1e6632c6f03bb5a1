// Many requests at the same moment, and one token.
import { describe, expect, test } from 'vitest'
import { inWorld } from '../../support/limit-model/run.ts'
import type { Outcome } from '../../support/limit-model/world.ts'
import { Luck } from '../../support/model/luck.ts'

const AT_ONCE = 64

describe.each(['exact', 'leased'] as const)('%s', (enforcement) => {
  test.each([1, 8])('of 64 requests over %i isolates exactly 1 gets the last token', async (isolates) => {
    const limit = {
      algorithm: 'gcra',
      limit: 1,
      periodSeconds: 60,
      burst: 1,
      per: 'key',
      enforcement,
    } as const
    const schedule = {
      seed: 1,
      isolateSkewsMs: Array.from({ length: isolates }, () => 0),
      objectSkewMs: 0,
      awayMs: 0,
      plans: [{ limits: [limit], quota: null }],
      commands: [],
    }
    const outcomes = await inWorld(schedule, {}, async (world) => {
      const told: Outcome[] = []
      const request = { key: 0, cost: 1, goesOut: true }
      for (let i = 0; i < AT_ONCE; i++)
        world.request(world.isolate(i), request, new Luck([], []), (outcome) => told.push(outcome))
      await world.pass(5_000)
      return told
    })
    expect(outcomes).toHaveLength(AT_ONCE)
    expect(outcomes.filter((outcome) => outcome === 'passed')).toHaveLength(1)
  })
})
