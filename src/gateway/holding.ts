// What an isolate holds of a limit: tokens that the limiter set aside for it, what became of them since it last told, and a refusal
// while it lasts. Changed in place and without awaiting, so that of two requests only one gets a token.
import type { LimitFacts, QuotaFacts } from '../model/limits.ts'
import { capacityOf, counterOf, type Rule } from '../policy/rule.ts'

/** Before the limiter has told how long a lease is. */
const FIRST_LEASE_MS = 1_000

export interface Holding {
  /** Of `counterOf`: holdings of one counter by different rules are of one lease. */
  readonly counter: string
  tokens: number
  /** Which lease the tokens belong to; 0: none. */
  lease: number
  /** The tokens may be spent from then on, and no longer than until. Epoch milliseconds. */
  sinceMs: number
  untilMs: number
  /** How long a lease lasts at present, milliseconds: what the next one should be enough for. */
  leaseMs: number
  /**
   * Whether the last call brought less than half of what was wanted beyond a request. `to renew`: before that is used up, no more is
   * to be had. `for all`: it brought nothing, so that to wait for another one's call is in vain.
   */
  scarce: 'no' | 'for all' | 'to renew'
  /** Spent, and given back, since the last call. */
  spent: number
  returned: number
  /** When, in the order of things here, the limiter was last told, or the lease became another one. */
  toldAt: number
  /** Passed without a token (`async`), and still to be charged. */
  owed: number
  /** Told by a call that failed: not to be said again, and not to be passed again on credit, until the limiter answers. */
  unsure: number
  /** Whether the limiter has said how it stands, or need not say it. */
  isKnown: boolean
  /** As the limiter said last: left for everybody, and when all of it is there again; null: never. */
  remaining: number
  resetAtMs: number | null
  /** The limit is 0: nothing passes, whatever it costs. */
  readonly blocks: boolean
  /** By cost: how long the smaller of two waits says nothing of the other. */
  readonly refusals: Map<number, Standstill>
  /** Nothing is left to pass on credit (`async`) until then; null: for as long as the rule stands. Epoch milliseconds. */
  emptyUntilMs: number | null
  /** Asked for since `countedSinceMs`, passed or not; and per millisecond before that: what the next lease should hold. */
  asked: number
  countedSinceMs: number
  ratePerMs: number
}

/** A refusal while it lasts. Epoch milliseconds. */
export interface Standstill {
  /** Then the request passes, if nobody takes anything; null: never. */
  readonly untilMs: number | null
  /** Before that, what is set aside for others may come back: then it may ask again. */
  readonly againAtMs: number
}

/** A key, a project or an organization, whose limiter keeps its counters. */
export interface Subject {
  /** Name of its limiter. */
  readonly name: string
  /** By rule: what one plan refuses, another may let pass. */
  readonly holdings: Map<string, Holding>
  /** Since when a call of this isolate is under way, 0: none. Others wait for what it brings. Epoch milliseconds. */
  askingSince: number
  /** Its limiter failed: it is left alone until then. */
  restsUntilMs: number
  /** How long its last answer took, milliseconds: tokens of a lease that is not much longer would come too late. */
  answerMs: number
  /** How often it failed since it last answered. */
  misses: number
  /** How often it failed. After each the isolate goes by another name there, and what it held by the former ends in time. */
  failures: number
}

/** One limit that a request draws on. */
export interface Draw {
  readonly facts: LimitFacts | QuotaFacts
  readonly rule: Rule
  readonly subject: Subject
  readonly holding: Holding
}

export function newSubject(name: string): Subject {
  return { name, holdings: new Map(), askingSince: 0, restsUntilMs: 0, answerMs: 0, misses: 0, failures: 0 }
}

/** @param now epoch milliseconds */
export function holdingOf(subject: Subject, rule: Rule, now: number): Holding {
  const key = JSON.stringify(rule)
  const held = subject.holdings.get(key)
  if (held !== undefined) return held
  const made: Holding = {
    counter: counterOf(rule),
    tokens: 0,
    lease: 0,
    sinceMs: 0,
    untilMs: 0,
    leaseMs: FIRST_LEASE_MS,
    scarce: 'no',
    spent: 0,
    returned: 0,
    toldAt: 0,
    owed: 0,
    unsure: 0,
    isKnown: rule.limit === 0,
    remaining: capacityOf(rule),
    resetAtMs: rule.limit === 0 ? null : now,
    blocks: rule.limit === 0,
    refusals: new Map(),
    emptyUntilMs: 0,
    asked: 0,
    countedSinceMs: now,
    ratePerMs: 0,
  }
  subject.holdings.set(key, made)
  return made
}

export function canSpend({ tokens, sinceMs, untilMs }: Holding, cost: number, now: number): boolean {
  // A clock that stepped back would make the lease longer than the limiter knows it.
  return tokens >= cost && now < untilMs && now >= sinceMs
}

// Clocks stand still while a request is worked on, and step back: they do not tell what was first.
let order = 0

/** @returns when it was, in the order of things here */
export function spend(holding: Holding, cost: number): number {
  holding.tokens -= cost
  holding.spent += cost
  return order
}

/** Takes back what was spent, unless the limiter has heard of it: then it is charged, and stays so. */
export function unspend(holding: Holding, cost: number, spentAt: number): void {
  if (holding.toldAt > spentAt) return
  holding.spent -= cost
  holding.tokens += cost
}

/** Nothing is left to be told: the limiter hears of it now, or never will. */
export function forgetSpent(holding: Holding): void {
  Object.assign(holding, { spent: 0, returned: 0, toldAt: ++order })
}

export function isRefused({ blocks, refusals }: Holding, cost: number, now: number): boolean {
  if (blocks) return true
  const refusal = refusals.get(cost)
  if (refusal === undefined || now >= refusal.againAtMs) return false
  return refusal.untilMs === null || now < refusal.untilMs
}

/** A request of this cost has passed: so would all that cost less. */
export function forgetRefusals({ refusals }: Holding, cost: number): void {
  for (const refused of refusals.keys()) if (refused <= cost) refusals.delete(refused)
}
