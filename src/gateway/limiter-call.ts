// One call of a limiter, and what an isolate learns of it: what became of the tokens so far goes there; what is granted or refused
// comes back. Also the end of a lease, when what is left of it goes back.
import type { Ask, Settlement, Standing, TakeAnswer } from '../limits/rpc.ts'
import { errorName } from '../error-name.ts'
import { leaseTtlMs } from '../policy/lease.ts'
import { withTimeout } from '../timeout.ts'
import type { GatewayDeps } from './deps.ts'
import { holderOf } from './holder.ts'
import { forgetRefusals, forgetSpent, type Draw, type Holding, type Subject } from './holding.ts'

/** A limiter that takes longer is taken for unreachable: the limit's `on_outage` decides. */
const TIMEOUT_MS = 1_000
/** How long a limiter that failed is left alone, and one that failed again. Then one request tries it. */
const REST_MS = 1_000
const LONG_REST_MS = 5_000
/** Long enough for a request to be given back that does not go out after all, and for others to be charged with it. */
const SETTLE_AFTER_MS = 100
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

// Clocks that step back would make either last too long.
export function isResting({ restsUntilMs }: Subject, now: number): boolean {
  return now < restsUntilMs && now >= restsUntilMs - LONG_REST_MS
}

export function isAsking({ askingSince }: Subject, now: number): boolean {
  return now >= askingSince && now - askingSince <= TIMEOUT_MS
}

/** What a request wants of each limit; cost 0: only a lease, for requests to come. */
export type Want = Pick<Ask, 'cost' | 'as'>

const NOTHING: Want = { cost: 0, as: 'hold' }

/** One call: what became of the tokens so far, and what is wanted. Null: the limiter cannot be reached. */
export async function callLimiter(
  subject: Subject,
  draws: readonly Draw[],
  want: Want,
  deps: GatewayDeps,
): Promise<TakeAnswer | null> {
  const sentAt = deps.now()
  const isLeasing = draws.some(isLeased)
  if (isLeasing) subject.askingSince = sentAt
  const asks = draws.map((draw) => askOf(draw, want, sentAt))
  const settlements = [...subject.holdings.values()].flatMap(settle)
  const { failures } = subject
  // While one tries it, the others leave it alone.
  if (subject.misses > 0) subject.restsUntilMs = sentAt + TIMEOUT_MS
  const holder = `${holderOf(deps)}/${failures}`
  try {
    const answer = await withTimeout(
      deps.limiter(subject.name).take({ holder, settlements, asks }),
      TIMEOUT_MS,
    )
    subject.answerMs = Math.max(0, deps.now() - sentAt)
    if (subject.misses > 0) Object.assign(subject, { misses: 0, restsUntilMs: 0 })
    // By a name that was given up meanwhile: what it brings is not touched.
    if (failures !== subject.failures) return answer
    for (const [i, standing] of answer.standings.entries()) {
      const draw = draws[i]
      if (draw === undefined) continue
      draw.holding.unsure = 0
      draw.holding.scarce = scarcityOf(asks[i]?.surplus ?? 0, standing, want)
      learn(draw, standing, want, sentAt, deps)
    }
    return answer
  } catch (error) {
    deps.log({ event: 'limiter_unreachable', limiter: subject.name, error: errorName(error) })
    abandon(subject, deps.now())
    for (const [i, { holding }] of draws.entries()) holding.unsure += asks[i]?.owed ?? 0
    return null
  } finally {
    if (isLeasing) subject.askingSince = 0
  }
}

/** Renews leases, and charges what passed on credit, behind a request. The caller has set `askingSince`. */
export async function renew(draws: readonly Draw[], subject: Subject, deps: GatewayDeps): Promise<void> {
  const own = draws.filter((draw) => draw.subject === subject && (isLeased(draw) || draw.holding.owed > 0))
  if (own.length > 0) await callLimiter(subject, own, NOTHING, deps)
  // Also where nothing of it is leased any more: nobody is to wait for this call, or to leave the next one to it.
  subject.askingSince = 0
}

/** What an exact limit set aside for a request that passed is charged soon: until then it does not leak, and stands in others' way. */
export async function settleExact(
  subject: Subject,
  draws: readonly Draw[],
  deps: GatewayDeps,
): Promise<void> {
  if (draws.every(isLeased)) return
  await deps.sleep(SETTLE_AFTER_MS)
  const isTold = draws.every((draw) => isLeased(draw) || draw.holding.spent === 0)
  if (!isTold) await callLimiter(subject, [], NOTHING, deps)
}

/** What was set aside for a request that another limiter refused goes back now; a lease keeps its tokens for the next one. */
export async function returnExact(
  subject: Subject,
  draws: readonly Draw[],
  deps: GatewayDeps,
): Promise<void> {
  const exact = draws.filter((draw) => !isLeased(draw) && draw.holding.tokens > 0)
  for (const { holding } of exact) giveUp(holding)
  if (exact.length > 0) await callLimiter(subject, [], NOTHING, deps)
}

