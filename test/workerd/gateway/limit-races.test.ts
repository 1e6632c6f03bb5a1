// Requests that look for tokens in the very moment in which another one's answer arrives. Steps of one isolate interleave at each
// await, so the other request is started after every number of them.
import { describe, expect, test } from 'vitest'
import type { CompiledConfig } from '../../../src/gateway/compiled-config.ts'
import { takeBudget } from '../../../src/gateway/budget.ts'
import type { Trace } from '../../../src/gateway/record.ts'
import type { TakeAnswer, TakeCall } from '../../../src/limits/rpc.ts'
import type { LimitFacts } from '../../../src/model/limits.ts'
import { createTestGateway, type TestGateway } from '../../support/gateway-deps.ts'
import { keyFacts, routeFacts } from '../../support/facts.ts'

const limit: LimitFacts = {
  name: 'api',
  limit: 1,
  periodSeconds: 3_600,
  burst: 1,
  per: 'key',
  enforcement: 'leased',
  algorithm: 'gcra',
  onOutage: 'deny',
}
const key = keyFacts({ planId: 'plan_1' })
const route = routeFacts()

/** Takes the budget of one request. @returns how to give it back; null: refused */
async function take(gateway: TestGateway, config: CompiledConfig): Promise<(() => void) | null> {
  // takeBudget writes into it which limits bind, and reads nothing.
  const trace = { draws: [] } as unknown as Trace
  const budget = await takeBudget({ key, readAt: 0 }, route, config, trace, gateway.deps)
  return budget.ok ? budget.value.giveBack : null
}

function configOf(...limits: readonly LimitFacts[]): CompiledConfig {
  const plan = { id: 'plan_1', name: 'Plan', limits, quotas: [] }
  return { plans: new Map([[plan.id, plan]]) } as unknown as CompiledConfig
}

/** A limiter that gives each first caller its cost and nobody anything after that, and says when it has answered. */
function createGateway(answered: () => void): TestGateway {
  const gateway = createTestGateway()
  const asked = new Set<string>()
  // All that are asked at once answer at once.
  const answers = scheduler.wait(5)
  gateway.deps.sleep = () => scheduler.wait(1)
  gateway.deps.limiter = (name) => ({
    record: async () => undefined,
    async take({ requests }: TakeCall): Promise<readonly TakeAnswer[]> {
      await answers
      const isFirst = !asked.has(name)
      asked.add(name)
      answered()
      return requests.map((asks) => ({
        ok: isFirst,
        standings: asks.map((ask) => standing(ask.rule.name, isFirst, ask.as)),
      }))
    },
  })
  return gateway
}

function standing(name: string, isFirst: boolean, as: 'spend' | 'hold') {
  const isHeld = isFirst && as === 'hold'
  return {
    name,
    granted: isHeld ? 1 : 0,
    lease: isHeld ? 7 : 0,
    ttlMs: 1_000,
    leaseMs: 1_000,
    remaining: 0,
    resetMs: 3_600_000,
    againMs: null,
    retryMs: isFirst ? 0 : 3_600_000,
    emptyMs: 3_600_000,
  }
}

async function steps(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve()
}

describe.each(Array.from({ length: 30 }, (_, i) => i))('%d steps after an answer', (count) => {
  test.each(['exact', 'leased'] as const)(
    'nobody takes what was held for another request: %s',
    async (enforcement) => {
      const config = configOf(
        { ...limit, enforcement },
        { ...limit, enforcement, name: 'all', per: 'project' },
      )
      const late: Promise<(() => void) | null>[] = []
      const gateway = createGateway(() => {
        late.push(steps(count).then(() => take(gateway, config)))
      })
      const first = await take(gateway, config)
      const others = await Promise.all(late)
      expect([first, ...others].filter((giveBack) => giveBack !== null)).toHaveLength(1)
    },
  )
})
