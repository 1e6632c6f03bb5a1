// D1: what was committed and when, and the outbox. A state is told by its number of commits, and every snapshot that is
// read from it carries that number, so that of any copy it is known which changes it lacks.
import type { ChangeName } from '../../../src/feed/change.ts'
import type { ConfigSnapshot, KeySnapshot, ReadStamp, Stamp } from '../../../src/model/snapshot.ts'
import { keyFacts } from '../facts.ts'
import type { Place } from '../model/network.ts'
import type { Timeline } from '../model/timeline.ts'

/** Where the keys of the model belong. The last project is in no team. */
const KEYS = {
  key_a: { projectId: 'prj_1', teamId: 'team_1', organizationId: 'org_1' },
  key_b: { projectId: 'prj_2', teamId: null, organizationId: 'org_1' },
} as const
export const HASHES = ['key_a', 'key_b'] as const
export type Hash = (typeof HASHES)[number]

export const SUBJECTS: readonly ChangeName[] = [
  { kind: 'key', subject: 'key_a' },
  { kind: 'key', subject: 'key_b' },
  { kind: 'project', subject: 'prj_1' },
  { kind: 'team', subject: 'team_1' },
  { kind: 'organization', subject: 'org_1' },
  { kind: 'config', subject: 'config' },
  { kind: 'all', subject: 'all' },
]

/** A committed change that may have to be published yet. */
export interface OutboxRow {
  readonly commit: number
  readonly name: ChangeName
  isPublished: boolean
}

export class Database implements Place {
  readonly party = { skewMs: 0, isAlive: true }
  readonly outbox: OutboxRow[] = []
  readonly #committedAt: number[] = []
  readonly #timeline: Timeline
  /** How far behind the primary its reads are; 0 for reads of the primary. */
  readonly #lagMs: number

  constructor(timeline: Timeline, lagMs: number) {
    this.#timeline = timeline
    this.#lagMs = lagMs
  }

  commit(name: ChangeName): OutboxRow {
    this.#committedAt.push(this.#timeline.nowMs)
    const row = { commit: this.#committedAt.length, name, isPublished: false }
    this.outbox.push(row)
    return row
  }

  /** Number of commits that a read sees now. */
  commits(): number {
    const visibleAt = this.#timeline.nowMs - this.#lagMs
    const unseen = this.#committedAt.findIndex((at) => at > visibleAt)
    return unseen === -1 ? this.#committedAt.length : unseen
  }
}

export function keySnapshotOf(hash: Hash, commits: number, stamp: ReadStamp): KeySnapshot {
  return { ...stamped(stamp), hash, key: keyFacts({ ...KEYS[hash], metadata: { commits } }) }
}

export function configSnapshotOf(commits: number, stamp: ReadStamp): ConfigSnapshot {
  const settings = {
    gatewayId: `${commits}`,
    checkSecrets: [],
    signingKeys: [],
    legacyFormats: [],
    expiryWarningMs: 0,
    rateLimitFields: 'standard' as const,
  }
  return { ...stamped(stamp), routes: [], wasRouted: false, upstreams: [], plans: [], settings }
}

/** Number of commits that a copy knows. */
export function commitsOfKey({ key }: KeySnapshot): number {
  return Number(key?.metadata.commits)
}

export function commitsOfConfig({ settings }: ConfigSnapshot): number {
  return Number(settings.gatewayId)
}

function stamped({ epoch, asOf, now }: ReadStamp): Stamp {
  return { epoch, asOf, readAt: now }
}
