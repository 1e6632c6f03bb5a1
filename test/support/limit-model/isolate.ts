// An isolate of the gateway as far as budgets go: its memory, its clock, and the way to the limiters.
import type { CompiledConfig } from '../../../src/gateway/compiled-config.ts'
import type { GatewayDeps } from '../../../src/gateway/deps.ts'
// Loaded by the first request that needs it, which would take time that is not the model's.
// oxlint-disable-next-line import/no-unassigned-import -- for what it does
import '../../../src/gateway/ask-limiter.ts'
// oxlint-disable-next-line import/no-unassigned-import -- for what it does
import '../../../src/gateway/limiter-outage.ts'
import { POLL_MS } from '../../../src/gateway/limiter-turn.ts'
import { createMemory } from '../../../src/gateway/memory.ts'
import type { KeyFacts, PlanFacts } from '../../../src/model/snapshot.ts'
import { keyFacts } from '../facts.ts'
import { createLine, type Line } from '../model/network.ts'
import type { Party } from '../model/timeline.ts'
import { PLAN_ID } from './plans.ts'
import type { World } from './world.ts'

export interface Isolate {
  readonly party: Party
  readonly line: Line
  /** Those of an earlier generation never ring: the requests that set them were ended. */
  readonly timers: { generation: number }
  readonly deps: GatewayDeps
  /** Its own copies: two keys of one project, and one of another, all of one organization. */
  readonly keys: readonly KeyFacts[]
  config: CompiledConfig
}

const KEYS: readonly Partial<KeyFacts>[] = [
  { id: 'key_a', lineage: 'key_a', projectId: 'prj_1', planId: PLAN_ID },
  { id: 'key_b', lineage: 'key_b', projectId: 'prj_1', planId: PLAN_ID },
  { id: 'key_c', lineage: 'key_c', projectId: 'prj_2', planId: PLAN_ID },
]

type LimitDeps = Pick<
  GatewayDeps,
  'newRequestId' | 'memory' | 'limiter' | 'sleep' | 'now' | 'random' | 'log' | 'waitUntil'
>

let isolates = 0

export function createIsolate(skewMs: number, plan: PlanFacts, world: World): Isolate {
  const { timeline, surroundings } = world
  const party = { skewMs, isAlive: true }
  const line = createLine()
  const timers = { generation: 0 }
  const now = () => timeline.clockOf(party)
  const deps: LimitDeps = {
    memory: createMemory(),
    newRequestId: () => `isolate_${++isolates}`,
    limiter: (name) => ({
      take: surroundings.remote((call) => world.ask(name, call, line), now),
      record: async () => undefined,
    }),
    sleep: async (ms) => {
      if (ms <= POLL_MS) return timeline.sleep(ms)
      const { generation } = timers
      await timeline.sleep(ms)
      if (surroundings.timers === 'are lost' || generation !== timers.generation) await NEVER
    },
    now,
    random: () => 0,
    log: () => undefined,
    waitUntil: (promise) => void promise.catch((error: unknown) => world.fail(error)),
  }
  return { party, line, timers, deps: deps as GatewayDeps, keys: KEYS.map(keyFacts), config: configOf(plan) }
}

const NEVER = new Promise<never>(() => {})

export function configOf(plan: PlanFacts): CompiledConfig {
  return { plans: new Map([[PLAN_ID, plan]]) } as unknown as CompiledConfig
}
