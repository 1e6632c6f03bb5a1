// Step 6: the budget of a request. While the isolate holds tokens of every limit that binds, they are spent here and nobody is
// asked; anything else (asking the limiter, refusing, an outage) is in ask-limiter.ts, which is loaded when it is needed.
import type { RouteFacts } from '../model/snapshot.ts'
import { refuse, type Refusal } from '../problem.ts'
import { lazy } from '../lazy.ts'
import { err, ok, type Result } from '../result.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { GatewayDeps } from './deps.ts'
import type { FoundKey } from './lookup.ts'
import { drawsOf } from './draws.ts'
import type { Trace } from './record.ts'
import { canSpend, isRefused, spend, unspend } from './holding.ts'
import { isResting, type Draw, type Subject } from './subject.ts'

export interface Budget {
  /** For a request that does not go out after all. */
  readonly giveBack: () => void
}

const UNLIMITED: Budget = { giveBack: () => undefined }

const asking = lazy(() => import('./ask-limiter.ts'))
const calling = lazy(() => import('./limiter-call.ts'))

/** A lease with less than this share left, of its tokens or its time, is renewed behind the request that notices. */
const RENEW_AT = 0.5

export function takeBudget(
  found: Pick<FoundKey, 'key' | 'readAt'> | null,
  route: RouteFacts,
  config: CompiledConfig,
  trace: Trace,
  deps: GatewayDeps,
): Result<Budget, Refusal> | Promise<Result<Budget, Refusal>> {
  trace.draws = []
  const planId = found?.key.planId ?? null
  if (found === null || planId === null) return ok(UNLIMITED)
  const { key } = found
  const plan = config.plans.get(planId)
  if (plan === undefined) return err(UNKNOWN_PLAN)
  const now = deps.now()
  const { cost } = route
  const draws = drawsOf(key, plan, route, deps.memory, now)
  trace.draws = draws
  if (draws.length === 0) return ok(UNLIMITED)
  const refusing = draws.filter(({ holding }) => isRefused(holding, cost, now))
  // Of a request that one limit refuses, the others need no lease: a key that is refused over and over takes nothing from its project.
  for (const { holding } of refusing.length > 0 ? refusing : draws) holding.asked += cost
  if (refusing.length > 0 || (cost > 0 && !draws.every(({ holding }) => canSpend(holding, cost, now))))
    return askedFor(draws, cost, deps)
  let spentAt = 0
  for (const { holding } of draws) spentAt = spend(holding, cost)
  renewBehind(draws, now, deps)
  return ok({ giveBack: () => draws.forEach(({ holding }) => unspend(holding, cost, spentAt)) })
}

// The plan may be younger than the copy of the configuration, which will be renewed within the bound: until then its limits are not
// known, and what they refuse must not pass. Nor where it is gone for good: plans that keys have are not deleted.
export const UNKNOWN_PLAN: Refusal = refuse('verification_unavailable', { retryAfterSeconds: 1 })

// A client that goes away ends its invocation, and with it what was held for it would be held for as long as this isolate goes on
// asking, spent by nobody: what has begun comes to its end all the same.
function askedFor(draws: readonly Draw[], cost: number, deps: GatewayDeps): Promise<Result<Budget, Refusal>> {
  const asked = ask(draws, cost, deps)
  deps.waitUntil(asked.catch(() => undefined))
  return asked
}

async function ask(
  draws: readonly Draw[],
  cost: number,
  deps: GatewayDeps,
): Promise<Result<Budget, Refusal>> {
  const { askLimiters } = await asking()
  return askLimiters(draws, cost, deps)
}

function renewBehind(draws: readonly Draw[], now: number, deps: GatewayDeps): void {
  for (const { facts, holding, subject } of draws) {
    const isYoung = now < holding.untilMs - holding.leaseMs * RENEW_AT
    const isFull = holding.tokens > holding.ratePerMs * holding.leaseMs * RENEW_AT
    if (
      holding.lease === 0 ||
      facts.enforcement === 'exact' ||
      holding.scarce === 'to renew' ||
      (isYoung && isFull) ||
      subject.askingSince !== 0 ||
      isResting(subject, now)
    )
      continue
    subject.askingSince = now
    deps.waitUntil(renewed(draws, subject, deps))
  }
}

async function renewed(draws: readonly Draw[], subject: Subject, deps: GatewayDeps): Promise<void> {
  const { renew } = await calling()
  await renew(draws, subject, deps)
}
