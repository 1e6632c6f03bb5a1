// What a run does and how it goes wrong, as fast-check generates and shrinks it.
import * as fc from 'fast-check'
import type { ChangeName } from '../../../src/feed/change.ts'
import { HASHES, SUBJECTS, type Hash } from './database.ts'
import type { Lines } from './isolate.ts'
import { LEASE_MS, LONGEST_LEASE_MS, RELAYS, SHORTEST_LEASE_MS, type RelayLines } from './keepers.ts'
import type { Fate } from '../model/luck.ts'
import { ROUTES, type Route } from './request.ts'

export const ISOLATES = 3

export type Action =
  | { readonly do: 'request'; readonly isolate: number; readonly key: Hash; readonly route: Route }
  | { readonly do: 'change'; readonly isolate: number; readonly name: ChangeName }
  | { readonly do: 'flood' }
  | {
      readonly do: 'cut isolate'
      readonly isolate: number
      readonly lines: readonly (keyof Lines)[]
      readonly ms: number
    }
  | {
      readonly do: 'cut relay'
      readonly relay: number
      readonly lines: readonly (keyof RelayLines)[]
      readonly ms: number
    }
  | { readonly do: 'restart isolate'; readonly isolate: number }
  | { readonly do: 'restart relay'; readonly relay: number }
  | { readonly do: 'restart hub'; readonly leaseMs: number }
  | { readonly do: 'wipe hub' }

export interface Command {
  /** Since the command before. */
  readonly pauseMs: number
  readonly action: Action
  /** Of the messages that follow from it, in order. */
  readonly fates: readonly Fate[]
  /** Which of KV's values its reads get: so many back from the newest. */
  readonly picks: readonly number[]
}

export interface Schedule {
  /** How wrong the clocks are: of the isolates by less than MAX_CLOCK_SKEW_MS from each other, of the objects by anything. */
  readonly isolateSkewsMs: readonly number[]
  readonly objectSkewsMs: readonly number[]
  readonly commands: readonly Command[]
}

const upTo = (max: number) => fc.nat({ max })
const between = (min: number, max: number) => fc.integer({ min, max })
const below = (count: number) => fc.nat({ max: count - 1 })

const delayMs = fc.oneof(
  { weight: 6, arbitrary: between(1, 10) },
  { weight: 3, arbitrary: between(10, 950) },
  { weight: 1, arbitrary: between(950, 4_500) },
)

const fate: fc.Arbitrary<Fate> = fc.record({
  delayMs,
  outcome: fc.oneof(
    { weight: 12, arbitrary: fc.constant('arrives' as const) },
    { weight: 2, arbitrary: fc.constantFrom('lost' as const, 'fails' as const) },
    { weight: 1, arbitrary: fc.constant('twice' as const) },
  ),
})

const pauseMs = fc.oneof(
  { weight: 16, arbitrary: upTo(30) },
  { weight: 16, arbitrary: upTo(1_500) },
  { weight: 5, arbitrary: between(1_500, 7_000) },
  { weight: 1, arbitrary: between(7_000, 70_000) },
  { weight: 1, arbitrary: between(600_000, 760_000) },
)

const cutMs = fc.oneof(upTo(3_000), upTo(20_000))
const CUTS: readonly (readonly (keyof Lines)[])[] = [
  ['relay'],
  ['relay', 'hub'],
  ['relay', 'hub'],
  ['relay', 'hub', 'd1'],
  ['d1'],
  ['kv'],
]

const RELAY_CUTS: readonly (readonly (keyof RelayLines)[])[] = [['pulls', 'pushes'], ['pushes'], ['pulls']]

const isolate = below(ISOLATES)
const relay = below(RELAYS)

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      isolate,
      key: fc.constantFrom(...HASHES),
      route: fc.constantFrom(...ROUTES),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('change' as const), isolate, name: fc.constantFrom(...SUBJECTS) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'flood' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cut isolate' as const),
      isolate,
      lines: fc.constantFrom(...CUTS),
      ms: cutMs,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cut relay' as const),
      relay,
      lines: fc.constantFrom(...RELAY_CUTS),
      ms: cutMs,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart isolate' as const), isolate }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart relay' as const), relay }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restart hub' as const),
      leaseMs: fc.constantFrom(LEASE_MS, SHORTEST_LEASE_MS, LONGEST_LEASE_MS),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'wipe hub' as const }) },
)

const command: fc.Arbitrary<Command> = fc.record({
  pauseMs,
  action,
  fates: fc.array(fate, { maxLength: 10, size: 'max' }),
  picks: fc.array(upTo(6), { maxLength: 3, size: 'max' }),
})

const isolateSkewMs = fc.oneof(between(-2_500, 2_500), fc.constantFrom(-2_500, 2_500))

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  isolateSkewsMs: fc.tuple(...Array.from({ length: ISOLATES }, () => isolateSkewMs)),
  objectSkewsMs: fc.tuple(...Array.from({ length: RELAYS + 1 }, () => between(-90_000, 90_000))),
  commands: fc.array(command, { maxLength: 40, size: 'max' }),
})
