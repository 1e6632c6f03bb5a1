import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Change, LogPart } from '../../../src/feed/change.ts'
import { absorb, createLogCopy, note, type LogCopy } from '../../../src/feed/log-copy.ts'
import { partAfter } from '../../../src/feed/log-part.ts'
import { CHANGE_KINDS } from '../../../src/model/feed-vocabulary.ts'

const EPOCH = 7

const logOf = (copy: LogCopy) => structuredClone(copy)

function part(after: number, seq: number, changes: readonly Change[], more: Partial<LogPart> = {}): LogPart {
  return { epoch: EPOCH, floor: 0, after, seq, changes, ...more }
}

function key(subject: string, seq: number): Change {
  return { kind: 'key', subject, seq }
}

function copyOf(...parts: readonly LogPart[]): LogCopy {
  const copy = createLogCopy()
  for (const each of parts) expect(absorb(copy, each)).toBe(true)
  return copy
}

/** A log as the hub keeps it: numbered from 1, few subjects so that they come again, and how much of it is forgotten. */
const log = fc
  .record({
    names: fc.array(
      fc.record({ kind: fc.constantFrom(...CHANGE_KINDS), subject: fc.constantFrom('a', 'b', 'c') }),
      { maxLength: 30 },
    ),
    forgotten: fc.nat({ max: 30 }),
  })
  .map(({ names, forgotten }) => ({
    changes: names.map((name, i) => ({ ...name, seq: i + 1 })),
    floor: Math.min(forgotten, names.length),
  }))

type Log = { readonly changes: readonly Change[]; readonly floor: number }

/** What the hub tells of it to somebody who knows `after`, at a time when it had `seq` changes and that floor. */
function toldBy({ changes }: Log, after: number, seq: number, floor: number): LogPart {
  const last = new Map(changes.slice(0, seq).map(({ kind, subject, seq: at }) => [`${kind} ${subject}`, at]))
  const isTold = ({ kind, subject, seq: at }: Change) =>
    at > after && at > floor && last.get(`${kind} ${subject}`) === at
  return part(after, seq, changes.filter(isTold), { floor })
}

/** Parts of one log, from several times of its life, in the order of these times. */
const partsOfLog = log.chain((whole) => {
  const count = whole.changes.length
  const cut = fc
    .tuple(fc.nat({ max: count }), fc.nat({ max: count }), fc.nat({ max: whole.floor }))
    .map(([one, other, floor]) =>
      toldBy(whole, Math.min(one, other), Math.max(one, other), Math.min(floor, one, other)),
    )
  return fc.tuple(fc.constant(whole), fc.array(cut, { maxLength: 6 }))
})

describe('a part is taken in', () => {
  test('in any order and any number of times, with the same result', () => {
    fc.assert(
      fc.property(
        partsOfLog.chain(([whole, parts]) =>
          fc.tuple(fc.constant(whole), fc.shuffledSubarray([...parts, ...parts])),
        ),
        ([whole, parts]) => {
          const complete = toldBy(whole, 0, whole.changes.length, whole.floor)
          const copy = createLogCopy()
          for (const each of parts) absorb(copy, each)
          absorb(copy, complete)
          for (const each of parts) expect(absorb(copy, each)).toBe(true)
          expect(copy).toEqual(copyOf(complete))
        },
      ),
    )
  })

  test('not when it begins after a gap, and then nothing changes', () => {
    const copy = copyOf(part(0, 2, [key('a', 1), key('b', 2)]))
    const before = logOf(copy)
    expect(absorb(copy, part(3, 4, [key('c', 4)], { floor: 3 }))).toBe(false)
    expect(copy).toEqual(before)
    expect(absorb(copy, part(2, 4, [key('c', 3), key('d', 4)]))).toBe(true)
    expect(copy.seq).toBe(4)
  })

  test('not when it is of an earlier log, and then nothing changes', () => {
    const copy = copyOf(part(0, 1, [key('a', 1)]))
    const before = logOf(copy)
    expect(absorb(copy, part(0, 9, [key('b', 9)], { epoch: EPOCH - 1, floor: 5 }))).toBe(false)
    expect(copy).toEqual(before)
  })

  test('of a later log only from its beginning, and then nothing is left of the earlier one', () => {
    const copy = copyOf(part(0, 9, [key('a', 9)], { floor: 3 }))
    const before = logOf(copy)
    expect(absorb(copy, part(1, 2, [key('b', 2)], { epoch: EPOCH + 1 }))).toBe(false)
    expect(copy).toEqual(before)
    const first = part(0, 2, [key('b', 2)], { epoch: EPOCH + 1 })
    expect(absorb(copy, first)).toBe(true)
    expect(copy).toEqual(copyOf(first))
  })

  test('with what it says is forgotten: up to the floor nothing is left, and nothing comes back', () => {
    const early = part(0, 3, [key('a', 1), key('b', 3)])
    const copy = copyOf(early, part(3, 4, [key('c', 4)], { floor: 3 }), early)
    expect(copy).toEqual(copyOf(part(0, 4, [key('c', 4)], { floor: 3 })))
    expect([...copy.newest.key]).toEqual([['c', 4]])
  })

  test('and never lowers what is known', () => {
    const copy = copyOf(part(0, 5, [key('a', 5)], { floor: 2 }))
    const before = logOf(copy)
    expect(absorb(copy, part(0, 4, [], { floor: 1 }))).toBe(true)
    expect(copy).toEqual(before)
  })
})

