// What stands behind the names of the bindings: databases, the objects of the invalidation feed, services.
import { readFeedConfig, type FeedConfig } from './config.ts'
import type { Known, LogPart } from './feed/change.ts'
import { nearestRegion, relayName } from './feed/region.ts'
import type { LimiterBindings, LimiterStub } from './limits/rpc.ts'
import { HUB_NAME, type FeedBindings, type HubStub } from './feed/rpc.ts'

type Service = Pick<Fetcher, 'fetch'>

export function databasesOf(env: Env): { primary: D1Database; shards: readonly D1Database[] } {
  return { primary: env.DB, shards: [env.DB] }
}

/** The hub stands in the first region. A hint counts for whoever creates the object, so everybody gives the same. */
export function hubOf(env: Env): HubStub {
  const [first] = readFeedConfig({ ...env }).relayRegions
  return feedOf(env).HUB.getByName(HUB_NAME, first === undefined ? {} : { locationHint: first })
}

/**
 * The relay that an isolate asks. Chosen once for each isolate: its colo does not move.
 * @param cf of the first request that the isolate serves
 */
export function relayOf(
  env: Env,
  { relayRegions, relayShards }: FeedConfig,
  cf: CfProperties | undefined,
): (known: Known) => Promise<LogPart> {
  const region = nearestRegion(textOf(cf?.continent), textOf(cf?.longitude), relayRegions)
  const name = relayName(region, Math.floor(Math.random() * relayShards))
  return async (known) => {
    const answer = await feedOf(env).RELAY.getByName(name, { locationHint: region }).sync(known)
    if (answer.ok) return answer.value
    throw new Error(answer.error)
  }
}

/** The limiter of a subject. No location hint: it is made near the traffic that asks for it first. */
export function limiterOf(env: Env, name: string): LimiterStub {
  const bindings: LimiterBindings = env
  return bindings.LIMITER.getByName(name)
}

/** A service binding by its name; null when this Worker has none of that name. */
export function serviceOf(env: Env, name: string): Service | null {
  const binding: unknown = Object.hasOwn(env, name) ? Reflect.get(env, name) : null
  return isService(binding) ? binding : null
}

// `wrangler types` reads the built bundle, which has no types: it knows that these are objects, not of which kind.
function feedOf(env: Env): FeedBindings {
  return env
}

function isService(binding: unknown): binding is Service {
  return typeof binding === 'object' && binding !== null && 'fetch' in binding
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
