// One counter: a meter, and what isolates hold of it. Pure: each function gives the counter as it is afterwards.
import { advanceMeter, chargeMeter, leftOf, openMeter, type Meter } from '../policy/meter.ts'
import type { Charge } from '../policy/rate.ts'
import type { Rule } from '../policy/rule.ts'

/** Tokens set aside for an isolate. */
export interface Lease {
  readonly holder: string
  /** Named by settlements, so that what is said of a lease that ended is not taken for a later one. */
  readonly id: number
  /** Set aside still. */
  readonly tokens: number
  /** What its holder has said so far, in all. */
  readonly spent: number
  readonly returned: number
  /** Epoch milliseconds: then the tokens are charged, spent or not. */
  readonly endsAtMs: number
}

export interface Counter {
  readonly meter: Meter
  /** By holder. */
  readonly leases: ReadonlyMap<string, Lease>
}

const NO_LEASES: ReadonlyMap<string, Lease> = new Map()

/** @param now epoch milliseconds */
export function openCounter(rule: Rule, now: number): Counter {
  return { meter: openMeter(rule, now), leases: NO_LEASES }
}

/** The counter at `now`: the leases that ended have been charged, each at its end. */
export function advanceCounter({ meter, leases }: Counter, rule: Rule, now: number): Counter {
  const ended = pendingOf(leases, now)
  let at = meter
  for (const { atMs, tokens } of ended) at = chargeMeter(advanceMeter(at, at.rule, atMs), tokens)
  const left = ended.length === 0 ? leases : new Map([...leases].filter(([, { endsAtMs }]) => endsAtMs > now))
  return { meter: advanceMeter(at, rule, now), leases: left }
}

/** What is neither charged nor set aside. */
export function leftInCounter({ meter, leases }: Counter): number {
  let held = 0
  for (const { tokens } of leases.values()) held += tokens
  return Math.max(0, leftOf(meter) - held)
}

/** What is set aside, and when it will be charged: oldest first. @param until later ones are left out, epoch milliseconds */
export function pendingOf(leases: Counter['leases'], until = Infinity): readonly Charge[] {
  const pending: Charge[] = []
  for (const { endsAtMs, tokens } of leases.values())
    if (endsAtMs <= until) pending.push({ atMs: endsAtMs, tokens })
  return pending.sort((a, b) => a.atMs - b.atMs)
}

/**
 * When so many tokens may be there because others give back what they did not need: the end of the first of their leases.
 * @returns epoch milliseconds; null: all that they hold is not enough
 */
export function comesBackAt(counter: Counter, needed: number): number | null {
  const held = pendingOf(counter.leases).filter(({ tokens }) => tokens > 0)
  const sum = held.reduce((tokens, charge) => tokens + charge.tokens, 0)
  return leftInCounter(counter) + sum < needed ? null : (held[0]?.atMs ?? null)
}

// An empty lease stays until its end, so that its name goes on meaning it: calls of one isolate may overtake each other.
export function withLease(leases: Counter['leases'], lease: Lease): Counter['leases'] {
  return new Map(leases).set(lease.holder, lease)
}

/** The last instant of a quota's window: what is charged then is still charged to it. Epoch milliseconds. */
export function windowEnd({ state }: Meter): number {
  return state.kind === 'quota' && state.endMs !== null ? state.endMs - 1 : Infinity
}

/** Milliseconds; null: it does not end. */
export function windowLeft({ state }: Meter): number | null {
  return state.kind === 'quota' && state.endMs !== null ? Math.max(0, state.endMs - state.atMs) : null
}

/** True when nothing would be lost by forgetting it. */
export function isAsNew(counter: Counter, now: number): boolean {
  const { meter, leases } = advanceCounter(counter, counter.meter.rule, now)
  return leases.size === 0 && leftOf(meter) === leftOf(openMeter(meter.rule, now))
}
