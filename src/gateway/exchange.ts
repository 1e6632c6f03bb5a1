// What the steps of one request share.
import type { RouteFacts, UpstreamFacts } from '../model/snapshot.ts'
import type { CallerFacts } from '../policy/access.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { GatewayDeps } from './deps.ts'
import type { Target } from './path.ts'
import type { Trace } from './record.ts'
import type { Fetch } from './upstream.ts'

/** What every step may look at. */
export interface Exchange {
  readonly request: Request
  readonly target: Target
  readonly caller: CallerFacts
  readonly config: CompiledConfig
  readonly trace: Trace
  readonly deps: GatewayDeps
}

/** The route of a request and the way to its origin. */
export interface Match {
  readonly route: RouteFacts
  readonly upstream: UpstreamFacts
  /** How the upstream is reached: the network or a service binding. */
  readonly fetch: Fetch
}
