// What surrounds the code under test. Every part is as it should be here; a guard is taken away by giving another one.
import { createLogCopy } from '../../../src/feed/log-copy.ts'
import type { Hub, Relay } from '../../../src/feed/rpc.ts'
import type { Feed } from '../../../src/feed/usable.ts'
import type { ReadStamp, Stamp } from '../../../src/model/snapshot.ts'

/** What the objects offer, without the runtime's brand. */
export type HubCalls = Pick<Hub, 'pull' | 'sync' | 'publish'>
export type RelayCalls = Pick<Relay, 'sync' | 'push'>

/** The hub as a relay reaches it. */
export type Pull = (...call: Parameters<Hub['pull']>) => Promise<ReturnType<Hub['pull']>>

/** What a read of D1 by an isolate could look at. */
export interface ReadContext<T> {
  readonly feed: Feed
  /** Epoch milliseconds of the isolate's clock. */
  readonly now: () => number
  readonly fromKv: () => Promise<T | null>
}

export interface Surroundings {
  readonly snapshotMaxAgeMs: number
  /** How far behind the primary D1 is read. */
  readonly replicaLagMs: number
  readonly hub: (hub: HubCalls, corrupt: (query: string) => void) => HubCalls
  readonly relay: (relay: RelayCalls, storage: () => DurableObjectStorage) => RelayCalls
  readonly pull: (pull: Pull) => Pull
  readonly feed: (now: () => number) => Feed
  readonly readHere: () => Pick<WeakSet<Stamp>, 'add' | 'has'>
  readonly read: <T extends Stamp>(
    read: () => Promise<T>,
    stamp: ReadStamp,
    context: ReadContext<T>,
  ) => Promise<T>
  /** What the hub finds of its registry after a restart. */
  readonly registry: 'kept' | 'lost'
  /** What tells the log of a hub whose storage was lost from the one before. */
  readonly epochs: 'differ' | 'repeat'
  /** What a writer puts into KV after it published. */
  readonly writes: 'what it reads back' | 'its own value'
}

export const SNAPSHOT_MAX_AGE_MS = 60_000

export const SOUND: Surroundings = {
  snapshotMaxAgeMs: SNAPSHOT_MAX_AGE_MS,
  replicaLagMs: 0,
  hub: (hub) => hub,
  relay: (relay) => relay,
  pull: (pull) => pull,
  feed: () => ({ log: createLogCopy(), syncedAt: -Infinity }),
  readHere: () => new WeakSet(),
  read: (read) => read(),
  registry: 'kept',
  epochs: 'differ',
  writes: 'what it reads back',
}
