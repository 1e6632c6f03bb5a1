// Observed addresses in the limiter of an organization, and from there in D1: what is not written stays until it is.
import { env } from 'cloudflare:workers'
import { applyD1Migrations, evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { limiterOf } from '../../../src/bindings.ts'
import type { ObservedAddress } from '../../../src/limits/addresses.ts'
import { limiterName } from '../../../src/limits/rpc.ts'
import { listAddresses } from '../../../src/store/addresses.ts'
import { anAddress } from '../../support/addresses.ts'
import { aBatch, aCount, requestsIn } from '../../support/usage.ts'
import { usageObject, type UsageObject } from '../../support/usage-object.ts'
import { databases } from '../store/rows.ts'

let organization: string
let object: UsageObject

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(() => {
  organization = `org_${crypto.randomUUID()}`
  object = usageObject(organization)
})

const batch = (seq: number, ...addresses: readonly ObservedAddress[]) => ({
  ...aBatch(organization, seq, aCount()),
  addresses,
})

const add = (seq: number, ...addresses: readonly ObservedAddress[]) =>
  object.run((limiter) => limiter.record(batch(seq, ...addresses)))

const flush = () => {
  object.clock.ms += 60_000
  return object.run((limiter) => limiter.alarm())
}

const kept = async (keyId = 'key_1') =>
  (await listAddresses(databases, organization, keyId)).map(({ address }) => address)

const heldRows = () =>
  object.run((_, { storage }) => storage.sql.exec('SELECT notes FROM address_notes').toArray().length)

const fail = async () => {
  throw new Error('injected')
}

describe('an address', () => {
  test('is in D1 after a flush, once, and is held no longer', async () => {
    await add(1, anAddress())
    await add(2, anAddress())
    expect(await heldRows()).toBe(1)
    await flush()
    expect([await kept(), await heldRows()]).toEqual([['203.0.113.7'], 0])
  })

  test('outlives a restart', async () => {
    await add(1, anAddress())
    object.restart()
    await add(2, anAddress({ address: '203.0.113.8' }))
    object.restart()
    await flush()
    expect(await kept()).toEqual(['203.0.113.7', '203.0.113.8'])
  })

  test('of a key that is used everywhere leaves room for another key’s', async () => {
    const many = Array.from({ length: 100 }, (_, i) => anAddress({ address: `10.0.0.${i}` }))
    await add(1, ...many)
    await add(2, anAddress({ keyId: 'key_2' }))
    await flush()
    expect([(await kept()).length, (await kept('key_2')).length]).toEqual([32, 1])
  })

  test('is one of a thousand at most', async () => {
    const many = Array.from({ length: 1_100 }, (_, i) => anAddress({ keyId: `key_${i}` }))
    await add(1, ...many)
    await flush()
    expect([await kept('key_999'), await kept('key_1000')]).toEqual([['203.0.113.7'], []])
  })
})

describe('when D1 fails', () => {
  test('for addresses, they come with the next flush, and usage does not wait', async () => {
    const { writeAddresses } = object
    object.writeAddresses = fail
    await add(1, anAddress())
    await flush()
    expect([await requestsIn(organization), await kept(), await heldRows()]).toEqual([1, [], 1])
    expect(object.logs).toEqual([{ event: 'addresses_not_flushed', error: 'Error' }])
    object.writeAddresses = writeAddresses
    // Without anything new, and after a restart.
    object.restart()
    expect(await object.alarmAt()).toBeGreaterThan(object.clock.ms)
    await flush()
    expect([await kept(), await heldRows()]).toEqual([['203.0.113.7'], 0])
  })

  test('while more come, none is lost', async () => {
    const { writeAddresses } = object
    await add(1, anAddress())
    object.clock.ms += 60_000
    await object.run(async (limiter) => {
      object.writeAddresses = async (organizationId, observed) => {
        await writeAddresses(organizationId, observed)
        await limiter.record(batch(2, anAddress({ address: '203.0.113.8' })))
      }
      await limiter.alarm()
    })
    object.writeAddresses = writeAddresses
    expect([await kept(), await heldRows()]).toEqual([['203.0.113.7'], 1])
    await flush()
    expect([await kept(), await heldRows()]).toEqual([['203.0.113.7', '203.0.113.8'], 0])
    expect(object.logs).toEqual([])
  })
})

test('an isolate with older code sends none, and is counted', async () => {
  await object.run((limiter) => limiter.record(aBatch(organization, 1, aCount())))
  await flush()
  expect([await requestsIn(organization), await kept()]).toEqual([1, []])
})

test('the object as it is deployed writes them, also when it is evicted before its alarm', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const stub = limiterOf(env, limiterName('usage', organization))
  await stub.record(batch(1, anAddress()))
  await evictDurableObject(stub)
  vi.setSystemTime(Date.now() + 10_000)
  expect(await runDurableObjectAlarm(stub)).toBe(true)
  vi.useRealTimers()
  expect(await kept()).toEqual(['203.0.113.7'])
})
