// What a request is decided on: how recent the knowledge must be, and what is left when nobody can be asked.
import { isConfigUsable, isKeyUsable, isKnownSince, type Moment } from '../feed/usable.ts'
import type { ConfigSnapshot, KeySnapshot } from '../model/snapshot.ts'
import type { GatewayDeps } from './deps.ts'
import { consultFeed, retrySync, type SyncState } from './sync.ts'

export interface Basis {
  /**
   * Epoch milliseconds. A strict route obeys every change that was in force when the request began; null: any other
   * route, which may be behind by the bound.
   */
  strictSince: number | null
  /** When it was last told, for that. Epoch milliseconds. */
  answeredAt: number
  /** True once a copy had to be used although relay, hub and D1 were all away: within the grace, and never for long. */
  isDegraded: boolean
  /** Of those who ask alike: the requests of this isolate, or its streams. */
  readonly sync: SyncState
}

/** Where every decision begins. */
export function newBasis(sync: SyncState): Basis {
  return { strictSince: null, answeredAt: -Infinity, isDegraded: false, sync }
}

/**
 * For a strict route. What was known so far may be behind by the bound: from here on nothing from before the request counts,
 * for it or against it.
 * @param since when the request began, epoch milliseconds
 */
export async function beStrict(basis: Basis, since: number, deps: GatewayDeps): Promise<void> {
  if (basis.strictSince !== null) return
  basis.isDegraded = false
  await askStrictly(basis, since, deps)
}

/** Right before a strict request goes out: if it has waited for anything since it asked, it asks again. */
export async function stayStrict(basis: Basis, deps: GatewayDeps): Promise<void> {
  const now = deps.now()
  if (basis.strictSince === null || now <= basis.answeredAt) return
  // Without the feed, what D1 just said is as recent as can be had.
  if (isKnownSince(deps.memory.feed, now, basis.strictSince)) await askStrictly(basis, now, deps)
}

async function askStrictly(basis: Basis, since: number, deps: GatewayDeps): Promise<void> {
  basis.strictSince = since
  await consultFeed(since, basis.sync, deps)
  basis.answeredAt = deps.now()
}

/** What a copy must be equal to now. */
export function momentOf(basis: Basis, { config, now: clock }: GatewayDeps): Moment {
  const now = clock()
  // The grace ends with the outage, also for a request that began in it.
  const isCutOff = basis.isDegraded && basis.sync.isDown
  const slackMs = config.revocationBoundMs + (isCutOff ? config.feedGraceMs : 0)
  // A strict request that takes longer than the bound must not be further behind than any other.
  const since = Math.max(basis.strictSince ?? -Infinity, now - slackMs)
  return { now, since, maxAgeMs: config.snapshotMaxAgeMs }
}

/** True where the cached copies may be asked about: the feed is known as recently as the request needs. */
export function knowsFeed(moment: Moment, { memory }: GatewayDeps): boolean {
  return isKnownSince(memory.feed, moment.now, moment.since)
}

export function mayUseKey(copy: KeySnapshot, moment: Moment, { memory }: GatewayDeps): boolean {
  return isKeyUsable(copy, memory.readHere.has(copy), memory.feed, moment)
}

export function mayUseConfig(copy: ConfigSnapshot, moment: Moment, { memory }: GatewayDeps): boolean {
  return isConfigUsable(copy, memory.readHere.has(copy), memory.feed, moment)
}

/**
 * A copy for when D1 cannot be read: one that the feed vouches for, else one that may be used because nobody is left to
 * ask. The basis remembers the latter, and the request is logged so.
 */
export async function salvage<T>(
  held: T | null,
  mayUse: (moment: Moment) => boolean,
  basis: Basis,
  deps: GatewayDeps,
): Promise<T | null> {
  if (held === null) return null
  // D1 may have taken long to fail: what was known of the feed before is too old by now, and so is an outage of then.
  await retrySync(momentOf(basis, deps).since, basis.sync, deps)
  if (mayUse(momentOf(basis, deps))) return held
  if (basis.strictSince !== null) return null
  const degraded: Basis = { ...basis, isDegraded: true }
  if (!mayUse(momentOf(degraded, deps))) return null
  basis.isDegraded = true
  return held
}