function scarcityOf(wanted: number, { granted, retryMs }: Standing, { cost, as }: Want): Holding['scarce'] {
  const surplus = as === 'hold' ? granted - cost : granted
  if (retryMs !== 0 || surplus * 2 >= wanted) return 'no'
  return surplus <= 0 && cost > 0 ? 'for all' : 'to renew'
}

function askOf(draw: Draw, { cost, as }: Want, now: number): Ask {
  const { rule, holding } = draw
  const { owed } = holding
  holding.owed = 0
  // Too little for this request: it goes back, or what is left for everybody would seem smaller than it is.
  if (cost > 0) giveUp(holding)
  countRate(holding, now)
  // Rounded, so that who asks less than once in a lease has nothing to give back at its end.
  const wanted = Math.round(holding.ratePerMs * holding.leaseMs) - holding.tokens
  const surplus = isLeased(draw) ? Math.max(0, Math.min(wanted, Number.MAX_SAFE_INTEGER)) : 0
  return { rule, cost, as, surplus, owed }
}

// Calls may follow each other faster than a rate can be told: until then it is no less than it was.
function countRate(holding: Holding, now: number): void {
  const countedMs = now - holding.countedSinceMs
  const rate = holding.asked / Math.max(MIN_COUNTED_MS, countedMs)
  const isEarly = countedMs >= 0 && countedMs < MIN_COUNTED_MS
  holding.ratePerMs = isEarly ? Math.max(holding.ratePerMs, rate) : rate
  if (!isEarly) Object.assign(holding, { asked: 0, countedSinceMs: now })
}

function settle(holding: Holding): readonly Settlement[] {
  const { counter, lease, spent, returned } = holding
  if (lease === 0 || (spent === 0 && returned === 0)) return []
  forgetSpent(holding)
  return [{ counter, lease, spent, returned }]
}

function learn(
  { subject, holding }: Draw,
  standing: Standing,
  { cost, as }: Want,
  sentAt: number,
  deps: GatewayDeps,
): void {
  const now = deps.now()
  const { granted, lease, ttlMs, leaseMs, remaining, resetMs, retryMs, againMs, emptyMs } = standing
  const resetAtMs = resetMs === null ? null : now + resetMs
  Object.assign(holding, { isKnown: true, leaseMs, remaining, resetAtMs })
  if (retryMs !== 0) {
    holding.refusals.set(cost, {
      untilMs: retryMs === null ? null : now + retryMs,
      againAtMs: againMs === null ? Infinity : now + againMs,
    })
    return
  }
  forgetRefusals(holding, cost)
  // Nothing is left to be charged: what comes next would pass on credit that it cannot pay.
  holding.emptyUntilMs = emptyMs === null ? null : now + emptyMs
  if (lease === 0) return
  // Of a lease that ended everything is charged: its tokens are gone.
  const kept = lease === holding.lease ? holding.tokens : 0
  if (lease !== holding.lease) forgetSpent(holding)
  // What was held for a request is its own from the start: before its next step, others may look for tokens.
  const own = as === 'hold' && granted > 0 ? cost : 0
  const tokens = kept + granted - own
  // A lease that goes on is never made shorter; of one from before the clock stepped back, it is not known how long it is.
  const goesOnUntilMs = lease === holding.lease && holding.sinceMs <= sentAt ? holding.untilMs : 0
  const untilMs = Math.max(goesOnUntilMs, sentAt + ttlMs)
  Object.assign(holding, { lease, tokens, sinceMs: sentAt, untilMs })
  if (tokens + own > 0) deps.waitUntil(returnUnspent(subject, holding, deps))
}

/** At the end of a lease: what is left of it goes back, so that others can have it. */
async function returnUnspent(subject: Subject, holding: Holding, deps: GatewayDeps): Promise<void> {
  const { lease, untilMs } = holding
  await deps.sleep(untilMs - deps.now())
  // Renewed, ended or spent meanwhile: whoever did so sees to the rest.
  if (holding.lease !== lease || holding.untilMs !== untilMs || holding.tokens === 0) return
  giveUp(holding)
  await callLimiter(subject, [], NOTHING, deps)
}

function giveUp(holding: Holding): void {
  if (holding.lease !== 0) {
    holding.returned += holding.tokens
    holding.remaining += holding.tokens
  }
  holding.tokens = 0
}

// Whether the limiter heard of the settlements is not known, and to say a thing twice could free what another request holds: nothing
// more is said of this lease. The limiter charges all of it at its end, so what is left of it may be spent until then.
function abandon(subject: Subject, now: number): void {
  subject.restsUntilMs = now + (subject.misses === 0 ? REST_MS : LONG_REST_MS)
  subject.misses++
  subject.failures++
  for (const holding of subject.holdings.values()) {
    forgetSpent(holding)
    holding.lease = 0
  }
}
