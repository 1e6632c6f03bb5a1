// How the limits of a request stand, without asking for anything: what this isolate holds and remembers. A limiter is not called,
// because it is made where it is called from first, and that is to be where the traffic is.
import type { LimitStanding } from '../model/explanation.ts'
import { capacityOf } from '../policy/rule.ts'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { UNKNOWN_PLAN } from './budget.ts'
import { drawsOf } from './draws.ts'
import type { Exchange } from './exchange.ts'
import { isRefused } from './holding.ts'
import { leftOf } from './limit-fields.ts'
import { refusedBy } from './limit-refusal.ts'
import type { KeyFacts, RouteFacts } from '../model/snapshot.ts'
import type { Draw } from './subject.ts'

/** The limits that bind a request. */
export function findDraws(
  key: KeyFacts | null,
  route: RouteFacts,
  { config, deps }: Exchange,
): Result<readonly Draw[], Refusal> {
  if (key === null || key.planId === null) return ok([])
  const plan = config.plans.get(key.planId)
  return plan === undefined ? err(UNKNOWN_PLAN) : ok(drawsOf(key, plan, route, deps.memory, deps.now()))
}

/** The refusal that is certain here and now: null says that nothing known refuses. */
export function knownRefusal(draws: readonly Draw[], cost: number, now: number): Refusal | null {
  const refusing = draws.filter((draw) => isRefused(draw.holding, cost, now) || isTooDear(draw, cost))
  return refusing.length === 0 ? null : refusedBy(refusing, cost, now)
}

export function standingOf(draw: Draw, cost: number): LimitStanding {
  const { facts, holding } = draw
  return {
    name: facts.name,
    per: facts.per,
    limit: facts.limit,
    cost,
    remaining: holding.isKnown ? leftOf(draw) : null,
    resetAtMs: holding.isKnown ? holding.resetAtMs : null,
  }
}

// More than can ever be there at once. On credit (`async`) it may pass all the same.
function isTooDear({ facts, rule }: Draw, cost: number): boolean {
  return facts.enforcement !== 'async' && cost > capacityOf(rule)
}