describe('a part is given', () => {
  test('with which whoever knew that much knows the same', () => {
    fc.assert(
      fc.property(log, fc.nat({ max: 30 }), fc.nat({ max: 30 }), (whole, known, floor) => {
        const count = whole.changes.length
        const seq = Math.min(known, count)
        const behind = copyOf(toldBy(whole, 0, seq, Math.min(floor, seq, whole.floor)))
        const ahead = copyOf(toldBy(whole, 0, count, whole.floor))
        expect(absorb(behind, partAfter(ahead, behind))).toBe(true)
        expect(behind).toEqual(ahead)
      }),
    )
  })

  test('whole to whoever knows another log, or none', () => {
    const copy = copyOf(part(0, 3, [key('a', 2), key('b', 3)], { floor: 1 }))
    for (const epoch of [0, EPOCH - 1, EPOCH + 1])
      expect(copyOf(partAfter(copy, { epoch, seq: 99 }))).toEqual(copy)
  })

  test('with nothing in it to whoever knows as much or more', () => {
    const copy = copyOf(part(0, 3, [key('a', 2), key('b', 3)]))
    for (const seq of [3, 4]) expect(partAfter(copy, { epoch: EPOCH, seq })).toEqual(part(3, 3, []))
  })
})

describe('a change that is noted', () => {
  test('is known, and claims nothing of what came before it', () => {
    const copy = copyOf(part(0, 2, [key('a', 1)]))
    note(copy, { kind: 'project', subject: 'prj_1' }, 9)
    expect(copy.newest.project.get('prj_1')).toBe(9)
    expect(copy.seq).toBe(2)
    expect(absorb(copy, part(3, 4, []))).toBe(false)
  })

  test('is heard of: a read that begins now is from after it', () => {
    const copy = copyOf(part(0, 2, []))
    expect(copy.heard).toBe(2)
    note(copy, { kind: 'key', subject: 'a' }, 9)
    expect(copy.heard).toBe(9)
    absorb(copy, part(2, 5, []))
    expect([copy.seq, copy.heard]).toEqual([5, 9])
    absorb(copy, part(0, 1, [], { epoch: EPOCH + 1 }))
    expect([copy.seq, copy.heard]).toEqual([1, 1])
  })

  test('of a kind that this release does not know is one of everything', () => {
    const copy = createLogCopy()
    const foreign: unknown = JSON.parse('{"kind":"region","subject":"eu"}')
    note(copy, foreign as Change, 3)
    expect([...copy.newest.all]).toEqual([['all', 3]])
  })

  test('never hides a newer one', () => {
    const copy = copyOf(part(0, 5, [key('a', 5)]))
    note(copy, { kind: 'key', subject: 'a' }, 4)
    expect(copy.newest.key.get('a')).toBe(5)
  })
})
