// Step 6 where memory alone cannot answer: the limiters are asked, all of those that a request needs at once, and it passes if all
// of them let it. What it holds of the others is given back when one refuses.
import { lazy } from '../lazy.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Budget } from './budget.ts'
import type { GatewayDeps } from './deps.ts'
import { canSpend, isRefused } from './holding.ts'
import { isResting, type Draw, type Subject, type Want } from './subject.ts'
import { capacityOf } from '../policy/rule.ts'
import { refusedBy } from './limit-refusal.ts'
import { isLeased } from './limiter-ask.ts'
import { isAsking, renew, returnExact, settleExact } from './limiter-call.ts'
import { askInTurn, PATIENCE_MS, POLL_MS } from './limiter-turn.ts'
import { reserveCredit, reserveOwn, reserveTokens, takenBy, type Reservation } from './reservation.ts'

const outage = lazy(() => import('./limiter-outage.ts'))

/** Spends the cost of a request on every draw, or refuses it and spends nothing. */
export async function askLimiters(
  draws: readonly Draw[],
  cost: number,
  deps: GatewayDeps,
): Promise<Result<Budget, Refusal>> {
  const bySubject = Map.groupBy(draws, ({ subject }) => subject)
  for (;;) {
    const now = deps.now()
    const refused = standingRefusal(draws, cost, now)
    if (refused !== null) return err(refused)
    const lacking = [...bySubject].filter(([, own]) => own.some((draw) => !isCovered(draw, cost, now)))
    // Alone, a limiter may charge at once; several set the cost aside until all have answered.
    const want: Want = { cost, as: lacking.length === 1 ? 'spend' : 'hold' }
    const parts = await Promise.all(
      [...bySubject].map(([subject, own]) => reserveOf(subject, own, want, deps)),
    )
    const reserved = parts.flatMap((part) => (part.ok ? part.value : []))
    const refusal = parts.find((part) => !part.ok)
    if (refusal === undefined && reserved.every(({ holds }) => holds(deps.now()))) {
      const undos = reserved.map(({ keep }) => keep())
      for (const [subject, own] of bySubject) chargeBehind(subject, own, deps)
      for (const [subject, own] of lacking)
        if (want.as === 'hold') deps.waitUntil(settleExact(subject, own, deps))
      return ok({ giveBack: () => undos.forEach((undo) => undo()) })
    }
    for (const { letGo } of reserved) letGo()
    // A lease keeps its tokens for the next request; what an exact limit set aside for this one goes back now.
    for (const [subject, own] of lacking)
      if (want.as === 'hold') deps.waitUntil(returnExact(subject, own, deps))
    // Of several that refuse, the one that does so for longest.
    if (refusal !== undefined && !refusal.ok)
      return err(standingRefusal(draws, cost, deps.now()) ?? refusal.error)
  }
}

function standingRefusal(draws: readonly Draw[], cost: number, now: number): Refusal | null {
  const refusing = draws.filter(({ holding }) => isRefused(holding, cost, now))
  return refusing.length === 0 ? null : refusedBy(refusing, cost, now)
}

async function reserveOf(
  subject: Subject,
  draws: readonly Draw[],
  want: Want,
  deps: GatewayDeps,
): Promise<Result<readonly Reservation[], Refusal>> {
  const { cost } = want
  const sinceMs = deps.now()
  for (;;) {
    const now = deps.now()
    const refused = standingRefusal(draws, cost, now)
    if (refused !== null) return err(refused)
    const lacking = draws.filter((draw) => !isCovered(draw, cost, now))
    if (lacking.length === 0) return ok(draws.map((draw) => reserve(draw, cost, now)))
    // One asks for all who wait for tokens of a lease; where there is none to be had, each request asks for itself.
    const isImpatient = now < sinceMs || now - sinceMs > PATIENCE_MS
    const waits = lacking.some(isWorthWaiting) && isAsking(subject, now)
    if (isImpatient || isResting(subject, now) || !waits) {
      const covered = draws.filter((draw) => !lacking.includes(draw))
      const reserved = covered.map((draw) => reserve(draw, cost, now))
      const taken = await takeLacking(subject, lacking, want, deps)
      if (taken.ok) return ok([...reserved, ...taken.value])
      for (const { letGo } of reserved) letGo()
      return taken
    }
    await deps.sleep(POLL_MS)
  }
}

async function takeLacking(
  subject: Subject,
  lacking: readonly Draw[],
  want: Want,
  deps: GatewayDeps,
): Promise<Result<readonly Reservation[], Refusal>> {
  const { cost, as } = want
  const answer = isResting(subject, deps.now()) ? null : await askInTurn(subject, lacking, want, deps)
  const now = deps.now()
  if (answer === null) {
    const local = (await outage()).takeLocally(lacking, cost, now)
    return local.ok ? ok([takenBy(local.value)]) : local
  }
  if (answer === 'refused' || !answer.ok)
    return err(standingRefusal(lacking, cost, now) ?? refuse('rate_limited', { retryAfterSeconds: 1 }))
  // What was charged at once stays charged.
  if (as === 'spend') return ok([takenBy(() => undefined)])
  return ok(lacking.map((draw, i) => reserveOwn(draw, cost, answer.standings[i]?.lease ?? 0)))
}

function reserve(draw: Draw, cost: number, now: number): Reservation {
  return canSpend(draw.holding, cost, now) ? reserveTokens(draw, cost) : reserveCredit(draw, cost)
}

// What passed on credit is charged by a call behind it.
function chargeBehind(subject: Subject, draws: readonly Draw[], deps: GatewayDeps): void {
  const now = deps.now()
  if (subject.askingSince !== 0 || isResting(subject, now)) return
  if (draws.every(({ holding }) => holding.owed === 0)) return
  subject.askingSince = now
  deps.waitUntil(renew(draws, subject, deps))
}

function isWorthWaiting(draw: Draw): boolean {
  return isLeased(draw) && draw.holding.scarce !== 'for all'
}

/** Tokens for it are here; or, where that is allowed (`async`), it passes on credit, and is charged by the next call. */
function isCovered({ facts, rule, holding }: Draw, cost: number, now: number): boolean {
  if (canSpend(holding, cost, now)) return true
  if (facts.enforcement !== 'async') return false
  const { emptyUntilMs, owed, unsure, ratePerMs, leaseMs } = holding
  // No more than a lease, and no more than there could be at all.
  const most = Math.min(capacityOf(rule), ratePerMs * leaseMs)
  return emptyUntilMs !== null && now >= emptyUntilMs && owed + unsure + cost <= Math.max(cost, most)
}
