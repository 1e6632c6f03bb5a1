// One way to count, whatever the rule: the three kinds behind the same five questions. Pure: `now` is epoch milliseconds.
import { advanceQuota, chargeQuota, openQuota, quotaFreeAt, quotaLeft, type QuotaState } from './quota.ts'
import {
  advanceBucket,
  advanceLog,
  bucketFreeAt,
  chargeBucket,
  chargeLog,
  leftInBucket,
  leftInLog,
  logFreeAt,
  openBucket,
  openLog,
  type BucketState,
  type Charge,
  type LogState,
} from './rate.ts'
import { capacityOf, type Rule } from './rule.ts'

export interface WindowState extends QuotaState {
  readonly kind: 'quota'
}

export type MeterState = BucketState | LogState | WindowState

/** A rule, and what has been counted by it. */
export interface Meter {
  readonly rule: Rule
  readonly state: MeterState
}

/** @param now epoch milliseconds */
export function openMeter(rule: Rule, now: number): Meter {
  if (rule.kind === 'quota') return { rule, state: { kind: 'quota', ...openQuota(rule, now) } }
  return { rule, state: rule.kind === 'gcra' ? openBucket(rule, now) : openLog(rule, now) }
}

/**
 * The meter at `now`, by `rule` from here on. What was counted by another rule of its kind goes on counting.
 * @throws for a rule of another kind, which counts in a counter of its own
 */
export function advanceMeter({ state }: Meter, rule: Rule, now: number): Meter {
  if (rule.kind === 'gcra' && state.kind === 'gcra') return { rule, state: advanceBucket(state, rule, now) }
  if (rule.kind === 'sliding_log' && state.kind === 'sliding_log')
    return { rule, state: advanceLog(state, rule, now) }
  if (rule.kind === 'quota' && state.kind === 'quota')
    return { rule, state: { kind: 'quota', ...advanceQuota(state, rule, now) } }
  throw new Error(`a counter of ${state.kind} cannot go on as ${rule.kind}`)
}

/** @param tokens charged at the meter's time, whatever is left */
export function chargeMeter({ rule, state }: Meter, tokens: number): Meter {
  if (state.kind === 'gcra') return { rule, state: chargeBucket(state, tokens) }
  if (state.kind === 'sliding_log') return { rule, state: chargeLog(state, tokens) }
  return { rule, state: { kind: 'quota', ...chargeQuota(state, tokens) } }
}

/** Whole tokens that are there at the meter's time. */
export function leftOf({ rule, state }: Meter): number {
  if (rule.kind === 'quota') return state.kind === 'quota' ? quotaLeft(state, rule) : 0
  if (state.kind === 'gcra') return leftInBucket(state, rule)
  return state.kind === 'sliding_log' ? leftInLog(state, rule) : 0
}

/**
 * When `tokens` are there if nothing is charged but `pending`.
 * @param pending oldest first: what is set aside, and when it will be charged
 * @returns epoch milliseconds, the meter's time at the earliest; null: never
 */
export function freeAt({ rule, state }: Meter, tokens: number, pending: readonly Charge[]): number | null {
  if (rule.kind === 'quota') {
    const held = pending.reduce((sum, charge) => sum + charge.tokens, 0)
    return state.kind === 'quota' ? quotaFreeAt(state, rule, tokens, held) : null
  }
  if (state.kind === 'gcra') return bucketFreeAt(state, rule, tokens, pending)
  return state.kind === 'sliding_log' ? logFreeAt(state, rule, tokens, pending) : null
}

/** When the next part of it, or all of it, is there again: the end of a quota's window, or of the last charge. */
export function resetAt(meter: Meter, pending: readonly Charge[]): number | null {
  const { rule, state } = meter
  return state.kind === 'quota' ? state.endMs : freeAt(meter, capacityOf(rule), pending)
}
