// The limits and quotas of a plan as the edge knows them.
import type {
  LimitAlgorithm,
  LimitEnforcement,
  LimitSubject,
  OutageChoice,
  QuotaAnchor,
  QuotaPeriod,
  QuotaTimeZone,
} from './vocabulary.ts'

interface Named {
  /** Unique among the limits and quotas of its plan: it stands in the RateLimit fields and names the counter. */
  readonly name: string
  /** 0 blocks everything. */
  readonly limit: number
  /** Whose budget it is. */
  readonly per: LimitSubject
  readonly enforcement: LimitEnforcement
  /** What becomes of a request when the counter cannot be asked. */
  readonly onOutage: OutageChoice
}

export interface LimitFacts extends Named {
  readonly periodSeconds: number
  /** How much may pass at once. */
  readonly burst: number
  readonly algorithm: LimitAlgorithm
}

export interface QuotaFacts extends Named {
  readonly period: QuotaPeriod
  readonly timeZone: QuotaTimeZone
  readonly anchor: QuotaAnchor
  /** Credits that each period adds, up to `limit`; null: each period begins with the whole limit. */
  readonly refill: number | null
  /** Percent of the limit from which answers carry a warning; null: none do. */
  readonly warnAt: number | null
}
