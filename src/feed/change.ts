// The vocabulary of the invalidation feed: what a change names, what the keepers of the log tell each other. Shared by
// those who publish (the control plane, the scheduled job), those who keep the log (src/objects/) and the gateway.
import { isChangeKind, type ChangeKind } from '../model/feed-vocabulary.ts'

/** What changed. The feed never says how: whoever holds a copy reads D1 again. */
export interface ChangeName {
  readonly kind: ChangeKind
  /** A key's hash, or the id of a project, team or organization; equal to `kind` for `config` and `all`. */
  readonly subject: string
}

/** A change with its position in the hub's log. */
export interface Change extends ChangeName {
  /** From 1, never reused. */
  readonly seq: number
}

/** How much of which log somebody has. */
export interface Known {
  /** Which log: the time at which the hub's storage was created, so that a later log is greater. 0: none yet. */
  readonly epoch: number
  readonly seq: number
}

/** A part of the log. A pull, a push and the answer to a sync have this one shape. */
export interface LogPart extends Known {
  /** The part is complete from here: it holds every retained change with `after < seq`. */
  readonly after: number
  /** Position of the newest change that the hub has forgotten; 0 if none. */
  readonly floor: number
  readonly changes: readonly Change[]
}

/** The hub's answer to a relay. */
export interface Grant extends LogPart {
  /** How long the relay may answer isolates, from the time *before* it sent its pull. The hub's word, so that both agree. */
  readonly leaseMs: number
}

/** What is known once changes stand in the hub's log. */
export interface Published extends Known {
  /** Relays that held a lease and have the changes now. */
  readonly relaysAcknowledged: number
  /** Relays that held a lease when the changes were published: no other could answer an isolate without them. */
  readonly relaysTotal: number
  /** How long, from now, a relay that did not acknowledge may still answer from before; 0 when all did. Milliseconds. */
  readonly leaseRemainingMs: number
}

/** The state of the hub, for operators. */
export interface FeedReport extends Known {
  readonly floor: number
  /** Changes that the log retains. */
  readonly changes: number
  /** Epoch milliseconds; null for an empty log. */
  readonly oldestAtMs: number | null
  readonly relays: readonly { readonly name: string; readonly leaseMsLeft: number }[]
}

/** From what was stored or sent by another release. A kind that it added condemns more than we know: it becomes `all`. */
export function changeName(kind: string, subject: string): ChangeName {
  return isChangeKind(kind) ? { kind, subject } : { kind: 'all', subject: 'all' }
}
