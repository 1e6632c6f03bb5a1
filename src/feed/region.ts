// Which relay an isolate asks: one that stands near. A wrong guess costs milliseconds, never correctness.
import type { RelayRegion } from '../model/feed-vocabulary.ts'

/** Location hints by continent, nearest first (two-letter codes of `request.cf.continent`). */
const NEAREST: Readonly<Record<string, readonly RelayRegion[]>> = {
  AF: ['afr', 'weur', 'me', 'eeur', 'enam'],
  AS: ['apac', 'me', 'oc', 'eeur', 'weur', 'wnam'],
  EU: ['weur', 'eeur', 'me', 'enam'],
  NA: ['enam', 'wnam', 'sam', 'weur'],
  OC: ['oc', 'apac', 'wnam'],
  SA: ['sam', 'enam', 'wnam'],
}

/** West of it, North America is nearer to `wnam`. Degrees. */
const MID_NORTH_AMERICA = -100

/**
 * @param continent of the first request that the isolate serves; its colo is near that client
 * @param longitude degrees, as text
 * @param regions where relays stand; not empty
 */
export function nearestRegion(
  continent: string | undefined,
  longitude: string | undefined,
  regions: readonly RelayRegion[],
): RelayRegion {
  const near = continent === undefined ? [] : (NEAREST[continent] ?? [])
  const isWest = continent === 'NA' && Number(longitude) < MID_NORTH_AMERICA
  const wanted: readonly RelayRegion[] = isWest ? ['wnam', ...near] : near
  return wanted.find((region) => regions.includes(region)) ?? regions[0] ?? 'enam'
}

/** Name of the relay's object. */
export function relayName(region: RelayRegion, shard: number): string {
  return `${region}-${shard}`
}
