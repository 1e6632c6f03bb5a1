// What a request is told that a limit refuses: which one, and a Retry-After that is true. Nobody else taking the budget, the same
// request passes then (RFC 9110, section 10.2.3; RFC 6585, section 4).
import { refuse, type Refusal } from '../problem.ts'
import type { Draw } from './subject.ts'

/** @param draws those that refuse, at least one */
export function refusedBy(draws: readonly Draw[], cost: number, now: number): Refusal {
  // The one that takes longest: before that, the others are of no use.
  const draw = draws.reduce((one, other) => (untilOf(other, cost) > untilOf(one, cost) ? other : one))
  const { facts, rule, holding } = draw
  const waitMs = untilOf(draw, cost) - now
  const [code, evidence] =
    rule.kind === 'quota'
      ? (['quota_exceeded', { quota: facts.name, resets_at: timeOf(holding.resetAtMs) }] as const)
      : (['rate_limited', { limit: facts.name }] as const)
  const detail = waitMs === Infinity ? whyNever(draw, cost) : `${sizeOf(draw)} is used up.`
  if (waitMs === Infinity) return refuse(code, { detail, evidence })
  return refuse(code, { detail, evidence, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
}

function untilOf({ holding }: Draw, cost: number): number {
  return holding.refusals.get(cost)?.untilMs ?? Infinity
}

/** `The limit per-minute of 600 in 60 s`. */
function sizeOf({ facts, rule }: Draw): string {
  if (rule.kind !== 'quota') return `The limit ${facts.name} of ${facts.limit} in ${rule.periodMs / 1000} s`
  return `The quota ${facts.name} of ${facts.limit}${rule.period === 'lifetime' ? '' : ` a ${rule.period}`}`
}

function whyNever(draw: Draw, cost: number): string {
  const { facts, rule } = draw
  if (facts.limit === 0) return `${sizeOf(draw)} lets nothing pass.`
  const most = rule.kind === 'gcra' ? rule.burst : facts.limit
  if (cost > most) return `${sizeOf(draw)} lets ${most} pass at once, and this request costs ${cost}.`
  return `${sizeOf(draw)} is used up, and is not renewed.`
}

// To the second, as windows end: the way from the limiter has made it a few milliseconds later.
function timeOf(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(Math.round(epochMs / 1000) * 1000).toISOString()
}
