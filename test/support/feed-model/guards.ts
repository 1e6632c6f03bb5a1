// The guards of the protocol, each as the surroundings in which it is missing. The code under test stays as it is.
import type { Grant, LogPart } from '../../../src/feed/change.ts'
import { createLogCopy } from '../../../src/feed/log-copy.ts'
import { partAfter } from '../../../src/feed/log-part.ts'
import type { Feed } from '../../../src/feed/usable.ts'
import type { ReadStamp, Stamp } from '../../../src/model/snapshot.ts'
import { RelayLog } from '../../../src/objects/relay-log.ts'
import { ok } from '../../../src/result.ts'
import { BOUND_MS } from './isolate.ts'
import { LEASE_MS } from './keepers.ts'
import {
  SNAPSHOT_MAX_AGE_MS,
  type HubCalls,
  type Pull,
  type ReadContext,
  type RelayCalls,
  type Surroundings,
} from './surroundings.ts'

type Missing = Partial<Surroundings>

// The floor is the second belt of retention and age: who breaks the one must break the other too.
const SILENT: Missing = { hub: inSilence }
const SHORT_RETENTION: Missing = { hub: forgetting }
const NO_AGE_LIMIT: Missing = { snapshotMaxAgeMs: Infinity }

/** Each guard, and the world without it: a promise is broken there. */
export const NEEDED: Readonly<Record<string, Missing>> = {
  'retention beyond the age of any copy': { hub: (hub, corrupt) => inSilence(forgetting(hub, corrupt)) },
  'an age limit': { ...NO_AGE_LIMIT, ...SILENT },
  'a floor that rises where the log overflows': SILENT,
  'asOf from before the read': { read: stampedAfter },
  'the primary of D1': { replicaLagMs: 2_000 },
  'a lease that ends': { hub: (hub) => withGrants(hub, (grant) => ({ ...grant, leaseMs: 60 * LEASE_MS })) },
  'a lease that no push renews': { relay: renewedByPush },
  'the leases of before a restart': { registry: 'lost' },
  'the leases of before a loss of storage': { hub: withoutStrangers },
  'acknowledgement by position': { relay: acknowledgingAnything },
  'syncedAt from before the sync': { feed: syncedAtArrival },
  'readAt of an own read only': { readHere: () => ({ add: () => new WeakSet(), has: () => true }) },
  'D1 where the feed is not known': { read: preferringKv },
  'an epoch of each log': { epochs: 'repeat' },
  'a writer that reads back': { writes: 'its own value' },
}

/** What a second belt makes up for: without these no promise is broken, as long as the belt is there. */
export const BELTED: Readonly<Record<string, Missing>> = {
  'retention beyond the age of any copy, with a floor': SHORT_RETENTION,
  'an age limit, with a floor': NO_AGE_LIMIT,
  'a pull of its own after a gap, with acknowledgement by position': { pull: joinedPulls },
}

async function stampedAfter<T extends Stamp>(
  read: () => Promise<T>,
  _stamp: ReadStamp,
  { feed }: ReadContext<T>,
): Promise<T> {
  const value = await read()
  return { ...value, epoch: feed.log.epoch, asOf: feed.log.heard }
}

async function preferringKv<T extends Stamp>(
  read: () => Promise<T>,
  stamp: ReadStamp,
  { feed, now, fromKv }: ReadContext<T>,
): Promise<T> {
  const copy = now() - feed.syncedAt > BOUND_MS ? await fromKv() : null
  return copy === null ? read() : { ...copy, readAt: stamp.now }
}

function inSilence(hub: HubCalls): HubCalls {
  const silent = <T extends LogPart>(part: T): T => ({ ...part, floor: 0 })
  return { ...hub, pull: (...call) => silent(hub.pull(...call)), sync: (known) => silent(hub.sync(known)) }
}

/** Remembers for a quarter of the time that a copy may live. */
function forgetting(hub: HubCalls, corrupt: (query: string) => void): HubCalls {
  const forget = () => {
    const aged = `FROM changes WHERE at < ${Date.now() - SNAPSHOT_MAX_AGE_MS / 4}`
    corrupt(`UPDATE state SET floor = max(floor, coalesce((SELECT max(seq) ${aged}), 0)); DELETE ${aged}`)
  }
  return {
    ...hub,
    pull: (...call) => {
      forget()
      return hub.pull(...call)
    },
    sync: (known) => {
      forget()
      return hub.sync(known)
    },
  }
}

function withGrants(hub: HubCalls, alter: (grant: Grant) => Grant): HubCalls {
  return { ...hub, pull: (...call) => alter(hub.pull(...call)) }
}

function withoutStrangers(hub: HubCalls): HubCalls {
  const publish: HubCalls['publish'] = async (changes) => {
    const published = await hub.publish(changes)
    const isHeard = published.relaysAcknowledged === published.relaysTotal
    return isHeard ? { ...published, leaseRemainingMs: 0 } : published
  }
  return { ...hub, publish }
}

// It takes a push for a sign that it hears the hub.
function renewedByPush(relay: RelayCalls, storage: () => DurableObjectStorage): RelayCalls {
  let pushedAt = -Infinity
  return {
    sync: async (known) => {
      const hears = Date.now() - pushedAt <= LEASE_MS
      return hears ? ok(partAfter(new RelayLog(storage()).copy, known)) : relay.sync(known)
    },
    push: (part) => {
      pushedAt = Date.now()
      return relay.push(part)
    },
  }
}

function acknowledgingAnything(relay: RelayCalls): RelayCalls {
  const push: RelayCalls['push'] = async (part) => {
    await relay.push(part)
    return part
  }
  return { ...relay, push }
}

function syncedAtArrival(now: () => number): Feed {
  let syncedAt = -Infinity
  return {
    log: createLogCopy(),
    get syncedAt() {
      return syncedAt
    },
    set syncedAt(_sentAt: number) {
      syncedAt = now()
    },
  }
}

function joinedPulls(pull: Pull): Pull {
  let underWay: ReturnType<Pull> | null = null
  return (...call) => {
    underWay ??= pull(...call).finally(() => {
      underWay = null
    })
    return underWay
  }
}
