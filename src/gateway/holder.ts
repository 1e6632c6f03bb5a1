// The name by which limiters know this isolate.
import type { GatewayDeps } from './deps.ts'

/** Made at the first request that needs it: a Worker has no dice at module scope. */
export function holderOf({ memory, newRequestId }: GatewayDeps): string {
  memory.holder ||= newRequestId()
  return memory.holder
}
