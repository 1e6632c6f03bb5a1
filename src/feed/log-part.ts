// What a keeper of the log tells somebody who knows less of it. An isolate only ever listens.
import { CHANGE_KINDS } from '../model/feed-vocabulary.ts'
import type { Change, Known, LogPart } from './change.ts'
import type { LogCopy } from './log-copy.ts'

/** How far two have the same log: of another one, nothing. */
export function sharedUpTo(mine: Known, known: Known): number {
  return known.epoch === mine.epoch ? Math.min(known.seq, mine.seq) : 0
}

/** What somebody lacks who knows that much. Of another log it lacks everything. */
export function partAfter(copy: LogCopy, known: Known): LogPart {
  const after = sharedUpTo(copy, known)
  const { epoch, seq, floor } = copy
  return { epoch, seq, floor, after, changes: after === seq ? [] : changesAfter(copy, after) }
}

function changesAfter(copy: LogCopy, after: number): readonly Change[] {
  return CHANGE_KINDS.flatMap((kind) =>
    [...copy.newest[kind]].flatMap(([subject, seq]) => (seq > after ? [{ kind, subject, seq }] : [])),
  )
}
