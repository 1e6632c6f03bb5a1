import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { before, rowsToRead, toPage } from '../../../src/store/page.ts'

const rows = (...ids: readonly string[]) => ids.map((id) => ({ id }))

describe('a page', () => {
  it('merges what the shards gave, newest first', () => {
    const page = toPage([rows('d', 'a'), rows('c', 'b')], { after: null, limit: 3 })
    expect(page).toEqual({ items: rows('d', 'c', 'b'), next: 'b' })
  })

  it('that holds everything has no next one', () => {
    expect(toPage([rows('b', 'a')], { after: null, limit: 2 }).next).toBeNull()
  })

  it('of nothing is empty', () => {
    expect(toPage([], { after: null, limit: 2 })).toEqual({ items: [], next: null })
  })

  it('begins before every id, and asks for one row more than it shows', () => {
    const first = { after: null, limit: 50 }
    expect(newId('key') < before(first)).toBe(true)
    expect(rowsToRead(first)).toBe(51)
  })
})
