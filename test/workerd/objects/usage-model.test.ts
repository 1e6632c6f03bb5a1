// Any order of batches, repeats, restarts, kills in the middle of a flush, failing and late writes, and clocks that move
// and differ: D1 never says more than was counted, and after a flush that succeeds it says all of it. The oracle is a map.
import { env } from 'cloudflare:workers'
import { applyD1Migrations } from 'cloudflare:test'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { UsageBucket } from '../../../src/limits/buckets.ts'
import type { UsageBatch } from '../../../src/limits/usage.ts'
import { never } from '../../support/feed-objects.ts'
import { aCount, usageIn } from '../../support/usage.ts'
import { usageObject, type UsageObject } from '../../support/usage-object.ts'

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

/** For how long an isolate repeats a batch. */
const REPEATED_FOR_MS = 43_200_000

const GRAINS = ['minute', 'hour', 'day']
const OUTCOMES = ['passed', 'origin_error', 'rate_limited'] as const

const counts = fc.array(
  fc.record({
    keyId: fc.constantFrom('key_1', 'key_2', ''),
    outcome: fc.constantFrom(...OUTCOMES),
    count: fc.integer({ min: 1, max: 9 }),
    /** How far the clock of the isolate is from the object's. */
    awayMs: fc.constantFrom(0, 0, 0, -60_000, -3_600_000, -200_000_000, 60_000, 7_200_000),
  }),
  { minLength: 1, maxLength: 4 },
)

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('add'), holder: fc.integer({ min: 1, max: 3 }), counts }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('repeat'), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flush') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush half'), rows: fc.nat({ max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill in a flush'), rows: fc.nat({ max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('write late'), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass time'),
      ms: fc.constantFrom(1_000, 61_000, 700_000, 3_600_000, 90_000_000, -30_000, -3_600_000),
    }),
  },
)

type Command = Partial<{
  do: string
  holder: number
  which: number
  rows: number
  ms: number
  counts: readonly { keyId: string; outcome: (typeof OUTCOMES)[number]; count: number; awayMs: number }[]
}>

class World {
  readonly organization = `org_${crypto.randomUUID()}`
  readonly object: UsageObject = usageObject(this.organization)
  readonly counted = new Map<string, number>()
  readonly #batches: (UsageBatch & { readonly madeAt: number })[] = []
  readonly #writes: (readonly UsageBucket[])[] = []

  async run({
    do: what,
    holder = 1,
    which = 0,
    rows = 0,
    ms = 0,
    counts: given = [],
  }: Command): Promise<void> {
    if (what === 'add') await this.#add(`isolate ${holder}`, given)
    if (what === 'repeat') await this.#repeat(which)
    if (what === 'flush') await this.flush()
    if (what === 'flush half') await this.#flushHalf(rows, () => Promise.reject(new Error('injected')))
    if (what === 'kill in a flush') await this.#flushHalf(rows, never)
    if (what === 'write late') await this.#writeLate(which)
    if (what === 'restart') this.object.restart()
    if (what === 'pass time') this.object.clock.ms += ms
  }

  async flush(): Promise<void> {
    this.object.write = this.object.writeToD1
    this.object.clock.ms += 600_000
    await this.object.run((limiter) => limiter.alarm())
  }

  async stored(grain: string): Promise<ReadonlyMap<string, number>> {
    const sums = new Map<string, number>()
    for (const { key_id: key, outcome, count } of await usageIn(this.organization, grain))
      sums.set(`${key} ${outcome}`, (sums.get(`${key} ${outcome}`) ?? 0) + count)
    return sums
  }

  async #add(holder: string, given: NonNullable<Command['counts']>): Promise<void> {
    const { ms: now } = this.object.clock
    const made = given.map(({ awayMs, ...count }) => {
      const at = now + awayMs
      return aCount({ ...count, minuteMs: at - (at % 60_000), lastAtMs: at })
    })
    for (const { keyId, outcome, count } of made)
      this.counted.set(`${keyId} ${outcome}`, (this.counted.get(`${keyId} ${outcome}`) ?? 0) + count)
    const batch = { organizationId: this.organization, holder, seq: this.#batches.length + 1, counts: made }
    this.#batches.push({ ...batch, madeAt: now })
    await this.object.run((limiter) => limiter.record(batch))
  }

  async #repeat(which: number): Promise<void> {
    const batch = this.#batches[which % this.#batches.length]
    if (batch === undefined || this.object.clock.ms - batch.madeAt > REPEATED_FOR_MS) return
    await this.object.run((limiter) => limiter.record(batch))
  }

  // `rows` of what is to be written reach D1, and then the flush fails, or its object is gone.
  async #flushHalf(rows: number, then: () => Promise<never>): Promise<void> {
    const { promise: reached, resolve } = Promise.withResolvers<null>()
    this.object.write = async (organization, buckets) => {
      this.#writes.push(buckets)
      await this.object.writeToD1(organization, buckets.slice(0, rows))
      resolve(null)
      return then()
    }
    this.object.clock.ms += 600_000
    await this.object.run((limiter) => Promise.race([limiter.alarm(), reached]))
    this.object.restart()
  }

  async #writeLate(which: number): Promise<void> {
    const buckets = this.#writes[which % this.#writes.length]
    if (buckets !== undefined) await this.object.writeToD1(this.organization, buckets)
  }
}

test('D1 never says more than was counted, and all of it after a flush', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (commands) => {
      const world = new World()
      for (const each of commands) {
        await world.run(each)
        for (const grain of GRAINS)
          for (const [name, sum] of await world.stored(grain))
            expect(sum).toBeLessThanOrEqual(world.counted.get(name) ?? 0)
      }
      world.object.clock.ms += 200_000_000
      await world.flush()
      for (const grain of GRAINS) expect(await world.stored(grain)).toEqual(world.counted)
    }),
    { numRuns: 40 },
  )
})
