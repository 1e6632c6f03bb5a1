// What an isolate learns of a limiter's answer: tokens, or a refusal and how long it lasts.
import type { Ask, Standing } from '../limits/rpc.ts'
import type { GatewayDeps } from './deps.ts'
import { forgetLease, forgetRefusals, rememberRefusal, type Holding } from './holding.ts'
import type { Draw } from './subject.ts'
import { close } from './limiter-settling.ts'

/** The call that is answered: when it was sent, and the how manyth it was. */
export interface Sent {
  readonly sentAt: number
  readonly order: number
}

/** @returns whether there are tokens that have to be brought back at the end of their lease */
export function learn(
  { subject, holding }: Draw,
  ask: Ask,
  standing: Standing,
  { sentAt, order }: Sent,
  { now: clock }: GatewayDeps,
): boolean {
  const now = clock()
  const { cost, as, holder } = ask
  const { granted, lease, ttlMs, leaseMs, remaining, resetMs, retryMs, againMs, emptyMs } = standing
  const resetAtMs = resetMs === null ? null : now + resetMs
  const scarce = scarcityOf(ask, standing)
  Object.assign(holding, { isKnown: true, unsure: 0, scarce, leaseMs, remaining, resetAtMs })
  if (retryMs !== 0) {
    rememberRefusal(holding, cost, {
      untilMs: retryMs === null ? null : now + retryMs,
      againAtMs: againMs === null ? Infinity : now + againMs,
    })
    return false
  }
  forgetRefusals(holding, cost)
  // Nothing is left to be charged: what comes next would pass on credit that it cannot pay.
  holding.emptyUntilMs = emptyMs === null ? null : now + emptyMs
  if (lease === 0) return false
  // Of a lease that another one has followed: what it brings is charged with that one, and totals of this one go on.
  if (holding.lease !== 0 && holding.lease !== lease && order < holding.adoptedFrom) return false
  // By another name: of the one from before the failure, the last word is said now. By the same: it has ended, and all of it is charged.
  if (holding.lease !== 0 && holding.heldAs !== holder) close(subject, holding, now)
  else if (holding.lease !== lease) forgetLease(holding)
  // What was held for a request is its own from the start: before its next step, others may look for tokens.
  const own = as === 'hold' && granted > 0 ? cost : 0
  const tokens = holding.tokens + granted - own
  // A lease that goes on is never made shorter; of one from before the clock stepped back, it is not known how long it is.
  const goesOnUntilMs = lease === holding.lease && holding.sinceMs <= sentAt ? holding.untilMs : 0
  const untilMs = Math.max(goesOnUntilMs, sentAt + ttlMs)
  const adoptedFrom = Math.max(order, holding.adoptedFrom)
  Object.assign(holding, { lease, heldAs: holder, tokens, sinceMs: sentAt, untilMs, adoptedFrom })
  return tokens + own > 0
}

function scarcityOf({ cost, as, surplus: wanted }: Ask, { granted, retryMs }: Standing): Holding['scarce'] {
  const surplus = as === 'hold' ? granted - cost : granted
  if (retryMs !== 0 || surplus * 2 >= wanted) return 'no'
  return surplus <= 0 && cost > 0 ? 'for all' : 'to renew'
}
