// What an isolate remembers between requests: values only, never promises, because a request may not await I/O that
// another request began. All of it is bounded, all of it may vanish at any time. What is derived from a snapshot
// (assertions, consumer headers) hangs weakly on the snapshot itself and ends with it.
import type { KeySnapshot } from '../model/snapshot.ts'
import type { ChangeKind } from '../model/vocabulary.ts'
import type { CompiledConfig } from './compiled-config.ts'
import { LruMap } from './lru-map.ts'

const MAX_KEYS = 20_000
const MAX_ABSENCES = 5_000
const MAX_ADDRESSES = 5_000

export interface EdgeMemory {
  readonly keys: LruMap<string, KeySnapshot>
  /** Apart from the keys, so that a flood of unknown hashes pushes out no known one. */
  readonly absences: LruMap<string, KeySnapshot>
  /** Addresses whose last look-up failed, and when: only these are asked of the failures limiter. */
  readonly failedAddresses: LruMap<string, number>
  config: CompiledConfig | null
  /** What is being read ahead in the background, and since when: one isolate needs one such read at a time. */
  readonly refreshing: LruMap<string, number>
}

export function createMemory(): EdgeMemory {
  return {
    keys: new LruMap(MAX_KEYS),
    absences: new LruMap(MAX_ABSENCES),
    failedAddresses: new LruMap(MAX_ADDRESSES),
    config: null,
    refreshing: new LruMap(MAX_KEYS),
  }
}

export interface Change {
  readonly kind: ChangeKind
  /** A key's hash, or the id of a project, team or organization. */
  readonly subject: string
}

/** Drops this isolate's copies of what changed. Other isolates' copies die of age. */
export function forget(memory: EdgeMemory, change: Change): void {
  switch (change.kind) {
    case 'key':
      memory.keys.delete(change.subject)
      memory.absences.delete(change.subject)
      return
    case 'config':
      memory.config = null
      return
    case 'project':
      return memory.keys.deleteWhere((snapshot) => snapshot.key?.projectId === change.subject)
    case 'team':
      return memory.keys.deleteWhere((snapshot) => snapshot.key?.teamId === change.subject)
    case 'organization':
      return memory.keys.deleteWhere((snapshot) => snapshot.key?.organizationId === change.subject)
    case 'all':
      memory.config = null
      memory.keys.clear()
      memory.absences.clear()
  }
}
