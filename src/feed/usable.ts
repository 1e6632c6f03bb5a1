// May a copy be used for this request? The one question that every cached decision asks, kept pure. The argument why the
// answer is right, whatever KV serves and however slow a reader was: docs/revocation.md.
import type { ConfigSnapshot, KeySnapshot, Stamp } from '../model/snapshot.ts'
import type { LogCopy } from './log-copy.ts'

/** How far the clocks of two isolates may differ. */
export const MAX_CLOCK_SKEW_MS = 5_000

/** A request's clock stands still between two waits, so another one's may be ahead of it; but not by more than this. */
const MAX_LEAD_MS = 1_000

/** What an isolate knows of the feed. */
export interface Feed {
  readonly log: LogCopy
  /** Epoch milliseconds *before* the last sync that was answered was sent: what the answer lacks is younger. */
  syncedAt: number
}

export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number
  /** What is decided must take account of every change that was in force at this time. Epoch milliseconds. */
  readonly since: number
  /** No copy is used later than this after D1 was read. */
  readonly maxAgeMs: number
}

/**
 * The rule, for a key. A copy may be used if no change that is known condemns it, it is not too old, and what is known
 * is recent enough: by the feed, or because this isolate itself read D1 since then.
 * @param readHere true if this isolate read it from D1: only then is `readAt` of our own clock
 */
export function isKeyUsable(snapshot: KeySnapshot, readHere: boolean, feed: Feed, moment: Moment): boolean {
  return isTimely(snapshot, readHere, feed, moment) && !isKeyCondemned(snapshot, feed.log)
}

/** The rule, for the configuration. */
export function isConfigUsable(
  snapshot: ConfigSnapshot,
  readHere: boolean,
  feed: Feed,
  moment: Moment,
): boolean {
  return isTimely(snapshot, readHere, feed, moment) && !isConfigCondemned(snapshot, feed.log)
}

function isTimely(stamp: Stamp, readHere: boolean, feed: Feed, { now, since, maxAgeMs }: Moment): boolean {
  const age = now - stamp.readAt
  // A stamp from the future comes from a clock ahead of ours, or is forged: beyond the skew it is not believed.
  if (age > maxAgeMs || age < -MAX_CLOCK_SKEW_MS) return false
  return (
    isKnownSince(feed, now, since) || (readHere && stamp.readAt >= since && stamp.readAt <= now + MAX_LEAD_MS)
  )
}

/** True if the feed is known as of `since`. After a clock that stepped back, nobody can tell. */
export function isKnownSince({ syncedAt }: Feed, now: number, since: number): boolean {
  return syncedAt >= since && syncedAt <= now + MAX_LEAD_MS
}

function isKeyCondemned(snapshot: KeySnapshot, log: LogCopy): boolean {
  if (isOutOfLog(snapshot, log)) return true
  const { asOf, hash, key } = snapshot
  const { newest } = log
  if (isNewer(newest.all.get('all'), asOf) || isNewer(newest.key.get(hash), asOf)) return true
  if (key === null) return false
  return (
    isNewer(newest.project.get(key.projectId), asOf) ||
    isNewer(newest.organization.get(key.organizationId), asOf) ||
    (key.teamId !== null && isNewer(newest.team.get(key.teamId), asOf))
  )
}

function isConfigCondemned(snapshot: ConfigSnapshot, log: LogCopy): boolean {
  const { config, all } = log.newest
  return (
    isOutOfLog(snapshot, log) ||
    isNewer(config.get('config'), snapshot.asOf) ||
    isNewer(all.get('all'), snapshot.asOf)
  )
}

// Of another log, or from before what this one has forgotten: there may have been a change that nobody can name any more.
function isOutOfLog({ epoch, asOf }: Stamp, log: LogCopy): boolean {
  return epoch !== log.epoch || asOf < log.floor
}

function isNewer(seq: number | undefined, asOf: number): boolean {
  return seq !== undefined && seq > asOf
}

/** Of two copies of one thing, the one whose reader knew less; the earlier read where both knew the same. */
export function isOlder(one: Stamp, other: Stamp): boolean {
  if (one.epoch !== other.epoch) return one.epoch < other.epoch
  if (one.asOf !== other.asOf) return one.asOf < other.asOf
  return one.readAt < other.readAt
}
