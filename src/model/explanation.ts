// What is asked about a request that was not made, and what is told of it: between the gateway, which decides, and whoever asks.
import type { ProblemCode } from '../problem.ts'
import type { Environment, LimitSubject } from './vocabulary.ts'

/** A request as it might come. */
export interface Sample {
  readonly method: string
  /** Absolute, as it would be sent. */
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly address: string | null
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | null
  readonly credential: SampleCredential
}

export type SampleCredential =
  /** What stands in the headers and the URL, if anything does. */
  | { readonly kind: 'as_sent' }
  /** The text of a key, put where the route looks first. */
  | { readonly kind: 'text'; readonly text: string }
  /** A key that exists, by the hash of its text. */
  | { readonly kind: 'stored'; readonly hash: string }
  /** An active key with these scopes, without plan and network policy. Environment null: the one that the route takes. */
  | {
      readonly kind: 'imagined'
      readonly scopes: readonly string[]
      readonly environment: Environment | null
    }

export const EXPLAINED_STEPS = [
  'url',
  'configuration',
  'route',
  'preflight',
  'credential',
  'key',
  'environment',
  'scopes',
  'address',
  'country',
  'web_origin',
  'limits',
  'forward',
] as const

type ExplainedStep = (typeof EXPLAINED_STEPS)[number]

export interface Step {
  readonly step: ExplainedStep
  /** Null: it lets the request pass. */
  readonly code: ProblemCode | null
  /** Null: what the code says is all there is. */
  readonly detail: string | null
}

/** A route that might have been meant, and why it is not the one. */
export interface NearbyRoute {
  readonly routeId: string
  readonly reason: NearbyReason
  readonly detail: string
}

export const NEARBY_REASONS = ['host', 'method', 'spelling', 'outranked'] as const
type NearbyReason = (typeof NEARBY_REASONS)[number]

/** One change that would let the request further. All of them together let it pass, as far as is known. */
export interface Remedy {
  readonly action: RemedyAction
  /** Id of what is to be changed; null: the request, or nothing that has an id. */
  readonly target: string | null
  readonly detail: string
}

export const REMEDY_ACTIONS = ['change_request', 'change_key', 'change_route', 'change_plan', 'wait'] as const
type RemedyAction = (typeof REMEDY_ACTIONS)[number]

/** How a limit stands, as far as this isolate knows without asking. */
export interface LimitStanding {
  readonly name: string
  readonly per: LimitSubject
  readonly limit: number
  readonly cost: number
  /** Null: no request of this isolate has asked yet. */
  readonly remaining: number | null
  /** Epoch milliseconds; null: not known, or never. */
  readonly resetAtMs: number | null
}

export interface Explanation {
  readonly answer: {
    readonly kind: 'forwarded' | 'preflight' | 'refused'
    /** Of the refusal. */
    readonly code: ProblemCode | null
    /** Null: what the code says is all there is. */
    readonly detail: string | null
  }
  /** In the order in which the gateway takes them, up to the one that refuses; and all rules of access. */
  readonly steps: readonly Step[]
  readonly routeId: string | null
  readonly keyId: string | null
  readonly planId: string | null
  readonly upstreamId: string | null
  /** What would be called. */
  readonly originUrl: string | null
  readonly nearby: readonly NearbyRoute[]
  readonly limits: readonly LimitStanding[]
  readonly remedies: readonly Remedy[]
}
