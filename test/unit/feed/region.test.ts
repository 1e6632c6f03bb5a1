import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestRegion, relayName } from '../../../src/feed/region.ts'
import { RELAY_REGIONS, type RelayRegion } from '../../../src/model/feed-vocabulary.ts'

/** Of `request.cf.continent`; T1 is Tor's. */
const CONTINENTS = ['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA', 'T1', undefined] as const

test('only a region where a relay stands is asked, wherever the isolate is', () => {
  const places = fc.subarray([...RELAY_REGIONS], { minLength: 1 })
  const longitude = fc.oneof(
    fc.constant(undefined),
    fc.integer({ min: -180, max: 180 }).map(String),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.constantFrom(...CONTINENTS), longitude, places, (continent, degrees, regions) => {
      expect(regions).toContain(nearestRegion(continent, degrees, regions))
    }),
  )
})

test.each<[string | undefined, string | undefined, RelayRegion]>([
  ['AF', undefined, 'afr'],
  ['AS', undefined, 'apac'],
  ['EU', undefined, 'weur'],
  ['NA', '-74.0', 'enam'],
  ['NA', '-100', 'enam'],
  ['NA', '-122.4', 'wnam'],
  ['NA', undefined, 'enam'],
  ['OC', undefined, 'oc'],
  ['SA', undefined, 'sam'],
])('%s at longitude %s asks %s where relays stand everywhere', (continent, longitude, region) => {
  expect(nearestRegion(continent, longitude, RELAY_REGIONS)).toBe(region)
})

test('where none is known to be near, the first region is asked', () => {
  expect(nearestRegion('AN', undefined, ['apac', 'weur'])).toBe('apac')
  expect(nearestRegion(undefined, undefined, ['apac', 'weur'])).toBe('apac')
  expect(nearestRegion('SA', undefined, ['apac', 'weur'])).toBe('apac')
})

test('the next nearest is asked where the nearest has none', () => {
  expect(nearestRegion('OC', undefined, ['enam', 'wnam'])).toBe('wnam')
  expect(nearestRegion('NA', '-122.4', ['enam', 'weur'])).toBe('enam')
})

test('a relay is named by region and shard', () => {
  expect(relayName('weur', 3)).toBe('weur-3')
})
