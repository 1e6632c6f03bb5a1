// The configuration as a request uses it: routes compiled, secrets imported (config.ts makes it).
import type { ConfigSnapshot, PlanFacts, UpstreamFacts } from '../model/snapshot.ts'
import type { Signer } from './assertion.ts'
import type { RouteTable } from './route.ts'

export interface CompiledConfig {
  readonly snapshot: ConfigSnapshot
  readonly routes: RouteTable
  readonly upstreams: ReadonlyMap<string, UpstreamFacts>
  readonly plans: ReadonlyMap<string, PlanFacts>
  readonly checkSecrets: readonly CryptoKey[]
  readonly signer: Signer
}
