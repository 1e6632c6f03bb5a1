// Calls of a limiter: what became of the tokens so far goes there, what is granted or refused comes back. And what is done behind
// requests: renewing leases, bringing back what is left of them, trying a limiter that failed.
import type { TakeAnswer } from '../limits/rpc.ts'
import { errorName } from '../error-name.ts'
import { withTimeout } from '../timeout.ts'
import type { GatewayDeps } from './deps.ts'
import { holderOf } from './holder.ts'
import type { Holding } from './holding.ts'
import { isResting, type Draw, type Subject, type Want } from './subject.ts'
import { learn } from './limiter-answer.ts'
import { asksOf, isLeased } from './limiter-ask.ts'
import { close, closeUnknown, giveUp, isUnheard, nameOf, reportOf } from './limiter-settling.ts'

/** A limiter that takes longer is taken for unreachable: the limit's `on_outage` decides. */
export const TIMEOUT_MS = 1_000
/** Calls to a limiter that requests have under way: enough for those that come one by one, from a limiter that is not near. */
export const MOST_CALLS = 4
/** How long a limiter that failed is left alone, and one that failed again, until it is tried behind an answer. */
const REST_MS = 1_000
const LONG_REST_MS = 5_000
/** Long enough for a request to be given back that does not go out after all. */
const SETTLE_AFTER_MS = 5
/** Where nobody does so, because its request has ended, the next request tries it. */
const OVERDUE_MS = 500

export function isAsking({ askingSince }: Subject, now: number): boolean {
  return isRecent(askingSince, now)
}

/** Of a call: it may be under way still. One whose request was ended is not. */
export function isRecent(sinceMs: number, now: number): boolean {
  return now >= sinceMs && now - sinceMs <= TIMEOUT_MS
}

/** A request of a call. */
export interface Requested {
  readonly draws: readonly Draw[]
  readonly want: Want
}

/** One call. Null: the limiter cannot be reached. */
export async function callLimiter(
  subject: Subject,
  requested: readonly Requested[],
  deps: GatewayDeps,
): Promise<readonly TakeAnswer[] | null> {
  const sentAt = deps.now()
  const isLeasing = requested.some(({ draws }) => draws.some(isLeased))
  if (isLeasing) subject.askingSince = sentAt
  const requests = asksOf(requested, sentAt, deps)
  const { settlements, markHeard } = reportOf(subject, sentAt)
  const { failures } = subject
  // While one tries it, the others leave it alone.
  if (subject.misses > 0) subject.restsUntilMs = sentAt + TIMEOUT_MS
  const call = { sinceMs: sentAt }
  const sent = { sentAt, order: ++subject.calls }
  subject.underWay.add(call)
  try {
    const limiter = deps.limiter(subject.name)
    const answers = await withTimeout(
      limiter.take({ isolate: holderOf(deps), settlements, requests }),
      TIMEOUT_MS,
    )
    subject.answerMs = Math.max(0, deps.now() - sentAt)
    if (subject.misses > 0) Object.assign(subject, { misses: 0, restsUntilMs: 0 })
    markHeard()
    for (const [i, { draws }] of requested.entries())
      for (const [j, draw] of draws.entries()) {
        const ask = requests[i]?.[j]
        const standing = answers[i]?.standings[j]
        // By names that were given up meanwhile: what it brings is not touched, what it refuses stays refused.
        const isFormerName = failures !== subject.failures && standing?.retryMs === 0
        if (ask === undefined || standing === undefined || isFormerName) continue
        if (learn(draw, ask, standing, sent, deps)) deps.waitUntil(returnUnspent(draw, deps))
      }
    if ([...subject.closings.values()].some(({ isHeard }) => !isHeard)) deps.waitUntil(tell(subject, deps))
    return answers
  } catch (error) {
    deps.log({ event: 'limiter_unreachable', limiter: subject.name, error: errorName(error) })
    // Of calls that fail together, the first one tells.
    if (failures === subject.failures) rest(subject, deps)
    for (const [i, { draws }] of requested.entries())
      for (const [j, { holding }] of draws.entries()) holding.unsure += requests[i]?.[j]?.owed ?? 0
    return null
  } finally {
    subject.underWay.delete(call)
    if (isLeasing) subject.askingSince = 0
  }
}

