// Many isolates against one subject, in virtual time: the gateway's own code for budgets on the real counters, requests that arrive
// at random, and a network that takes as long as a region away.
import type { RemoteTake } from '../../test/support/limit-model/surroundings.ts'
import { inWorld } from '../../test/support/limit-model/run.ts'
import type { World } from '../../test/support/limit-model/world.ts'
import { Luck, type Fate } from '../../test/support/model/luck.ts'
import { passLoad, type Load } from './arrivals.ts'

export type Enforcement = 'leased' | 'exact'

export interface Outcome {
  readonly requests: number
  readonly admitted: number
  /** Answered without waiting for anybody. */
  readonly warm: number
  readonly objectCalls: number
  /** Tokens beyond burst + t * limit / period in the worst interval. */
  readonly pastBound: number
}

const ROUND_TRIP_MS = 20

/** `greedy`: they take a lease for twice what it is. */
export type Isolates = 'sound' | 'greedy'

export function simulate(
  load: Load,
  enforcement: Enforcement,
  kind: Isolates,
  seed: number,
): Promise<Outcome> {
  const { limit, periodSeconds, isolates } = load
  const rule = { algorithm: 'gcra', limit, periodSeconds, burst: limit, per: 'key', enforcement } as const
  const schedule = {
    seed,
    isolateSkewsMs: Array.from({ length: isolates }, () => 0),
    objectSkewMs: 0,
    awayMs: 0,
    plans: [{ limits: [rule], quota: null }],
    commands: [],
  }
  return inWorld(schedule, kind === 'sound' ? {} : { remote: doubled }, (world) => under(load, world, seed))
}

function doubled(take: RemoteTake): RemoteTake {
  return async (call) => {
    const answers = await take(call)
    return answers.map(({ ok, standings }) => ({
      ok,
      standings: standings.map((one) => ({ ...one, granted: 2 * one.granted })),
    }))
  }
}

async function under(load: Load, world: World, seed: number): Promise<Outcome> {
  const tally = { requests: 0, admitted: 0, warm: 0 }
  const { timeline } = world
  await passLoad(load, timeline, seed, (i) => {
    const begunMs = timeline.nowMs
    tally.requests++
    world.request(world.isolate(i), { key: 0, cost: 1, goesOut: true }, new SteadyLuck(), (outcome) => {
      if (outcome === 'passed') tally.admitted++
      if (timeline.nowMs === begunMs) tally.warm++
    })
  })
  return { ...tally, objectCalls: world.limiters.calls, pastBound: world.ledger.excess() }
}

class SteadyLuck extends Luck {
  constructor() {
    super([], [])
  }

  override nextFate(): Fate {
    return { delayMs: ROUND_TRIP_MS / 2, outcome: 'arrives' }
  }
}
