// What the steps of one request share.
import type { RouteFacts, UpstreamFacts } from '../model/snapshot.ts'
import type { CallerFacts } from '../policy/access.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { Budget } from './budget.ts'
import type { Credential } from './credential.ts'
import type { GatewayDeps } from './deps.ts'
import type { HeaderLine } from './consumer.ts'
import type { FoundKey } from './lookup.ts'
import type { Target } from './path.ts'
import type { Trace } from './record.ts'
import type { Fetch } from './upstream.ts'

/** What a key is judged by. */
export interface Facts {
  readonly caller: CallerFacts
  readonly config: CompiledConfig
  readonly trace: Trace
  readonly deps: GatewayDeps
}

/** What every step may look at. */
export interface Exchange extends Facts {
  readonly request: Request
  readonly target: Target
}

/** The route of a request and the way to its origin. */
export interface Match {
  readonly route: RouteFacts
  readonly upstream: UpstreamFacts
  /** How the upstream is reached: the network or a service binding. */
  readonly fetch: Fetch
}

/** What was decided, and on what. */
export interface Decided {
  readonly exchange: Facts
  readonly match: Pick<Match, 'route'>
  /** Null on a route that let it pass without a key. */
  readonly found: FoundKey | null
  readonly budget: Budget
}

/** A request that may go out, unless what it was decided on has changed. */
export interface Admission extends Decided {
  readonly kind: 'admission'
  readonly exchange: Exchange
  readonly match: Match
  readonly credential: Credential | null
  readonly injected: readonly HeaderLine[]
}

/** An admission by a key: only such a one can come to an end. */
export type KeyedAdmission = Admission & { readonly found: FoundKey }

export function isKeyed(admission: Admission): admission is KeyedAdmission {
  return admission.found !== null
}
