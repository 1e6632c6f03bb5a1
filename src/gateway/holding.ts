// What an isolate holds of a limit: tokens that the limiter set aside for it, what became of them since it last told, and a refusal
// while it lasts. Changed in place and without awaiting, so that of two requests only one gets a token.

/** Routes have few costs, but whoever verifies a key names any: of so many, a refusal is remembered. */
const MAX_REFUSALS = 32

export interface Holding {
  /** Of `counterOf`. */
  readonly counter: string
  /** Of this isolate's holdings of the subject: part of the name by which the limiter knows the holder. */
  readonly number: number
  tokens: number
  /** Which lease the tokens belong to, and by which name it is held; 0: none. */
  lease: number
  heldAs: string
  /** By which name it was last asked for. */
  askedAs: string
  /** The call whose answer brought the lease, or went on with it: an older one knows less. */
  adoptedFrom: number
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
  /** Spent, and given back, of this lease in all, and how much of both the limiter is known to have heard. */
  spent: number
  returned: number
  heard: number
  /** When, in the order of things here, the limiter was last told, or the lease became another one. */
  toldAt: number
  /** Since when somebody sees to it that what is spent is charged soon (`exact`), 0: nobody. Epoch milliseconds. */
  settlingSince: number
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

/** The limiter is told now: what was spent before is spent for good. */
export function markTold(holding: Holding): void {
  holding.toldAt = ++order
}

/** Of a lease that ended, or that another one takes the place of. */
export function forgetLease(holding: Holding): void {
  Object.assign(holding, { tokens: 0, lease: 0, heldAs: '', spent: 0, returned: 0, heard: 0 })
  markTold(holding)
}

export function isRefused({ blocks, refusals }: Holding, cost: number, now: number): boolean {
  if (blocks) return true
  const refusal = refusals.get(cost)
  if (refusal === undefined || now >= refusal.againAtMs) return false
  return refusal.untilMs === null || now < refusal.untilMs
}

/** The limiter has refused a request of this cost. */
export function rememberRefusal({ refusals }: Holding, cost: number, standstill: Standstill): void {
  refusals.delete(cost)
  refusals.set(cost, standstill)
  const [oldest] = refusals.keys()
  if (oldest !== undefined && refusals.size > MAX_REFUSALS) refusals.delete(oldest)
}

/** A request of this cost has passed: so would all that cost less. */
export function forgetRefusals({ refusals }: Holding, cost: number): void {
  for (const refused of refusals.keys()) if (refused <= cost) refusals.delete(refused)
}
