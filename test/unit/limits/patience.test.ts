// Whoever asks a limiter that is far away, and over its limit, is told soon: nobody waits for others without end.
import { expect, test } from 'vitest'
import { inWorld } from '../../support/limit-model/run.ts'
import type { PlanChoice } from '../../support/limit-model/plans.ts'
import { Luck } from '../../support/model/luck.ts'

const LIMIT = { algorithm: 'gcra', limit: 100, periodSeconds: 1, burst: 60, per: 'key' } as const
const SECONDS = 8
const PER_SECOND = 125
/** What a request waits for others, and then for its own answer. */
const PATIENCE_MS = 2_500

function scheduleOf(awayMs: number, limits: PlanChoice['limits']) {
  const plans = [{ limits, quota: null }]
  return { seed: 1, isolateSkewsMs: [0], objectSkewMs: 0, awayMs, plans, commands: [] }
}

test.each([
  [60, 'leased', 0.9],
  [130, 'leased', 0.9],
  [60, 'exact', 0.9],
  // What a refusal says is half a second old when it comes, and speaks for all that wait.
  [600, 'exact', 0.4],
] as const)('%d ms away: %s', { timeout: 60_000 }, async (awayMs, enforcement, share) => {
  await inWorld(scheduleOf(awayMs, [{ ...LIMIT, enforcement }]), {}, async (world) => {
    const waitedMs: number[] = []
    let passed = 0
    for (let i = 0; i < PER_SECOND * SECONDS; i++) {
      const askedAtMs = world.timeline.nowMs
      world.request(world.isolate(0), { key: 0, cost: 1, goesOut: true }, new Luck([], []), (outcome) => {
        waitedMs.push(world.timeline.nowMs - askedAtMs)
        if (outcome === 'passed') passed++
      })
      await world.pass(1000 / PER_SECOND)
    }
    await world.pass(PATIENCE_MS)
    expect(waitedMs).toHaveLength(PER_SECOND * SECONDS)
    expect(Math.max(...waitedMs)).toBeLessThan(PATIENCE_MS)
    // Of what the limit lets pass in this time.
    expect(passed).toBeGreaterThan(share * (LIMIT.burst + LIMIT.limit * SECONDS))
    expect(world.failure ?? world.ledger.breach()).toBeNull()
  })
})
