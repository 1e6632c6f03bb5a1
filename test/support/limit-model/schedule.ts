// What a run does and how it goes wrong, as fast-check generates and shrinks it.
import * as fc from 'fast-check'
import type { Fate } from '../model/luck.ts'
import type { LimitChoice, PlanChoice, QuotaChoice } from './plans.ts'

type Action =
  | {
      readonly do: 'request'
      readonly isolate: number
      readonly key: number
      readonly cost: number
      /** So many at once. */
      readonly times: number
      /** False: it is given back. */
      readonly goesOut: boolean
    }
  | { readonly do: 'plan'; readonly isolate: number; readonly plan: number }
  | { readonly do: 'restart isolate'; readonly isolate: number }
  | { readonly do: 'cut'; readonly isolate: number; readonly ms: number }
  /** Requests are ended by their clients or by the platform: what they still had to do is never done. */
  | { readonly do: 'lose timers'; readonly isolate: number }
  | { readonly do: 'evict' }
  | { readonly do: 'step isolate'; readonly isolate: number; readonly ms: number }
  | { readonly do: 'step objects'; readonly ms: number }

export interface Command {
  /** Since the command before. */
  readonly pauseMs: number
  readonly action: Action
  /** Of the messages that follow from it, in order. */
  readonly fates: readonly Fate[]
}

export interface Schedule {
  readonly seed: number
  readonly isolateSkewsMs: readonly number[]
  readonly objectSkewMs: number
  /** How long each answer takes at least. */
  readonly awayMs: number
  /** Each isolate begins with the first. */
  readonly plans: readonly PlanChoice[]
  readonly commands: readonly Command[]
}

/** How far a clock may step the dangerous way: what the margin of a lease is there for. */
const MAX_STEP_MS = 200

const upTo = (max: number) => fc.nat({ max })
const between = (min: number, max: number) => fc.integer({ min, max })

const delayMs = fc.oneof(
  { weight: 6, arbitrary: between(1, 10) },
  { weight: 3, arbitrary: between(10, 950) },
  { weight: 1, arbitrary: between(950, 4_500) },
)

const fate: fc.Arbitrary<Fate> = fc.record({
  delayMs,
  outcome: fc.oneof(
    { weight: 8, arbitrary: fc.constant('arrives' as const) },
    { weight: 1, arbitrary: fc.constantFrom('lost' as const, 'fails' as const, 'twice' as const) },
  ),
})

const pauseMs = fc.oneof(
  { weight: 16, arbitrary: upTo(30) },
  { weight: 16, arbitrary: upTo(700) },
  { weight: 5, arbitrary: between(700, 4_000) },
  { weight: 1, arbitrary: between(4_000, 40_000) },
)

const enforcement = fc.constantFrom('leased' as const, 'leased' as const, 'exact' as const)
const per = fc.constantFrom('key' as const, 'project' as const, 'organization' as const)

const limit: fc.Arbitrary<LimitChoice> = fc
  .record({
    algorithm: fc.constantFrom('gcra' as const, 'gcra' as const, 'sliding_log' as const),
    limit: between(1, 20),
    periodSeconds: fc.constantFrom(1, 3, 10, 60),
    burst: between(1, 20),
    per,
    enforcement,
  })
  .map((choice) => (choice.algorithm === 'gcra' ? choice : { ...choice, burst: choice.limit }))

const quota: fc.Arbitrary<QuotaChoice> = fc.record({ limit: between(1, 20), per, enforcement })

const plan: fc.Arbitrary<PlanChoice> = fc
  .record({
    limits: fc.uniqueArray(limit, {
      minLength: 0,
      maxLength: 3,
      selector: ({ algorithm, per: whose }) => `${algorithm} ${whose}`,
    }),
    quota: fc.option(quota, { freq: 3 }),
  })
  .filter(({ limits, quota: one }) => limits.length > 0 || one !== null)

/** The same limits in other sizes. */
const plans: fc.Arbitrary<readonly PlanChoice[]> = fc
  .tuple(plan, fc.option(fc.tuple(between(1, 20), between(1, 20), fc.constantFrom(1, 2, 6)), { freq: 4 }))
  .map(([first, sizes]) => {
    if (sizes === null) return [first]
    const [size, burst, seconds] = sizes
    const limits = first.limits.map((one) =>
      one.algorithm === 'gcra'
        ? { ...one, limit: size, burst, periodSeconds: seconds }
        : { ...one, limit: size, burst: size },
    )
    return [first, { limits, quota: first.quota === null ? null : { ...first.quota, limit: size } }]
  })

const isolate = upTo(2)
const request = fc.record({
  do: fc.constant('request' as const),
  isolate,
  key: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: upTo(2) }),
  cost: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 2, arbitrary: upTo(5) }),
  times: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: between(2, 12) }),
  goesOut: fc.oneof(
    { weight: 8, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
})

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 24, arbitrary: request },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('plan' as const), isolate, plan: upTo(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart isolate' as const), isolate }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose timers' as const), isolate }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), isolate, ms: upTo(3_000) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'evict' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('step isolate' as const),
      isolate,
      ms: fc.oneof(between(-MAX_STEP_MS, 5_000), between(-90_000, -30_000)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('step objects' as const), ms: between(-5_000, MAX_STEP_MS) }),
  },
)

const command: fc.Arbitrary<Command> = fc.record({
  pauseMs,
  action,
  fates: fc.array(fate, { maxLength: 8, size: 'max' }),
})

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  seed: upTo(2 ** 31 - 1),
  isolateSkewsMs: fc.array(between(-90_000, 90_000), { minLength: 3, maxLength: 3 }),
  objectSkewMs: between(-90_000, 90_000),
  awayMs: fc.constantFrom(0, 0, 0, 60, 300, 700),
  plans,
  commands: fc.array(command, { maxLength: 40, size: 'max' }),
})

const BUSY_PLAN: PlanChoice = {
  limits: [{ algorithm: 'gcra', limit: 20, periodSeconds: 1, burst: 20, per: 'key', enforcement: 'leased' }],
  quota: null,
}

/** Two isolates on one limit that renews itself as fast as their leases end: what a guard is for happens soon. */
export const busySchedule: fc.Arbitrary<Schedule> = fc.record({
  seed: upTo(2 ** 31 - 1),
  isolateSkewsMs: fc.constant([0, 0]),
  objectSkewMs: fc.constant(0),
  awayMs: fc.constantFrom(0, 0, 130),
  plans: fc.constant([BUSY_PLAN]),
  commands: fc.array(
    fc.record({
      pauseMs: upTo(500),
      action: fc.record({
        do: fc.constant('request' as const),
        isolate: upTo(1),
        key: fc.constant(0),
        cost: fc.constantFrom(1, 1, 1, 4),
        times: between(1, 20),
        goesOut: fc.constant(true),
      }),
      fates: fc.array(fate, { maxLength: 6, size: 'max' }),
    }),
    { maxLength: 25, size: 'max' },
  ),
})
