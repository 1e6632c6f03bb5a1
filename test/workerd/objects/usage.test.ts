// Usage in the limiter of an organization, and from there in D1: never more than was counted, and, once a flush succeeds,
// all of it, whatever is repeated, cut off or evicted.
import { env } from 'cloudflare:workers'
import {
  applyD1Migrations,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { eq } from 'drizzle-orm'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { limiterOf } from '../../../src/bindings.ts'
import { LATENESS_MS } from '../../../src/limits/buckets.ts'
import { limiterName } from '../../../src/limits/rpc.ts'
import type { UsageCount } from '../../../src/limits/usage.ts'
import { apiKeys } from '../../../src/model/schema/api-keys.ts'
import { never } from '../../support/feed-objects.ts'
import { aBatch, aCount, MINUTE, requestsIn, usageIn } from '../../support/usage.ts'
import { usageObject, type UsageObject } from '../../support/usage-object.ts'
import { db, insertKey, insertOrganization, insertProject } from '../store/rows.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

let organization: string
let object: UsageObject

beforeAll(() => applyD1Migrations(env.DB, env.TEST_MIGRATIONS))

beforeEach(() => {
  organization = `org_${crypto.randomUUID()}`
  object = usageObject(organization)
})

const add = (seq: number, ...counts: readonly UsageCount[]) =>
  object.run((limiter) => limiter.record(aBatch(organization, seq, ...counts)))

const flush = () => {
  object.clock.ms += MINUTE_MS
  return object.run((limiter) => limiter.alarm())
}

const counted = () => Promise.all(['minute', 'hour', 'day'].map((grain) => requestsIn(organization, grain)))

describe('a batch', () => {
  test('is in D1 after a flush, under every label and in every grain', async () => {
    const refused = { outcome: 'rate_limited', statusClass: 4, originMs: [] } as const
    await add(1, aCount({ count: 3 }), aCount({ ...refused, count: 2 }), aCount({ keyId: '', count: 4 }))
    await flush()
    for (const grain of ['minute', 'hour', 'day'])
      expect(await usageIn(organization, grain)).toMatchObject([
        { key_id: '', outcome: 'passed', count: 4 },
        { key_id: 'key_1', outcome: 'passed', count: 3, gateway_ms: '[3]', origin_ms: '[0,0,3]' },
        { key_id: 'key_1', outcome: 'rate_limited', count: 2, origin_ms: '[]' },
      ])
  })

  test('that is repeated is ignored: before a flush, after it, and after a restart', async () => {
    await add(1, aCount())
    await add(1, aCount())
    await flush()
    await add(1, aCount())
    object.restart()
    await add(1, aCount())
    await flush()
    expect(await counted()).toEqual([1, 1, 1])
  })

  test('that arrives after its successor was acknowledged is ignored', async () => {
    await add(1, aCount())
    await add(2, aCount())
    await add(1, aCount())
    await flush()
    expect(await counted()).toEqual([2, 2, 2])
  })

  test('of another isolate counts under the same number', async () => {
    await add(1, aCount())
    await object.run((limiter) =>
      limiter.record({ ...aBatch(organization, 1, aCount()), holder: 'isolate 2' }),
    )
    await flush()
    expect(await counted()).toEqual([2, 2, 2])
  })

  test('adds to what is in D1 already', async () => {
    for (let seq = 1; seq <= 3; seq++) {
      await add(seq, aCount({ count: seq }))
      await flush()
    }
    expect(await usageIn(organization, 'day')).toMatchObject([
      { count: 6, gateway_ms: '[6]', origin_ms: '[0,0,6]' },
    ])
  })

  test('of another organization is refused: each row has one owner', async () => {
    await add(1, aCount())
    await object.run((limiter) =>
      expect(limiter.record(aBatch('org_other', 1, aCount()))).rejects.toThrow('another organization'),
    )
  })

  test('as large as an isolate makes them, again and again, is kept', async () => {
    const counts = Array.from({ length: 4_000 }, (_, i) => aCount({ keyId: `key_${i}` }))
    for (let seq = 1; seq <= 3; seq++) await add(seq, ...counts)
    object.restart()
    await flush()
    expect(await requestsIn(organization)).toBe(12_000)
  })

  test('costs one row, which is the same for all batches of an isolate', async () => {
    for (let seq = 1; seq <= 5; seq++) await add(seq, aCount(), aCount({ keyId: `key_${seq}` }))
    expect(await object.holders()).toEqual(['isolate 1'])
    await flush()
    expect(await counted()).toEqual([10, 10, 10])
  })
})

describe('a flush that fails', () => {
  test('is repeated with everything in it, and later each time', async () => {
    await add(1, aCount())
    object.write = async () => Promise.reject(new TypeError('injected'))
    await flush()
    expect(await counted()).toEqual([0, 0, 0])
    const delays: number[] = []
    for (let i = 0; i < 8; i++) {
      const at = await object.alarmAt()
      delays.push(((at ?? 0) - object.clock.ms) / 1000)
      object.clock.ms = at ?? 0
      await object.run((limiter) => limiter.alarm())
    }
    expect(delays).toEqual([10, 20, 40, 80, 160, 320, 600, 600])
    expect(object.logs).toContainEqual({ event: 'usage_not_flushed', error: 'TypeError' })
    object.write = object.writeToD1
    object.clock.ms = (await object.alarmAt()) ?? 0
    await object.run((limiter) => limiter.alarm())
    expect(await counted()).toEqual([1, 1, 1])
  })

  test('because it cannot be read is tried again as seldom', async () => {
    await add(1, { ...aCount(), gatewayMs: null } as unknown as UsageCount)
    await add(2, aCount())
    await flush()
    expect(object.logs).toEqual([{ event: 'usage_not_flushed', error: 'TypeError' }])
    expect(await object.alarmAt()).toBe(object.clock.ms + 10_000)
  })

  test('after half of its chunks leaves what it wrote, and counts nothing twice', async () => {
    await add(1, ...Array.from({ length: 400 }, (_, i) => aCount({ keyId: `key_${i}` })))
    let chunks = 0
    object.write = async (...chunk) => {
      if (++chunks > 1) throw new Error('injected')
      await object.writeToD1(...chunk)
    }
    await flush()
    expect((await counted()).reduce((sum, count) => sum + count, 0)).toBe(500)
    await add(2, aCount({ keyId: 'key_1' }))
    object.restart()
    object.write = object.writeToD1
    await flush()
    expect(await counted()).toEqual([401, 401, 401])
  })

  test('after a part of its chunks goes on behind them, so that one of any length comes to its end', async () => {
    await add(1, ...Array.from({ length: 1_000 }, (_, i) => aCount({ keyId: `key_${i}` })))
    let chunks = 0
    object.write = async (...chunk) => {
      if (++chunks % 3 === 0) throw new Error('injected: too many calls')
      await object.writeToD1(...chunk)
    }
    for (let i = 0; i < 3; i++) {
      object.clock.ms = (await object.alarmAt()) ?? 0
      await object.run((limiter) => limiter.alarm())
    }
    expect(await counted()).toEqual([1_000, 1_000, 1_000])
    expect(chunks).toBe(8)
  })

  test('by an object that is killed in it is done by the next one', async () => {
    await add(1, aCount())
    object.write = async (...chunk) => {
      await object.writeToD1(...chunk)
      return never()
    }
    object.clock.ms += MINUTE_MS
    await object.run(async (limiter) => {
      void limiter.alarm()
      await expect.poll(() => requestsIn(organization)).toBe(1)
    })
    object.restart()
    object.write = object.writeToD1
    await add(2, aCount())
    await flush()
    expect(await counted()).toEqual([2, 2, 2])
  })
})

describe('what is added during a flush', () => {
  async function flushWhileAdding(...counts: readonly UsageCount[]): Promise<void> {
    object.clock.ms += MINUTE_MS
    await object.run(async (limiter) => {
      object.write = async (...chunk) => {
        await limiter.record(aBatch(organization, 2, ...counts))
        await object.writeToD1(...chunk)
      }
      await limiter.alarm()
    })
  }

  test('is not in it, and not lost', async () => {
    await add(1, aCount())
    await flushWhileAdding(aCount({ count: 2 }))
    expect(await counted()).toEqual([1, 1, 1])
    object.write = object.writeToD1
    await flush()
    expect(await counted()).toEqual([3, 3, 3])
  })

  test('is not marked as flushed with it when it is folded at once', async () => {
    await add(1, aCount())
    await flushWhileAdding(...Array.from({ length: 2_000 }, () => aCount()))
    expect(await counted()).toEqual([1, 1, 1])
    object.write = object.writeToD1
    object.restart()
    await flush()
    expect(await counted()).toEqual([2_001, 2_001, 2_001])
  })

  test('and an older flush that reaches D1 late lower nothing', async () => {
    const late: (() => Promise<void>)[] = []
    await add(1, aCount())
    object.write = async (...chunk) => {
      late.push(() => object.writeToD1(...chunk))
      throw new Error('injected')
    }
    await flush()
    object.write = object.writeToD1
    await add(2, aCount())
    await flush()
    for (const write of late) await write()
    expect(await counted()).toEqual([2, 2, 2])
  })
})

describe('a count from another time', () => {
  test('is never the first of a bucket that was forgotten, which would lower what is in D1', async () => {
    await add(1, aCount({ count: 5 }))
    await flush()
    object.clock.ms += DAY_MS + LATENESS_MS
    await add(2, aCount({ keyId: 'key_2', minuteMs: object.clock.ms }))
    await flush()
    expect(await object.buckets()).toBe(3)
    await add(3, aCount({ count: 7 }))
    await flush()
    expect((await usageIn(organization, 'day')).map(({ count, key_id }) => [key_id, count])).toEqual([
      ['key_1', 5],
      ['key_1', 7],
      ['key_2', 1],
    ])
    expect(await counted()).toEqual([13, 13, 13])
  })

  test('is counted now where the clock of its isolate is ahead', async () => {
    await add(1, aCount({ minuteMs: MINUTE + DAY_MS }))
    await flush()
    const [row] = await usageIn(organization, 'minute')
    expect(row?.start).toBeLessThanOrEqual(object.clock.ms)
  })

  test('is counted where it still may when the clock of the object steps back', async () => {
    await add(1, aCount())
    object.clock.ms += DAY_MS
    await flush()
    object.clock.ms -= 2 * DAY_MS
    await add(2, aCount())
    object.restart()
    object.clock.ms += 2 * DAY_MS + MINUTE_MS
    await flush()
    expect(await counted()).toEqual([2, 2, 2])
  })
})

describe('the alarm', () => {
  test('comes ten seconds after the first count, and a minute after a flush', async () => {
    const begun = object.clock.ms
    await add(1, aCount())
    expect(await object.alarmAt()).toBe(begun + 10_000)
    object.clock.ms += 4_000
    await add(2, aCount())
    expect(await object.alarmAt()).toBe(begun + 10_000)
    object.clock.ms = begun + 10_000
    await object.run((limiter) => limiter.alarm())
    expect(await requestsIn(organization)).toBe(2)
    object.clock.ms += 5_000
    await add(3, aCount())
    expect(await object.alarmAt()).toBe(begun + 70_000)
    // After a silence it is soon again.
    object.clock.ms = begun + 70_000
    await object.run((limiter) => limiter.alarm())
    object.clock.ms += 3_600_000
    await add(4, aCount())
    expect(await object.alarmAt()).toBe(object.clock.ms + 10_000)
  })

  test('that comes too early flushes nothing and is set again', async () => {
    await add(1, aCount())
    await object.run((limiter) => limiter.alarm())
    expect([await requestsIn(organization), await object.alarmAt()]).toEqual([0, object.clock.ms + 10_000])
  })

  test('forgets complete buckets, and isolates that were silent for a day', async () => {
    await add(1, aCount())
    await flush()
    object.clock.ms += 2 * DAY_MS
    await object.run((limiter) =>
      limiter.record({
        ...aBatch(organization, 1, aCount({ minuteMs: object.clock.ms })),
        holder: 'isolate 2',
      }),
    )
    await flush()
    expect([await object.buckets(), await object.holders()]).toEqual([3, ['isolate 2']])
  })
})

test('an object that was never told of usage keeps nothing of it', async () => {
  const tables = await object.run(async (limiter, { storage }) => {
    limiter.take({ isolate: 'isolate 1', settlements: [], requests: [] })
    await limiter.alarm()
    return storage.sql.exec("SELECT name FROM sqlite_master WHERE name LIKE 'usage%'").toArray()
  })
  expect(tables).toEqual([])
})

describe('the object as it is deployed', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  test('puts counts into D1, and the last use of their key, also when it is evicted before its alarm', async () => {
    organization = await insertOrganization()
    const { id: keyId } = await insertKey(organization, await insertProject(organization))
    const stub = limiterOf(env, limiterName('usage', organization))
    const minuteMs = Date.now() - (Date.now() % MINUTE_MS)
    await stub.record(aBatch(organization, 1, aCount({ keyId, minuteMs, lastAtMs: minuteMs + 7, count: 2 })))
    const alarmAt = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())
    expect(alarmAt).toBe(Date.now() + 10_000)
    await evictDurableObject(stub)
    await stub.record(aBatch(organization, 1, aCount({ keyId, minuteMs, count: 2 })))
    vi.setSystemTime(Date.now() + 10_000)
    expect(await runDurableObjectAlarm(stub)).toBe(true)
    expect(await counted()).toEqual([2, 2, 2])
    const key = await db.select().from(apiKeys).where(eq(apiKeys.id, keyId)).get()
    expect(key?.lastUsedAt).toBe(minuteMs + 7)
  })
})
