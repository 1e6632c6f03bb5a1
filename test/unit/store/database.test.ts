import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { databaseOf, type Databases } from '../../../src/store/database.ts'

// Only told apart, never called.
const never = () => {
  throw new Error('no database is called here')
}
const makeShard = (): D1Database => {
  return { prepare: never, batch: never, exec: never, withSession: never, dump: never }
}
const shards = [makeShard(), makeShard(), makeShard(), makeShard()]
const ids = Array.from({ length: 4000 }, () => newId('organization'))

function withShards(count: number): Databases {
  const [primary] = shards
  if (primary === undefined) throw new Error('no shard')
  return { primary, shards: shards.slice(0, count) }
}

describe('the database of an organization', () => {
  it('is the only one there is', () => {
    const databases = withShards(1)
    expect(ids.every((id) => databaseOf(databases, id) === databases.primary)).toBe(true)
  })

  it('is the same every time', () => {
    const databases = withShards(4)
    for (const id of ids.slice(0, 100)) expect(databaseOf(databases, id)).toBe(databaseOf(databases, id))
  })

  it('is drawn evenly, although ids made together share their beginning', () => {
    const databases = withShards(4)
    const counts = shards.map((shard) => ids.filter((id) => databaseOf(databases, id) === shard).length)
    for (const count of counts) expect(count).toBeGreaterThan(850) // 1000 expected, standard deviation 27
  })

  it('changes for a new shard only to that shard, and for its share of organizations only', () => {
    const before = withShards(3)
    const after = withShards(4)
    const moved = ids.filter((id) => databaseOf(before, id) !== databaseOf(after, id))
    expect(moved.every((id) => databaseOf(after, id) === shards[3])).toBe(true)
    expect(moved.length).toBeGreaterThan(850)
    expect(moved.length).toBeLessThan(1150)
  })
})
