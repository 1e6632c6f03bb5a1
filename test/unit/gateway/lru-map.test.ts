import { expect, test } from 'vitest'
import { LruMap } from '../../../src/gateway/lru-map.ts'

test('the entry used longest ago gives way', () => {
  const map = new LruMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  expect(map.get('a')).toBe(1)
  map.set('c', 3)
  expect(map.get('b')).toBeUndefined()
  expect([map.get('a'), map.get('c'), map.size]).toEqual([1, 3, 2])
})

test('setting an entry again uses it and does not grow the map', () => {
  const map = new LruMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  map.set('c', 4)
  expect([map.get('a'), map.get('b'), map.size]).toEqual([3, undefined, 2])
})

test('an entry can be dropped by name', () => {
  const map = new LruMap<string, number>(5)
  map.set('a', 1)
  map.set('b', 2)
  map.delete('a')
  expect([map.get('a'), map.get('b'), map.size]).toEqual([undefined, 2, 1])
})
