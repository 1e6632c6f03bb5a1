// A key that is judged without a request to forward: what is asked, and what is answered. Verdicts leave the Worker as they are,
// over HTTP and over RPC, so they are written as JSON is.
import type { ProblemCode } from '../problem.ts'
import type { KeyFacts } from './snapshot.ts'
import type { LimitSubject, Environment, KeyKind, QuotaPeriod } from './vocabulary.ts'

/** What a route would say of itself, and what is known of the caller. */
export interface Question {
  /** As it was presented. */
  readonly text: string
  readonly scopes: readonly string[]
  /** Taken of each limit. 0: nothing is taken, and nothing is counted as use. Null: no limit is asked, either. */
  readonly cost: number | null
  readonly environment: Environment | null
  /** Every change that was in force when the question came is obeyed. */
  readonly strict: boolean
  /** Null, for these three: not known, which satisfies no rule. */
  readonly address: string | null
  readonly country: string | null
  readonly webOrigin: string | null
  /** Whose keys may be told of: any other is unknown. Null: everybody's. */
  readonly within: { readonly organizationId: string; readonly teamId?: string } | null
  /** `end`: the key is to be used for nothing but its own end (src/policy/ending.ts). */
  readonly purpose?: 'end'
}

export interface Verdict {
  readonly valid: boolean
  // What is wrong, as the gateway would answer a request with this key; null or empty when nothing is.
  /** Of the problem; null: the key passes. */
  readonly code: ProblemCode | null
  readonly status: number
  readonly detail: string | null
  readonly evidence: Readonly<Record<string, unknown>>
  readonly retry_after_seconds: number | null
  /** Null where no key of this deployment was presented. */
  readonly key: VerifiedKey | null
  /** Those that bind the key. */
  readonly limits: readonly LimitStanding[]
}

/** Who presented a key, or a child token, on its own behalf. */
export interface Holder {
  /** As they are for this credential. */
  readonly facts: KeyFacts
  /** SHA-256 of the key, lower-case hex. */
  readonly hash: string
  readonly verified: VerifiedKey
  /** As they stand now. */
  readonly limits: () => Promise<readonly LimitStanding[]>
}

export interface VerifiedKey {
  readonly id: string
  readonly organization_id: string
  readonly team_id: string | null
  readonly project_id: string
  readonly project_name: string
  readonly kind: KeyKind
  readonly environment: Environment
  readonly scopes: readonly string[]
  readonly plan: { readonly id: string; readonly name: string } | null
  /** RFC 3339. Of the key, of its rotation grace, or of the child token that was presented: whichever is first. */
  readonly expires_at: string | null
  readonly rotated: boolean
  readonly metadata: Readonly<Record<string, unknown>>
  /** Of the child token that was presented; null for the key itself. */
  readonly token_id: string | null
}

export interface LimitStanding {
  readonly name: string
  readonly kind: 'rate' | 'quota'
  readonly per: LimitSubject
  readonly limit: number
  /** Of a rate. */
  readonly period_seconds: number | null
  /** Of a quota. */
  readonly period: QuotaPeriod | null
  /** As far as it is known here; null where the limiter could not be asked. */
  readonly remaining: number | null
  /** When all of it is there again. RFC 3339. */
  readonly resets_at: string | null
}
