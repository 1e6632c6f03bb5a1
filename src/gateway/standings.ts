// How the limits of a key stand, for those who ask without spending: the limiters are asked for nothing and tell what is left.
import type { KeyFacts, PlanFacts } from '../model/snapshot.ts'
import type { LimitStanding } from '../model/verification.ts'
import type { GatewayDeps } from './deps.ts'
import { drawsOf } from './draws.ts'
import { IMPLICIT_ROUTE } from './implicit-route.ts'
import { leftOf } from './limit-fields.ts'
import { callLimiter } from './limiter-call.ts'
import { isResting, type Draw, type Subject } from './subject.ts'

/**
 * Every limit of the plan, as it stands now.
 * @param cost what was just taken; 0 or null: nobody has been asked yet
 */
export async function standingsOf(
  key: KeyFacts,
  plan: PlanFacts | null,
  cost: number | null,
  deps: GatewayDeps,
): Promise<readonly LimitStanding[]> {
  if (plan === null) return []
  const draws = drawsOf(key, plan, IMPLICIT_ROUTE, deps.memory, deps.now())
  if (cost === null || cost === 0) await look(draws, deps)
  return draws.map(viewDraw)
}

// One call for each limiter. One that cannot be reached leaves what was known before.
async function look(draws: readonly Draw[], deps: GatewayDeps): Promise<void> {
  const bySubject = Map.groupBy(draws, ({ subject }) => subject)
  const ask = async (subject: Subject, own: readonly Draw[]) => {
    if (isResting(subject, deps.now())) return
    await callLimiter(subject, [{ draws: own, want: { cost: 0, as: 'hold' } }], deps)
  }
  await Promise.all([...bySubject].map(([subject, own]) => ask(subject, own)))
}

function viewDraw(draw: Draw): LimitStanding {
  const { facts, rule, holding } = draw
  const { isKnown, resetAtMs } = holding
  return {
    name: facts.name,
    kind: rule.kind === 'quota' ? 'quota' : 'rate',
    per: facts.per,
    limit: facts.limit,
    period_seconds: rule.kind === 'quota' ? null : rule.periodMs / 1000,
    period: rule.kind === 'quota' ? rule.period : null,
    remaining: isKnown ? Math.max(0, leftOf(draw)) : null,
    resets_at: isKnown && resetAtMs !== null ? new Date(resetAtMs).toISOString() : null,
  }
}
