// Notes of refusals in the limiter of an organization, and from there in D1: a few of each kind, and never at the cost of a count.
import { env } from 'cloudflare:workers'
import { applyD1Migrations, evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { limiterOf } from '../../../src/bindings.ts'
import type { RefusalNote } from '../../../src/limits/refusals.ts'
import { limiterName } from '../../../src/limits/rpc.ts'
import { listRefusals } from '../../../src/store/refusal-list.ts'
import { aNote } from '../../support/refusals.ts'
import { aBatch, aCount, requestsIn } from '../../support/usage.ts'
import { usageObject, type UsageObject } from '../../support/usage-object.ts'
import { databases, only } from '../store/rows.ts'

let organization: string
let object: UsageObject

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(() => {
  organization = `org_${crypto.randomUUID()}`
  object = usageObject(organization)
})

const batch = (seq: number, ...refusals: readonly RefusalNote[]) => ({
  ...aBatch(organization, seq, aCount()),
  refusals,
})

const add = (seq: number, ...refusals: readonly RefusalNote[]) =>
  object.run((limiter) => limiter.record(batch(seq, ...refusals)))

const flush = () => {
  object.clock.ms += 60_000
  return object.run((limiter) => limiter.alarm())
}

const kept = async () =>
  (await listRefusals(databases, only(organization), {}, { after: null, limit: 200 })).items

const notesHeld = () =>
  object.run((_, { storage }) => storage.sql.exec('SELECT notes FROM refusal_notes').toArray().length)

const notes = (n: number, changes: Partial<RefusalNote> = {}) =>
  Array.from({ length: n }, () => aNote(changes))

describe('a note', () => {
  test('is in D1 after a flush, once, also where its batch is repeated', async () => {
    const note = aNote()
    await add(1, note)
    await add(1, note)
    await flush()
    await add(1, note)
    await flush()
    expect((await kept()).map(({ id }) => id)).toEqual([note.id])
  })

  test('outlives a restart', async () => {
    await add(1, aNote())
    object.restart()
    await add(2, aNote())
    object.restart()
    await flush()
    expect(await kept()).toHaveLength(2)
  })

  test('is held no longer than until the flush', async () => {
    await add(1, aNote())
    expect(await notesHeld()).toBe(1)
    await flush()
    expect(await notesHeld()).toBe(0)
  })

  test('of a flood leaves room for another key’s', async () => {
    for (let seq = 1; seq <= 100; seq++) await add(seq, ...notes(2))
    await add(101, aNote({ keyId: 'key_2' }))
    await flush()
    const keys = (await kept()).map(({ keyId }) => keyId)
    expect(keys.filter((id) => id === 'key_2')).toHaveLength(1)
    expect(keys).toHaveLength(6)
  })

  test('is one of a hundred at most', async () => {
    for (let seq = 1; seq <= 20; seq++)
      await add(seq, ...notes(16).map((note, i) => ({ ...note, keyId: `key_${seq}_${i}` })))
    await flush()
    expect(await kept()).toHaveLength(100)
  })
})

describe('when D1 fails', () => {
  test('for refusals, they are lost, and usage is not', async () => {
    const { writeRefusals } = object
    object.writeRefusals = async () => {
      throw new Error('injected')
    }
    await add(1, aNote())
    await flush()
    object.writeRefusals = writeRefusals
    await add(2, aNote())
    await flush()
    expect([await requestsIn(organization), (await kept()).length, await notesHeld()]).toEqual([2, 1, 0])
    expect(object.logs).toEqual([{ event: 'refusals_lost', error: 'Error' }])
  })

  test('for everything, usage comes later, and no address stays behind', async () => {
    const { write, writeRefusals } = object
    object.write = object.writeRefusals = async () => {
      throw new Error('injected')
    }
    await add(1, aNote())
    await flush()
    expect(await notesHeld()).toBe(0)
    Object.assign(object, { write, writeRefusals })
    object.clock.ms += 600_000
    await flush()
    expect([await requestsIn(organization), await kept()]).toEqual([1, []])
  })
})

test('an isolate with older code sends no notes, and is counted', async () => {
  await object.run((limiter) => limiter.record(aBatch(organization, 1, aCount())))
  await flush()
  expect([await requestsIn(organization), await kept()]).toEqual([1, []])
})

test('the object as it is deployed writes notes, also when it is evicted before its alarm', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const stub = limiterOf(env, limiterName('usage', organization))
  await stub.record(batch(1, aNote()))
  await evictDurableObject(stub)
  vi.setSystemTime(Date.now() + 10_000)
  expect(await runDurableObjectAlarm(stub)).toBe(true)
  vi.useRealTimers()
  expect(await kept()).toHaveLength(1)
})
