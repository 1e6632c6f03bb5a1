// Whether an upstream's URL may be called: nothing inside, and not the gateway itself (src/policy/upstream-url.ts).
import type { RouteFacts } from '../model/snapshot.ts'
import { isLoopback } from '../policy/loopback.ts'
import { parseUpstreamUrl } from '../policy/upstream-url.ts'
import type { Refusal } from '../problem.ts'
import { err, type Result } from '../result.ts'
import type { ControlDeps } from './deps.ts'
import { refuseValue } from './refused.ts'

/**
 * @param pointer where it stands in the body
 * @returns the URL in its normal form
 */
export async function judgeUrl(
  url: string,
  calledUrl: string,
  deps: ControlDeps,
  pointer = '/url',
): Promise<Result<string, Refusal>> {
  const config = await deps.findConfig()
  if (!config.ok) return config
  const { localDevelopment, controlHost } = deps.config
  const ownHosts = findOwnHosts(calledUrl, controlHost, config.value.routes)
  const parsed = parseUpstreamUrl(url, {
    localDevelopment,
    // On a developer's machine gateway and origin share the loopback host and differ in the port alone.
    ownHosts: localDevelopment ? ownHosts.filter((host) => !isLoopback(host)) : ownHosts,
  })
  return parsed.ok ? parsed : err(refuseValue(pointer, `The URL ${parsed.error}`))
}

// Wildcard hosts match no name here: the origin often stands beside the gateway under one domain, and a true loop is
// caught by `Via`.
function findOwnHosts(
  calledUrl: string,
  controlHost: string | null,
  routes: readonly RouteFacts[],
): readonly string[] {
  const control = controlHost === null ? [] : [new URL(`https://${controlHost}`).hostname]
  return [new URL(calledUrl).hostname, ...control, ...routes.flatMap(({ hosts }) => hosts)]
}
