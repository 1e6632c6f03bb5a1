// Which notes of refusals are kept: never more than are said, and of everything that is refused a little.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addNotes, hasRoom, type RefusalNote } from '../../../src/limits/refusals.ts'
import { aNote } from '../../support/refusals.ts'

const CODES = ['key_revoked', 'scope_missing', 'rate_limited', 'key_expired'] as const

const note = (keyId: string, code: RefusalNote['code'] = 'rate_limited') => aNote({ keyId, code })

const kinds = fc.array(fc.tuple(fc.constantFrom('key_1', 'key_2', 'key_3', ''), fc.constantFrom(...CODES)))
const bounds = fc.record({ all: fc.nat(20), ofKind: fc.nat(3) })

describe('notes of refusals', () => {
  test('are never more than the bounds say, of all and of each kind', () => {
    fc.assert(
      fc.property(kinds, kinds, bounds, (first, then, most) => {
        const made = (list: typeof first) => list.map(([keyId, code]) => note(keyId, code))
        const held = addNotes(addNotes([], made(first), most), made(then), most)
        expect(held.length).toBeLessThanOrEqual(most.all)
        for (const [, same] of Map.groupBy(held, ({ keyId, code }) => `${keyId} ${code}`))
          expect(same.length).toBeLessThanOrEqual(most.ofKind)
      }),
    )
  })

  test('hold every kind, as long as there are no more kinds than room', () => {
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 3 }), (list, ofKind) => {
        const notes = list.map(([keyId, code]) => note(keyId, code))
        const named = (some: readonly RefusalNote[]) => new Set(some.map(({ keyId, code }) => keyId + code))
        expect(named(addNotes([], notes, { all: 16 * ofKind, ofKind }))).toEqual(named(notes))
      }),
    )
  })

  test('of a flood of one kind leave room for another', () => {
    const flood = Array.from({ length: 10_000 }, () => note('key_1'))
    const held = addNotes([], [...flood, note('key_2')], { all: 16, ofKind: 2 })
    expect(held.map(({ keyId }) => keyId)).toEqual(['key_1', 'key_1', 'key_2'])
  })

  test('have room for the same key under another code, and for none where none is to be kept', () => {
    const held = [note('key_1', 'rate_limited')]
    const one = { all: 2, ofKind: 1 }
    expect(hasRoom(held, { keyId: 'key_1', code: 'rate_limited' }, one)).toBe(false)
    expect(hasRoom(held, { keyId: 'key_1', code: 'key_revoked' }, one)).toBe(true)
    expect(hasRoom([], { keyId: 'key_1', code: 'key_revoked' }, { all: 0, ofKind: 1 })).toBe(false)
  })
})
