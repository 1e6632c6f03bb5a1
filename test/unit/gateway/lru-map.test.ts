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

test('entries can be dropped by name, by what they hold, and all at once', () => {
  const map = new LruMap<string, number>(5)
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['c', 3],
    ['d', 4],
  ] as const)
    map.set(key, value)
  map.delete('a')
  map.deleteWhere((value) => value > 3)
  expect([map.get('a'), map.get('b'), map.get('c'), map.get('d')]).toEqual([undefined, 2, 3, undefined])
  map.clear()
  expect(map.size).toBe(0)
})
