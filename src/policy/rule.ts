// The rules that a counter goes by, whoever counts.
import type { QuotaPeriod } from '../model/vocabulary.ts'

interface Named {
  readonly name: string
  /**
   * Whose counter it is: a plan's, where keys of several plans share the subject; empty for a key, which takes what it has used to
   * another plan.
   */
  readonly plan: string
}

export interface RateRule extends Named {
  readonly kind: 'gcra' | 'sliding_log'
  /** Requests per period, 0 to 2^53 - 1; 0 blocks everything. */
  readonly limit: number
  readonly periodMs: number
  /** How much may pass at once. A sliding log has no burst of its own: it is the limit. */
  readonly burst: number
}

export interface QuotaRule extends Named {
  readonly kind: 'quota'
  /** Requests per window, 0 to 2^53 - 1; 0 blocks everything. */
  readonly limit: number
  readonly period: QuotaPeriod
  /** IANA name: where the windows begin. */
  readonly timeZone: string
  /** Windows are counted from this day; null: calendar windows. Epoch milliseconds. */
  readonly anchorMs: number | null
  /** Credits that each window adds, up to `limit`; null: each window begins with the whole limit. */
  readonly refill: number | null
}

export type Rule = RateRule | QuotaRule

/**
 * Which counter of a subject a rule counts in. A rule that changes its size keeps its counter. Another algorithm, or a quota of another
 * period, is another counter.
 */
export function counterOf(rule: Rule): string {
  const kind = rule.kind === 'quota' ? `quota:${rule.period}` : rule.kind
  return `${kind}:${rule.plan}:${rule.name}`
}

/** The most that can be there at once. */
export function capacityOf(rule: Rule): number {
  return rule.kind === 'gcra' && rule.limit > 0 ? rule.burst : rule.limit
}
