// An isolate of the gateway: its real dependencies but for clock, network, KV and D1, which belong to the model.
import { readConfig, type Config } from '../../../src/config.ts'
import type { GatewayDeps, Read } from '../../../src/gateway/deps.ts'
import { createMemory } from '../../../src/gateway/memory.ts'
import type { ReadStamp, Stamp } from '../../../src/model/snapshot.ts'
import { ok } from '../../../src/result.ts'
import { getConfigCopy, getKeyCopy } from '../../../src/store/edge.ts'
import { configSnapshotOf, keySnapshotOf, type Hash } from './database.ts'
import type { RelayPlace } from './keepers.ts'
import { createLine, type Line } from '../model/network.ts'
import type { Party } from '../model/timeline.ts'
import type { World } from './world.ts'

export const BOUND_MS = 1_000
export const GRACE_MS = 5_000

/** Whom an isolate talks to. */
export interface Lines {
  readonly relay: Line
  readonly hub: Line
  readonly d1: Line
  readonly kv: Line
}

export interface Isolate {
  readonly name: string
  readonly party: Party
  readonly lines: Lines
  readonly deps: GatewayDeps
}

export function createLines(): Lines {
  return { relay: createLine(), hub: createLine(), d1: createLine(), kv: createLine() }
}

/** Each begins with nothing in memory; the lines belong to the place and outlast it. */
export function createIsolate(
  name: string,
  skewMs: number,
  lines: Lines,
  relay: RelayPlace,
  world: World,
): Isolate {
  const { network, timeline, keepers, surroundings, cache } = world
  const party = { skewMs, isAlive: true }
  const now = () => timeline.clockOf(party)
  const memory = { ...createMemory(), feed: surroundings.feed(now), readHere: surroundings.readHere() }
  const kv = {
    get: (key: string) => network.call(lines.kv, cache, () => cache.get(key)),
    put: (key: string, value: string) => network.call(lines.kv, cache, () => cache.put(key, value)),
  } as unknown as KVNamespace
  const read = async <T extends Stamp>(
    stamp: ReadStamp,
    make: (commits: number) => T,
    fromKv: () => Promise<T | null>,
  ): Read<T> => {
    const fromD1 = () => network.call(lines.d1, world.database, () => make(world.database.commits()))
    return ok(await surroundings.read(fromD1, stamp, { feed: memory.feed, now, fromKv }))
  }
  const deps = {
    config: isolateConfig(surroundings.snapshotMaxAgeMs),
    memory: memory as GatewayDeps['memory'],
    kv,
    relay: async (known) => {
      const answer = await network.call(lines.relay, relay.place, () => keepers.relayCalls(relay).sync(known))
      if (answer.ok) return answer.value
      throw new Error(answer.error)
    },
    hub: (known) => network.call(lines.hub, keepers.hub, () => keepers.hubCalls().sync(known)),
    failures: null,
    limiter: () => {
      throw new Error('no limiter')
    },
    readKey: (hash, stamp) =>
      read(
        stamp,
        (commits) => keySnapshotOf(hash as Hash, commits, stamp),
        () => getKeyCopy(kv, hash),
      ),
    adoptKey: async () => 'unknown',
    readConfig: (stamp) =>
      read(
        stamp,
        (commits) => configSnapshotOf(commits, stamp),
        () => getConfigCopy(kv),
      ),
    fetch: () => Promise.reject(new Error('no origin')),
    service: () => null,
    sleep: (ms) => timeline.sleep(ms),
    now,
    random: () => 0,
    newRequestId: () => '',
    controlOrigin: (origin) => origin,
    log: () => undefined,
    waitUntil: (promise) => void promise.catch(() => undefined),
  } satisfies GatewayDeps
  return { name, party, lines, deps }
}

const config = await readConfig({
  ORIGIN_URL: 'https://origin.example',
  ADMIN_TOKEN: 'a'.repeat(32),
  LATCHKEY_SECRET: 's'.repeat(32),
  REVOCATION_BOUND_MS: `${BOUND_MS}`,
  FEED_GRACE: `${GRACE_MS / 1000}`,
})

function isolateConfig(snapshotMaxAgeMs: number): Config {
  if (!config.ok) throw new Error(config.error.join(' '))
  return { ...config.value, snapshotMaxAgeMs }
}
