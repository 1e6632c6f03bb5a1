import { expect, test } from 'vitest'
import { lazy } from '../../src/lazy.ts'

test('loads at the first use, and gives the same without a promise from then on', async () => {
  let loads = 0
  const get = lazy(async () => ({ name: `load ${++loads}` }))
  expect(loads).toBe(0)
  await expect(get()).resolves.toEqual({ name: 'load 1' })
  expect(get()).toEqual({ name: 'load 1' })
  expect(loads).toBe(1)
})

test('loads again after a load that failed', async () => {
  let loads = 0
  const get = lazy(async () => {
    if (++loads === 1) throw new Error('gone')
    return 'loaded'
  })
  await expect(get()).rejects.toThrow('gone')
  await expect(get()).resolves.toBe('loaded')
})
