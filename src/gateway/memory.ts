// What an isolate remembers between requests: values only, never promises, because a request may not await I/O that
// another request began. All of it is bounded, all of it may vanish at any time. What is derived from a snapshot
// (assertions, consumer headers) hangs weakly on the snapshot itself and ends with it.
import { createLogCopy } from '../feed/log-copy.ts'
import type { Feed } from '../feed/usable.ts'
import type { KeySnapshot, Stamp } from '../model/snapshot.ts'
import type { CompiledConfig } from './compiled-config.ts'
import type { Subject } from './subject.ts'
import { LruMap } from './lru-map.ts'
import { createSyncState, type SyncState } from './sync.ts'
import { createUsageMemory, type UsageMemory } from './usage.ts'

const MAX_KEYS = 20_000
const MAX_ABSENCES = 5_000
const MAX_ADDRESSES = 5_000

export interface EdgeMemory {
  /** What is known of the invalidation feed: bounded by the hub's own bound. */
  readonly feed: Feed
  readonly sync: SyncState
  /**
   * Of streams, apart: the platform counts the calls of one invocation, so a stream that is open for hours may fail to ask
   * where every request still can, and must not tell them that nobody answers.
   */
  readonly streamSync: SyncState
  readonly keys: LruMap<string, KeySnapshot>
  /** Apart from the keys, so that a flood of unknown hashes pushes out no known one. */
  readonly absences: LruMap<string, KeySnapshot>
  /** Copies that this isolate read from D1 itself: `readAt` of these is a time of its own clock. */
  readonly readHere: WeakSet<Stamp>
  /** Addresses whose last look-up failed, and when: only these are asked of the failures limiter. */
  readonly failedAddresses: LruMap<string, number>
  config: CompiledConfig | null
  /** Keys, projects and organizations with limits, by the name of their limiter. */
  readonly subjects: LruMap<string, Subject>
  /** Requests since the last report that were decided in an outage, by copies that nobody could be asked about. */
  readonly degraded: { requests: number; reportedAt: number }
  /** What a request is reading, and since when: the others wait for what it brings. */
  readonly reading: Map<string, number>
  /** Until when D1 is left alone, 0 for one that answers; and since when it is tried again. Epoch milliseconds. */
  readonly d1: { restsUntil: number; triedAt: number | null }
  /** What is being read ahead in the background, and since when: one isolate needs one such read at a time. */
  readonly refreshing: LruMap<string, number>
  /** This isolate, as limiters know it: a random name, made when it is needed first. Empty until then. */
  holder: string
  /** What was counted and not yet handed over. */
  readonly usage: UsageMemory
}

export function createMemory(): EdgeMemory {
  return {
    feed: { log: createLogCopy(), syncedAt: -Infinity },
    sync: createSyncState(),
    streamSync: createSyncState(),
    keys: new LruMap(MAX_KEYS),
    absences: new LruMap(MAX_ABSENCES),
    readHere: new WeakSet(),
    failedAddresses: new LruMap(MAX_ADDRESSES),
    config: null,
    subjects: new LruMap(MAX_KEYS),
    degraded: { requests: 0, reportedAt: -Infinity },
    reading: new Map(),
    d1: { restsUntil: 0, triedAt: null },
    refreshing: new LruMap(MAX_KEYS),
    holder: '',
    usage: createUsageMemory(),
  }
}
