// Quotas: so many requests in each window of the calendar; or credits, of which each window adds some. Pure.
import type { QuotaRule } from './rule.ts'
import { windowAfter, windowOf, windowsBegun, type Window } from './window.ts'

/** JSON-safe: stored as text by the limiter object. */
export interface QuotaState extends Window {
  /**
   * Charged so far; of credits, what is missing from a full balance. May exceed the limit: work is charged after the fact, limits are
   * lowered.
   */
  readonly used: number
  /** Epoch milliseconds of the latest time that this counter has seen: it never runs backwards. */
  readonly atMs: number
  /** What the window was reckoned by. Compared, so that a call within the window need not reckon it again. */
  readonly by: string
}

/** A century of hours. What takes more windows than that to come back counts as never. */
const MOST_WINDOWS = 1_000_000

/** @param now epoch milliseconds */
export function openQuota(rule: QuotaRule, now: number): QuotaState {
  return { ...windowOf(rule, now), used: 0, atMs: now, by: reckoning(rule) }
}

/**
 * The state at `now`. Windows that ended are left behind, and each that began adds its credits. A clock that steps back changes
 * nothing. Where the windows themselves are others now, what was used in the running one counts in the one that takes its place.
 */
export function advanceQuota(state: QuotaState, rule: QuotaRule, now: number): QuotaState {
  if (now < state.atMs) return state
  const by = reckoning(rule)
  const ended = state.endMs !== null && now >= state.endMs
  if (!ended && by === state.by) return now === state.atMs ? state : { ...state, atMs: now }
  const used = ended ? usedAfter(state, rule, now) : state.used
  return { ...windowOf(rule, now), used, atMs: now, by }
}

// Counted from the latest time seen and not from the window's start: a rule with shorter windows than the one before it adds
// nothing for the time before it came.
function usedAfter({ used, atMs }: QuotaState, rule: QuotaRule, now: number): number {
  const refill = refillOf(rule)
  return refill === null ? 0 : Math.max(0, used - refill * windowsBegun(rule, atMs, now))
}

/** Charges `amount`, whether it is left or not. */
export function chargeQuota(state: QuotaState, amount: number): QuotaState {
  return { ...state, used: Math.min(Number.MAX_SAFE_INTEGER, state.used + amount) }
}

/** What is left at the state's time, never negative. */
export function quotaLeft({ used }: QuotaState, { limit }: QuotaRule): number {
  return Math.max(0, limit - used)
}

/**
 * When `amount` is there if nothing is charged but `pending`. Nothing is always there, except where the limit is 0: that blocks
 * everything.
 * @returns epoch milliseconds, the state's time if it is there now; null: never
 */
export function quotaFreeAt(
  state: QuotaState,
  rule: QuotaRule,
  amount: number,
  pending: number,
): number | null {
  if (rule.limit === 0 || amount > rule.limit) return null
  // In this order every step is exact up to 2^53.
  const missing = state.used - (rule.limit - amount) + pending
  if (amount === 0 || missing <= 0) return state.atMs
  const windows = windowsFor(missing, refillOf(rule))
  if (windows === 1) return state.endMs
  return windows > MOST_WINDOWS ? null : windowAfter(rule, state.atMs, windows)
}

function windowsFor(missing: number, refill: number | null): number {
  if (refill === null) return 1
  if (refill === 0) return Infinity
  // Not Math.ceil of the quotient, which rounds a small remainder of a large number away.
  const rest = missing % refill
  return (missing - rest) / refill + (rest === 0 ? 0 : 1)
}

/** The window that holds `now`. */
export function quotaWindow(rule: QuotaRule, now: number): Window {
  return windowOf(rule, now)
}

// Without windows there is nothing that could add credits.
function refillOf({ period, refill }: QuotaRule): number | null {
  return period === 'lifetime' ? null : refill
}

function reckoning({ period, timeZone, anchorMs }: QuotaRule): string {
  return `${period} ${timeZone} ${anchorMs ?? 'calendar'}`
}
