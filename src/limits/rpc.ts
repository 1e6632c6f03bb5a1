// What an isolate and a limiter tell each other. An isolate holds tokens that the limiter set aside for it (a lease): they
// are charged when the isolate says that it spent them, or when the lease ends.
import type { Rule } from '../policy/rule.ts'
import type { UsageBatch } from './usage.ts'

/** What a request wants of one limit. */
export interface Ask {
  readonly rule: Rule
  /** By whom what is set aside is held: a name of the isolate's, by which it will say what became of it. */
  readonly holder: string
  /** What this request costs. All asks of a request get their cost, or none gets anything. */
  readonly cost: number
  /**
   * `spend`: the cost is charged at once, the request is certain to use it. `hold`: it is set aside as the surplus is,
   * because another limiter may still refuse the request.
   */
  readonly as: 'spend' | 'hold'
  /** Tokens beyond the cost that the isolate expects to need within a lease. Fewer may be granted, or none. */
  readonly surplus: number
  /** What has passed already without being asked for (`async`). Charged, whatever the limit says. */
  readonly owed: number
}

/**
 * What became of the tokens of a lease since it began, in all: it may be said again, late, and in any order. Whoever says it does so
 * because nobody can know whether it was heard.
 */
export interface Settlement {
  readonly holder: string
  /** Of `counterOf`. */
  readonly counter: string
  /** Of the `Standing`; 0: none that was heard of. One that has ended is charged already: what is said of it comes too late. */
  readonly lease: number
  readonly spent: number
  readonly returned: number
  /**
   * Nothing more will be spent of this lease, nor of any other that this holder has of this counter: its answer was lost.
   */
  readonly isLast: boolean
}

export interface TakeCall {
  /** The isolate, by a random name of its own. */
  readonly isolate: string
  readonly settlements: readonly Settlement[]
  /** Decided one after the other, each as if it had come alone. Empty: nothing but settlements. */
  readonly requests: readonly (readonly Ask[])[]
}

/** How one limit stands after a request. */
export interface Standing {
  readonly name: string
  /** Set aside for the isolate by this request: the surplus, and the cost where it was to be held. */
  readonly granted: number
  /** To be named in settlements; 0 without a lease. */
  readonly lease: number
  /** How long the tokens may be spent, milliseconds from before the call was sent. */
  readonly ttlMs: number
  /** How long a lease would last at present: what to ask for, next time. Milliseconds; 0: there are none. */
  readonly leaseMs: number
  /** What is left for everybody, tokens set aside not counted. */
  readonly remaining: number
  /** Until everything is there again, milliseconds; null: never. */
  readonly resetMs: number | null
  /**
   * 0: this limit did not refuse. Else when it has the cost again if nobody takes anything, milliseconds; null: never.
   */
  readonly retryMs: number | null
  /** Refused: when what is set aside for others may come back, sooner than `retryMs`, milliseconds; null: nothing will. */
  readonly againMs: number | null
  /** 0 while a token is left. Else when there is one if nobody takes anything, milliseconds; null: never. */
  readonly emptyMs: number | null
}

export interface TakeAnswer {
  readonly ok: boolean
  /** In the order of the asks. */
  readonly standings: readonly Standing[]
}

export interface Limiter {
  /** @returns in the order of the requests */
  take(call: TakeCall): readonly TakeAnswer[]
  /** Keeps counts of usage; a batch that it knows already is ignored. Throws when they could not be kept. */
  record(batch: UsageBatch): Promise<void>
}

/** A limiter as its callers see it. */
export interface RemoteLimiter {
  readonly take: (call: TakeCall) => Promise<readonly TakeAnswer[]>
  readonly record: (batch: UsageBatch) => Promise<void>
}

type LimiterClass = Limiter & Rpc.DurableObjectBranded

export type LimiterStub = DurableObjectStub<LimiterClass>

export interface LimiterBindings {
  readonly LIMITER: DurableObjectNamespace<LimiterClass>
}

/**
 * The limiter of a subject, such as `key:key_...`. Usage of an organization has one of its own: folding it takes long, and no request may
 * wait for that.
 */
export function limiterName(kind: 'key' | 'project' | 'organization' | 'usage', id: string): string {
  return `${kind}:${id}`
}
