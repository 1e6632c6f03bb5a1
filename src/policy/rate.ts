// Rate limits, decided exactly: whole numbers only, and time never runs backwards.
//
// `gcra` is the generic cell rate algorithm (ITU-T I.371, annex A) in its second form, the continuous-state leaky bucket. A token
// of a limit of `limit` per `periodMs` weighs `periodMs`, and the bucket leaks `limit` per millisecond, so that nothing is ever
// rounded. What it admits: in any interval of t milliseconds at most burst + t * limit / periodMs.
//
// `sliding_log` keeps every admission for one period: at most `limit` in any window of that length, wherever it begins.
import type { RateRule } from './rule.ts'

export interface BucketState {
  readonly kind: 'gcra'
  /** How full it is: tokens times `periodMs`. May be above the burst, when what had passed already was charged later. */
  readonly level: bigint
  /** What the level is counted in. */
  readonly limit: number
  readonly periodMs: number
  /** Epoch milliseconds of the latest time that it has seen. */
  readonly atMs: number
}

export interface LogState {
  readonly kind: 'sliding_log'
  /** Oldest first; each counts until its time plus the period. */
  readonly entries: readonly Charge[]
  readonly atMs: number
}

/** Tokens that are, or will be, charged at a time. Epoch milliseconds. */
export interface Charge {
  readonly atMs: number
  readonly tokens: number
}

export function openBucket({ limit, periodMs }: RateRule, now: number): BucketState {
  return { kind: 'gcra', level: 0n, limit, periodMs, atMs: now }
}

/** The bucket at `now`. Under another rule than before it keeps as many tokens as were in it. */
export function advanceBucket(state: BucketState, { limit, periodMs }: RateRule, now: number): BucketState {
  const atMs = Math.max(state.atMs, now)
  const level = leak(state, atMs)
  return { kind: 'gcra', level: reweigh(level, state.periodMs, periodMs), limit, periodMs, atMs }
}

export function chargeBucket(state: BucketState, tokens: number): BucketState {
  return { ...state, level: state.level + weigh(tokens, state.periodMs) }
}

/** Whole tokens that may still pass at once, at the state's time. */
export function leftInBucket({ level, periodMs }: BucketState, { burst, limit }: RateRule): number {
  const used = tokensOf(level, periodMs)
  return limit === 0 || used >= BigInt(burst) ? 0 : burst - Number(used)
}

/**
 * When `tokens` may pass if nothing is charged but `pending`, in the order of its times. Until then what is pending takes its
 * room without leaking.
 * @returns epoch milliseconds, the state's time at the earliest; null: never
 */
export function bucketFreeAt(
  state: BucketState,
  { burst, limit, periodMs }: RateRule,
  tokens: number,
  pending: readonly Charge[],
): number | null {
  if (limit === 0 || tokens > burst) return null
  const room = weigh(burst - tokens, periodMs)
  let bucket = state
  let held = pending.reduce((sum, charge) => sum + weigh(charge.tokens, periodMs), 0n)
  for (const charge of pending) {
    const at = leaksTo(bucket, room - held)
    if (at !== null && at <= charge.atMs) return at
    const atMs = Math.max(charge.atMs, bucket.atMs)
    held -= weigh(charge.tokens, periodMs)
    bucket = chargeBucket({ ...bucket, level: leak(bucket, atMs), atMs }, charge.tokens)
  }
  return leaksTo(bucket, room - held)
}

/** When the level has sunk to `target`; null for one below empty. */
function leaksTo({ level, limit, atMs }: BucketState, target: bigint): number | null {
  if (target < 0n) return null
  return level <= target ? atMs : atMs + Number(divideUp(level - target, BigInt(limit)))
}

function leak({ level, limit, atMs }: BucketState, now: number): bigint {
  const left = level - BigInt(Math.max(0, Math.floor(now) - Math.floor(atMs))) * BigInt(limit)
  return left > 0n ? left : 0n
}

// Rounded up: a change of the rule gives nothing away.
function reweigh(level: bigint, from: number, to: number): bigint {
  return from === to ? level : divideUp(level * BigInt(to), BigInt(from))
}

function weigh(tokens: number, periodMs: number): bigint {
  return BigInt(tokens) * BigInt(periodMs)
}

function tokensOf(level: bigint, periodMs: number): bigint {
  return divideUp(level, BigInt(periodMs))
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}

export function openLog(_rule: RateRule, now: number): LogState {
  return { kind: 'sliding_log', entries: [], atMs: now }
}

export function advanceLog(state: LogState, { periodMs }: RateRule, now: number): LogState {
  const atMs = Math.max(state.atMs, now)
  const first = state.entries.findIndex((entry) => entry.atMs > atMs - periodMs)
  if (first === 0 && atMs === state.atMs) return state
  return { kind: 'sliding_log', entries: first < 0 ? [] : state.entries.slice(first), atMs }
}

export function chargeLog(state: LogState, tokens: number): LogState {
  if (tokens === 0) return state
  const last = state.entries.at(-1)
  // One entry for each millisecond: there are never more of them than tokens.
  const entries =
    last?.atMs === state.atMs
      ? [...state.entries.slice(0, -1), { atMs: last.atMs, tokens: last.tokens + tokens }]
      : [...state.entries, { atMs: state.atMs, tokens }]
  return { ...state, entries }
}

export function leftInLog(state: LogState, { limit }: RateRule): number {
  return Math.max(0, limit - sumOf(state.entries))
}

/** As `bucketFreeAt`. */
export function logFreeAt(
  state: LogState,
  { limit, periodMs }: RateRule,
  tokens: number,
  pending: readonly Charge[],
): number | null {
  if (tokens > limit) return null
  const charges = [...state.entries, ...pending].sort((a, b) => a.atMs - b.atMs)
  let used = sumOf(charges)
  let at = state.atMs
  for (const charge of charges) {
    if (used + tokens <= limit) break
    used -= charge.tokens
    at = Math.max(at, charge.atMs + periodMs)
  }
  return at
}

function sumOf(charges: readonly Charge[]): number {
  return charges.reduce((sum, { tokens }) => sum + tokens, 0)
}
