// How much of a limit an isolate is given to spend on its own, for how long, and when it is refused instead.
//
// Tokens that are set aside are not charged and do not leak until the isolate says that it spent them, or its lease ends. So at
// any time what was charged and what is set aside together are no less than what has passed, and fit into the limit: leases cost
// admissions near the limit, never admit one too many. What they cost grows with the length of a lease, which is why that is
// bound to the time in which the limit renews itself.
import { capacityOf, type Rule } from './rule.ts'

/**
 * Of a lease that is a small part of what is left: it keeps nobody waiting, and a key that is used once in a while finds tokens. An
 * isolate lives on for 30 seconds behind its last answer, and has to give back within that time.
 */
const CALM_TTL_MS = 15_000
/** Of any other. */
const PRESSED_TTL_MS = 2_000
/** A lease that would be shorter is none: it would end before it saved a call. */
const MIN_TTL_MS = 50

/**
 * The limiter keeps tokens set aside for this much longer than the isolate may spend them, so that what comes back at the end
 * of a lease is on time.
 */
export const LEASE_MARGIN_MS = 500

/** Calls in a second from which a limiter gives no less than a quantum: few enough for pressure to be met before it hurts. */
const PRESSING_CALLS = 20

export type Ease = 'calm' | 'pressed'

/** @param active isolates that may want as much */
export function easeOf(left: number, wanted: number, active: number): Ease {
  return 2 * wanted * active <= left ? 'calm' : 'pressed'
}

/** What a limiter needs for one refused isolate, so that many of them leave it time for the others. */
const TURN_MS = 4

/**
 * How long tokens of this rule may be held.
 * @param leftOfWindowMs until a quota's window ends; null: it has none
 * @returns milliseconds; 0: they may not
 */
export function leaseTtlMs(rule: Rule, leftOfWindowMs: number | null, ease: Ease): number {
  const renewal = renewalMs(rule)
  const most = ease === 'calm' ? Math.min(CALM_TTL_MS, renewal) : Math.min(PRESSED_TTL_MS, renewal / 2)
  const ttl = Math.min(most, leftOfWindowMs ?? most)
  return ttl < MIN_TTL_MS ? 0 : Math.floor(ttl)
}

// In which a whole burst comes back, or a tenth of a window's log.
function renewalMs(rule: Rule): number {
  if (rule.kind === 'quota') return Infinity
  if (rule.limit === 0) return 0
  return rule.kind === 'gcra' ? (rule.burst * rule.periodMs) / rule.limit : rule.periodMs / 10
}

export interface Demand {
  readonly cost: number
  readonly surplus: number
  /** What is neither charged nor set aside. */
  readonly left: number
  readonly ttlMs: number
  /** Isolates that asked lately, this one among them. */
  readonly active: number
  /** Calls to this limiter within the last second. */
  readonly callsPerSecond: number
}

/** `enough: false`: refused, until `needed` tokens are there. */
export type Offer =
  { readonly enough: true; readonly surplus: number } | { readonly enough: false; readonly needed: number }

/**
 * What an isolate is offered: its share of what is left. Under pressure, when every token that comes back would be fetched by a
 * call of its own, it is offered no less than a quantum, its share of half a lease.
 */
export function decideOffer(rule: Rule, demand: Demand): Offer {
  const { cost, surplus, left, ttlMs, active } = demand
  if (left < cost) return { enough: false, needed: cost }
  const wanted = ttlMs === 0 ? 0 : surplus
  const least = quantumOf(rule, demand, wanted)
  if (least > left) return cost === 0 ? { enough: true, surplus: 0 } : { enough: false, needed: least }
  const share = Math.floor((left - cost) / (active + 1))
  return { enough: true, surplus: Math.min(wanted, left - cost, Math.max(least - cost, share)) }
}

// A quota never comes back within its window: waiting for a quantum of it would be waiting for nothing.
function quantumOf(rule: Rule, { cost, ttlMs, active, callsPerSecond }: Demand, wanted: number): number {
  if (rule.kind === 'quota' || callsPerSecond < PRESSING_CALLS) return cost
  const halfLease = Math.floor((rule.limit / rule.periodMs) * (ttlMs / 2 / active))
  return Math.max(cost, Math.min(cost + wanted, halfLease, Math.floor(capacityOf(rule) / active)))
}

/**
 * How long a refused isolate stays away beyond the time at which its tokens are there, so that not all of them come back at once.
 * @param random from 0 to 1
 * @returns milliseconds
 */
export function spreadMs(
  rule: Rule,
  { surplus, ttlMs, active, callsPerSecond }: Demand,
  needed: number,
  random: number,
): number {
  // Whoever wants no lease asks for each request anyway: of an exact limit nothing is refused that would fit.
  if (surplus === 0 || rule.kind === 'quota' || rule.limit === 0 || callsPerSecond < PRESSING_CALLS) return 0
  const untilAllHaveIt = Math.min(ttlMs, (active * needed * rule.periodMs) / rule.limit)
  return Math.max(untilAllHaveIt, active * TURN_MS) * (0.5 + random / 2)
}
