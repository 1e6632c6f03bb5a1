// Which limits bind a request: those of the key's plan that the route names, each on the budget of the key, its project or its
// organization. Found once for each copy of a key and route's limits, not for each request.
import type { LimitFacts, QuotaFacts } from '../model/limits.ts'
import type { KeyFacts, PlanFacts, RouteFacts } from '../model/snapshot.ts'
import { limiterName } from '../limits/rpc.ts'
import type { Rule } from '../policy/rule.ts'
import { holdingOf, newSubject, type Draw, type Subject } from './subject.ts'
import type { EdgeMemory } from './memory.ts'

interface Found {
  readonly plan: PlanFacts
  /** By the names that a route has of limits: routes that name none share theirs. */
  readonly byNames: Map<RouteFacts['limits'], readonly Draw[]>
}

const NONE: readonly Draw[] = []
const found = new WeakMap<KeyFacts, Found>()

/** @param now epoch milliseconds */
export function drawsOf(
  key: KeyFacts,
  plan: PlanFacts,
  route: Pick<RouteFacts, 'limits'>,
  memory: EdgeMemory,
  now: number,
): readonly Draw[] {
  let held = found.get(key)
  if (held?.plan !== plan) found.set(key, (held = { plan, byNames: new Map() }))
  const draws = held.byNames.get(route.limits)
  if (draws !== undefined) return draws
  const made = makeDraws(key, plan, route, memory, now)
  held.byNames.set(route.limits, made)
  return made
}

function makeDraws(
  key: KeyFacts,
  plan: PlanFacts,
  route: Pick<RouteFacts, 'limits'>,
  memory: EdgeMemory,
  now: number,
): readonly Draw[] {
  const binds = ({ name }: { readonly name: string }) => route.limits?.includes(name) ?? true
  const draw = (facts: LimitFacts | QuotaFacts, rule: Rule): Draw => {
    const subject = subjectOf(key, facts.per, memory)
    return { facts, rule, subject, holding: holdingOf(subject, rule, now) }
  }
  const draws = [
    ...plan.limits.filter(binds).map((limit) => draw(limit, rateRule(limit, plan))),
    ...plan.quotas.filter(binds).map((quota) => draw(quota, quotaRule(quota, plan, key))),
  ]
  return draws.length === 0 ? NONE : draws
}

function subjectOf(key: KeyFacts, per: LimitFacts['per'], { subjects }: EdgeMemory): Subject {
  const id = { key: key.lineage, project: key.projectId, organization: key.organizationId }[per]
  const name = limiterName(per, id)
  const held = subjects.get(name)
  if (held !== undefined) return held
  const made = newSubject(name)
  subjects.set(name, made)
  return made
}

function rateRule({ name, per, algorithm, limit, periodSeconds, burst }: LimitFacts, plan: PlanFacts): Rule {
  return { kind: algorithm, name, plan: planOf(per, plan), limit, periodMs: periodSeconds * 1000, burst }
}

function quotaRule(
  { name, per, limit, period, timeZone, anchor, refill }: QuotaFacts,
  plan: PlanFacts,
  key: KeyFacts,
): Rule {
  return {
    kind: 'quota',
    name,
    plan: planOf(per, plan),
    limit,
    period,
    timeZone: timeZone === 'utc' ? 'UTC' : key.timeZone,
    anchorMs: anchor === 'anniversary' ? key.anniversaryMs : null,
    refill,
  }
}

// Keys of a project or an organization may have different plans at a time. Of one counter for all, each would see what the limits of
// the others give back.
function planOf(per: LimitFacts['per'], { id }: PlanFacts): string {
  return per === 'key' ? '' : id
}
