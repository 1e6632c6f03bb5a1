// What a limiter is asked for: the cost of a request, and as much beyond it as the next ones are likely to need.
import type { Ask } from '../limits/rpc.ts'
import { leaseTtlMs } from '../policy/lease.ts'
import type { GatewayDeps } from './deps.ts'
import type { Holding } from './holding.ts'
import type { Draw, Want } from './subject.ts'
import { giveUp, nameOf } from './limiter-settling.ts'

/** How much longer than the way to its limiter a lease must be to be worth one. */
const LEASE_PER_ANSWER = 2
/** What came before an isolate first asked is not known: its rate is taken over no less than this. */
const MIN_COUNTED_MS = 500

/**
 * A limit that renews itself faster than a lease could last is exact, whatever it is called; and so is one whose leases would be
 * over, or nearly, when they come from far away: whoever waited for them would wait in vain.
 */
export function isLeased({ facts, rule, subject }: Draw): boolean {
  const ttlMs = leaseTtlMs(rule, null, 'pressed')
  return facts.enforcement !== 'exact' && ttlMs > 0 && ttlMs >= LEASE_PER_ANSWER * subject.answerMs
}

/** Asks for the requests of one call. Of a limit that several of them draw on, a lease is asked for once. */
export function asksOf(
  requests: readonly { readonly draws: readonly Draw[]; readonly want: Want }[],
  now: number,
  deps: GatewayDeps,
): readonly (readonly Ask[])[] {
  const asked = new Set<Holding>()
  return requests.map(({ draws, want }) =>
    draws.map((draw) => {
      const surplus = asked.has(draw.holding) ? 0 : surplusOf(draw, want, now)
      asked.add(draw.holding)
      return askOf(draw, want, surplus, deps)
    }),
  )
}

function askOf(
  { rule, subject, holding }: Draw,
  { cost, as }: Want,
  surplus: number,
  deps: GatewayDeps,
): Ask {
  const { owed } = holding
  const holder = nameOf(holding, subject, deps)
  Object.assign(holding, { owed: 0, askedAs: holder })
  return { rule, holder, cost, as, surplus, owed }
}

function surplusOf(draw: Draw, { cost }: Want, now: number): number {
  const { holding } = draw
  // Too little for this request: it goes back, or what is left for everybody would seem smaller than it is.
  if (cost > 0) giveUp(holding)
  countRate(holding, now)
  if (!isLeased(draw)) return 0
  // Rounded, so that who asks less than once in a lease has nothing to give back at its end.
  const wanted = Math.round(holding.ratePerMs * holding.leaseMs) - holding.tokens
  return Math.max(0, Math.min(wanted, Number.MAX_SAFE_INTEGER))
}

// Calls may follow each other faster than a rate can be told: until then it is no less than it was.
function countRate(holding: Holding, now: number): void {
  const countedMs = now - holding.countedSinceMs
  const rate = holding.asked / Math.max(MIN_COUNTED_MS, countedMs)
  const isEarly = countedMs >= 0 && countedMs < MIN_COUNTED_MS
  holding.ratePerMs = isEarly ? Math.max(holding.ratePerMs, rate) : rate
  if (!isEarly) Object.assign(holding, { asked: 0, countedSinceMs: now })
}