/** Renews leases, and charges what passed on credit, behind a request. The caller has set `askingSince`. */
export async function renew(draws: readonly Draw[], subject: Subject, deps: GatewayDeps): Promise<void> {
  const own = draws.filter((draw) => draw.subject === subject && (isLeased(draw) || draw.holding.owed > 0))
  if (own.length > 0) await callLimiter(subject, [{ draws: own, want: { cost: 0, as: 'hold' } }], deps)
  // Also where nothing of it is leased any more: nobody is to wait for this call, or to leave the next one to it.
  subject.askingSince = 0
}

/** What an exact limit set aside for requests that passed is charged soon: until then it does not leak, and stands in others' way. */
export async function settleExact(
  subject: Subject,
  draws: readonly Draw[],
  deps: GatewayDeps,
): Promise<void> {
  const now = deps.now()
  const own = draws
    .filter((draw) => !isLeased(draw) && !isRecent(draw.holding.settlingSince, now))
    .map(({ holding }) => holding)
  for (const holding of own) holding.settlingSince = now
  await deps.sleep(SETTLE_AFTER_MS)
  // From here on, requests that pass see to themselves.
  for (const holding of own) holding.settlingSince = 0
  // Where many ask, the next call tells of this too.
  if (own.some(isUnheard) && subject.underWay.size < MOST_CALLS) await tell(subject, deps)
}

/** What was set aside for a request that another limiter refused goes back now; a lease keeps its tokens for the next one. */
export async function returnExact(
  subject: Subject,
  draws: readonly Draw[],
  deps: GatewayDeps,
): Promise<void> {
  const exact = draws.filter((draw) => !isLeased(draw) && draw.holding.tokens > 0)
  for (const { holding } of exact) giveUp(holding)
  if (exact.length > 0) await tell(subject, deps)
}

/** At the end of a lease: what is left of it goes back, so that others can have it. */
async function returnUnspent({ subject, holding }: Draw, deps: GatewayDeps): Promise<void> {
  const { lease, untilMs } = holding
  await deps.sleep(untilMs - deps.now())
  // Renewed, ended or spent meanwhile: whoever did so sees to the rest.
  if (holding.lease !== lease || holding.untilMs !== untilMs) return
  if (isFormer(holding, subject, deps)) close(subject, holding, deps.now())
  else if (holding.tokens === 0) return
  else giveUp(holding)
  await tell(subject, deps)
}

/** Held by a name from before a failure: it may be more than is known here. */
function isFormer(holding: Holding, subject: Subject, deps: GatewayDeps): boolean {
  return holding.heldAs !== nameOf(holding, subject, deps)
}

// Totals can wait: whoever finds the limiter again tells them.
async function tell(subject: Subject, deps: GatewayDeps): Promise<void> {
  if (!isResting(subject, deps.now())) await callLimiter(subject, [], deps)
}

// Whether the limiter heard is not known: what was said is said again, by names that nobody else goes by.
function rest(subject: Subject, deps: GatewayDeps): void {
  const now = deps.now()
  const restMs = subject.misses === 0 ? REST_MS : LONG_REST_MS
  closeUnknown(subject, now, deps)
  subject.misses++
  subject.failures++
  subject.restsUntilMs = now + restMs + OVERDUE_MS
  deps.waitUntil(tryAgain(subject, restMs, deps))
}

async function tryAgain(subject: Subject, afterMs: number, deps: GatewayDeps): Promise<void> {
  const { failures, misses } = subject
  subject.isMissed = false
  await deps.sleep(afterMs)
  // Of one that nobody asks for any more, the next request will find out.
  if (subject.failures === failures && (misses === 1 || subject.isMissed))
    await callLimiter(subject, [], deps)
}
