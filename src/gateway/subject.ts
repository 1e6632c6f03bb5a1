// Whose limits an isolate draws on: what it holds of each, who asks and who waits, and how the limiter has answered of late. Changed in
// place; whatever a request waits for, it looks for again and again.
import type { Ask, Settlement, TakeAnswer } from '../limits/rpc.ts'
import type { LimitFacts, QuotaFacts } from '../model/limits.ts'
import { capacityOf, counterOf, type Rule } from '../policy/rule.ts'
import type { Holding } from './holding.ts'

/** With the time for somebody to try it. */
const LONGEST_REST_MS = 6_000
/** Before the limiter has told how long a lease is. */
const FIRST_LEASE_MS = 1_000

/** A key, a project or an organization, whose limiter keeps its counters. */
export interface Subject {
  /** Name of its limiter. */
  readonly name: string
  /** Of this isolate's subjects, never used again: one that was forgotten and is made anew goes by other names there. */
  readonly serial: number
  /** By rule: what one plan refuses, another may let pass. */
  readonly holdings: Map<string, Holding>
  /** Since when a call for a lease is under way, 0: none. Others wait for what it brings. Epoch milliseconds. */
  askingSince: number
  /** When each call that is under way began, epoch milliseconds, and what waits for one of them to come back. */
  readonly underWay: Set<{ readonly sinceMs: number }>
  readonly waiting: Set<Waiting>
  /** What is still to be said of leases that this isolate is done with. */
  readonly closings: Map<string, Closing>
  /** Calls so far: answers come in another order. */
  calls: number
  /** Its limiter failed: it is left alone until then. */
  restsUntilMs: number
  /** How long its last answer took, milliseconds: tokens of a lease that is not much longer would come too late. */
  answerMs: number
  /** How often it failed since it last answered, and whether a request has wanted it since the last time. */
  misses: number
  isMissed: boolean
  /** How often it failed. After each the isolate asks by other names: what the lost answer brought is nobody's. */
  failures: number
}

/** A request that waits for its turn to ask. */
export interface Waiting {
  readonly draws: readonly Draw[]
  readonly want: Want
  /** Undefined: nobody has asked for it yet. Null: the limiter cannot be reached. */
  answer: TakeAnswer | null | undefined
}

/** What a request wants of each limit; cost 0: only a lease, for requests to come. */
export type Want = Pick<Ask, 'cost' | 'as'>

export interface Closing {
  readonly settlement: Settlement
  /** From then on it would come too late. Epoch milliseconds. */
  readonly untilMs: number
  isHeard: boolean
}

/** One limit that a request draws on. */
export interface Draw {
  readonly facts: LimitFacts | QuotaFacts
  readonly rule: Rule
  readonly subject: Subject
  readonly holding: Holding
}

let subjects = 0

export function newSubject(name: string): Subject {
  return {
    name,
    serial: ++subjects,
    holdings: new Map(),
    askingSince: 0,
    underWay: new Set(),
    waiting: new Set(),
    closings: new Map(),
    calls: 0,
    restsUntilMs: 0,
    answerMs: 0,
    misses: 0,
    isMissed: false,
    failures: 0,
  }
}

/** @param now epoch milliseconds */
export function holdingOf(subject: Subject, rule: Rule, now: number): Holding {
  const key = JSON.stringify(rule)
  const held = subject.holdings.get(key)
  if (held !== undefined) return held
  const made: Holding = {
    counter: counterOf(rule),
    number: subject.holdings.size,
    tokens: 0,
    lease: 0,
    heldAs: '',
    askedAs: '',
    adoptedFrom: 0,
    sinceMs: 0,
    untilMs: 0,
    leaseMs: FIRST_LEASE_MS,
    scarce: 'no',
    spent: 0,
    returned: 0,
    heard: 0,
    toldAt: 0,
    settlingSince: 0,
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

/** A limiter that failed is left alone. A clock that steps back would make that last too long. */
export function isResting({ restsUntilMs }: Subject, now: number): boolean {
  return now < restsUntilMs && now >= restsUntilMs - LONGEST_REST_MS
}
