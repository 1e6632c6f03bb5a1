// Counts of what was asked of the gateway, as isolates hand them over to the limiter of the organization.
import type { ProblemCode } from '../problem.ts'
import type { ObservedAddress } from './addresses.ts'
import type { RefusalNote } from './refusals.ts'

/** In place of an organization, for requests that belong to none: without a key, with an unknown one, on an open route. */
export const PLATFORM_USAGE = 'platform'

/**
 * Upper ends of the latency buckets, milliseconds, each included. Three to a decade: an estimate from them is off by half
 * at worst. A bucket that is added goes before the last one, and old counts keep their meaning only if none is moved.
 */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1_000,
  2_000,
  5_000,
  10_000,
  30_000,
  1 / 0,
]

/** How many requests fell into each of the latency buckets; what is missing at its end is 0. */
export type Histogram = readonly number[]

/** What became of a request: an answer of the origin below 500, one from 500 on, or the code of the refusal. */
export type UsageOutcome = 'passed' | 'origin_error' | ProblemCode

/** What is counted apart. */
export interface UsageLabels {
  /** Empty where no key was known, or where there were too many to count each. */
  readonly keyId: string
  readonly projectId: string
  readonly routeId: string
  /** First digit of the status. */
  readonly statusClass: number
  readonly outcome: UsageOutcome
}

export interface UsageTally {
  readonly count: number
  /** Time spent in the gateway. */
  readonly gatewayMs: Histogram
  /** Time until the origin's headers, of requests for which it was called. */
  readonly originMs: Histogram
  /** Of the newest of these requests, epoch milliseconds. */
  readonly lastAtMs: number
}

export interface UsageCount extends UsageLabels, UsageTally {
  /** When the minute began, epoch milliseconds of the isolate's clock. */
  readonly minuteMs: number
}

export interface UsageBatch {
  readonly organizationId: string
  /** The isolate, by a random name of its own. */
  readonly holder: string
  /** Rises with each batch of this isolate. A batch is repeated under its number until it is acknowledged. */
  readonly seq: number
  readonly counts: readonly UsageCount[]
  /** Of some that were refused. An isolate with older code than the limiter's sends none. */
  readonly refusals?: readonly RefusalNote[]
  /** From where keys were used. An isolate with older code sends none. */
  readonly addresses?: readonly ObservedAddress[]
}
