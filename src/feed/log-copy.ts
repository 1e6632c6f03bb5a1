// A copy of the hub's log, in a relay or in an isolate. Of each thing it knows the newest change only: an older one
// condemns nothing that the newer does not. Pure but for the copy itself, which grows in place.
import { CHANGE_KINDS, type ChangeKind } from '../model/feed-vocabulary.ts'
import { changeName, type ChangeName, type LogPart } from './change.ts'

export interface LogCopy {
  epoch: number
  /** Everything up to here is in the copy, unless forgotten. */
  seq: number
  /** Everything up to here may be forgotten. */
  floor: number
  /**
   * The newest change that was heard of; what lies between `seq` and it may be unknown. All of it was committed before, as
   * a change is published after its commit: a read of D1 that begins now sees it. The `asOf` of that read.
   */
  heard: number
  /** Position of the newest change of each subject. */
  readonly newest: Readonly<Record<ChangeKind, Map<string, number>>>
}

export function createLogCopy(): LogCopy {
  return {
    epoch: 0,
    seq: 0,
    floor: 0,
    heard: 0,
    newest: {
      key: new Map(),
      project: new Map(),
      team: new Map(),
      organization: new Map(),
      config: new Map(),
      all: new Map(),
    },
  }
}

/**
 * Takes in a part, in any order and any number of times.
 * @returns false for a part that does not fit: it begins after a gap, or belongs to a log that is no more. The copy is
 * then as it was, and says nothing new
 */
export function absorb(copy: LogCopy, part: LogPart): boolean {
  if (part.epoch < copy.epoch) return false
  const isNewLog = part.epoch > copy.epoch
  if (part.after > (isNewLog ? 0 : copy.seq)) return false
  if (isNewLog) restart(copy, part.epoch)
  if (part.floor > copy.floor) forget(copy, part.floor)
  // What is forgotten does not come back with a part from before.
  for (const change of part.changes) if (change.seq > copy.floor) note(copy, change, change.seq)
  copy.seq = Math.max(copy.seq, part.seq)
  copy.heard = Math.max(copy.heard, copy.seq)
  return true
}

/** Adds one change without claiming to know what came before it. It can only make more copies unusable. */
export function note(copy: LogCopy, change: ChangeName, seq: number): void {
  const { kind, subject } = changeName(change.kind, change.subject)
  const known = copy.newest[kind].get(subject)
  if (known === undefined || known < seq) copy.newest[kind].set(subject, seq)
  copy.heard = Math.max(copy.heard, seq)
}

function restart(copy: LogCopy, epoch: number): void {
  Object.assign(copy, { epoch, seq: 0, floor: 0, heard: 0 })
  for (const kind of CHANGE_KINDS) copy.newest[kind].clear()
}

// Only when the hub says so: whoever forgets by a clock of its own may forget what still condemns a copy elsewhere.
function forget(copy: LogCopy, floor: number): void {
  copy.floor = floor
  for (const kind of CHANGE_KINDS)
    for (const [subject, seq] of copy.newest[kind]) if (seq <= floor) copy.newest[kind].delete(subject)
}
