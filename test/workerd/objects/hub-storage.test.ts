// The hub's storage is the truth: what a restart leaves of it, and what its alarm forgets.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Known, LogPart } from '../../../src/feed/change.ts'
import { RETENTION_MARGIN_MS } from '../../../src/feed/retention.ts'
import type { Hub, HubStub } from '../../../src/feed/rpc.ts'
import {
  feed,
  key,
  LEASE_MS,
  newHub,
  NOTHING,
  passTime,
  runHub,
  silenceLog,
  stopClock,
} from '../../support/feed-objects.ts'

/** Of a change: the default SNAPSHOT_MAX_AGE and the margin. */
const RETAINED_MS = 21_600_000 + RETENTION_MARGIN_MS
const FORGOTTEN_AFTER_MS = 3_600_000

beforeEach(stopClock)

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const acknowledge = async ({ epoch, seq }: LogPart): Promise<Known> => ({ epoch, seq })

const relayId = (name: string) => feed.RELAY.idFromName(name).toString()

async function ageOldest(hub: HubStub, seqs: number, ms: number): Promise<void> {
  await runInDurableObject(hub, (_, { storage }) => {
    storage.sql.exec('UPDATE changes SET at = at - ? WHERE seq <= ?', ms, seqs)
  })
}

function alarmOf(hub: HubStub): Promise<number | null> {
  return runInDurableObject(hub, (_, { storage }) => storage.getAlarm())
}

describe('after a restart of the hub', () => {
  test('the log goes on where it was, whatever memory said', async () => {
    const hub = newHub()
    const { epoch } = await hub.publish([key('a'), key('b')])
    const before = await hub.sync(NOTHING)
    await runInDurableObject(hub, (instance) => {
      // Memory that lies: an instance that answers something else, until it is gone.
      const lying = Object.defineProperty(instance, 'sync', {
        value: () => ({ ...before, seq: 999, changes: [] }),
      }) as unknown as Hub
      expect(lying.sync(NOTHING)).toMatchObject({ seq: 999 })
    })
    passTime(60_000)
    await evictDurableObject(hub)
    expect(await hub.sync(NOTHING)).toEqual(before)
    expect(await hub.publish([key('c')])).toMatchObject({ epoch, seq: 3 })
  })

  test('every registered relay may hold a whole lease, also one that was silent before', async () => {
    const hub = newHub()
    await hub.pull(relayId('enam-1'), 'enam-1', NOTHING)
    await hub.pull(relayId('weur-1'), 'weur-1', NOTHING)
    passTime(LEASE_MS + 1)
    expect((await hub.report()).relays.map(({ leaseMsLeft }) => leaseMsLeft)).toEqual([0, 0])
    await evictDurableObject(hub)
    expect((await hub.report()).relays).toEqual([
      { name: 'enam-1', leaseMsLeft: LEASE_MS },
      { name: 'weur-1', leaseMsLeft: LEASE_MS },
    ])
    passTime(LEASE_MS + 1)
    expect(await hub.publish([key('a')])).toMatchObject({ relaysTotal: 0 })
  })

  test('the lease is as long as the relay was told then, not as the configuration says now', async () => {
    const hub = newHub()
    await hub.pull(relayId('enam-1'), 'enam-1', NOTHING)
    await runInDurableObject(hub, (_, { storage }) => {
      storage.sql.exec('UPDATE relays SET lease_ms = 60000')
    })
    await evictDurableObject(hub)
    expect((await hub.report()).relays).toEqual([{ name: 'enam-1', leaseMsLeft: 60_000 }])
  })

  test('a relay that cannot be reached then is waited for', async () => {
    silenceLog()
    const hub = newHub()
    await hub.pull('0'.repeat(64), 'not an object of ours', NOTHING)
    passTime(LEASE_MS + 1)
    await evictDurableObject(hub)
    expect(await hub.publish([key('a')])).toMatchObject({
      relaysAcknowledged: 0,
      relaysTotal: 1,
      leaseRemainingMs: LEASE_MS,
    })
  })
})

describe('the alarm of the hub', () => {
  test('is set by the first change for the time at which it may be forgotten, and not moved by others', async () => {
    const hub = newHub()
    expect(await alarmOf(hub)).toBeNull()
    const at = Date.now()
    await hub.publish([key('a')])
    expect(await alarmOf(hub)).toBe(at + RETAINED_MS)
    passTime(1_000)
    await hub.publish([key('b')])
    expect(await alarmOf(hub)).toBe(at + RETAINED_MS)
  })

  test('forgets what is older than any copy may be, raises the floor, and comes again for the next', async () => {
    const hub = newHub()
    const { epoch } = await hub.publish([key('a'), key('b'), key('c')])
    await ageOldest(hub, 2, RETAINED_MS + 1)
    expect(await runDurableObjectAlarm(hub)).toBe(true)
    expect(await hub.sync(NOTHING)).toEqual({
      epoch,
      seq: 3,
      floor: 2,
      after: 0,
      changes: [{ ...key('c'), seq: 3 }],
    })
    expect(await hub.report()).toMatchObject({ floor: 2, changes: 1, oldestAtMs: Date.now() })
    expect(await alarmOf(hub)).toBe(Date.now() + RETAINED_MS)
  })

  test('keeps what is just young enough', async () => {
    const hub = newHub()
    await hub.publish([key('a')])
    await ageOldest(hub, 1, RETAINED_MS)
    await runDurableObjectAlarm(hub)
    expect(await hub.report()).toMatchObject({ floor: 0, changes: 1 })
    // Not at once again and again: the next alarm keeps its distance.
    expect(await alarmOf(hub)).toBe(Date.now() + 10_000)
  })

  test('is not set again once nothing is left; the numbers go on', async () => {
    const hub = newHub()
    await hub.publish([key('a')])
    await ageOldest(hub, 1, RETAINED_MS + 1)
    await runDurableObjectAlarm(hub)
    expect(await alarmOf(hub)).toBeNull()
    expect(await hub.report()).toMatchObject({ seq: 1, floor: 1, changes: 0, oldestAtMs: null })
    expect(await hub.publish([key('b')])).toMatchObject({ seq: 2 })
    expect(await alarmOf(hub)).toBe(Date.now() + RETAINED_MS)
  })

  test('comes soon when there are too many changes, and forgets the oldest of them', async () => {
    const names = Array.from({ length: 130 }, (_, i) => key(`k${i + 1}`))
    await runHub(
      { near: acknowledge },
      async (hub, { storage }) => {
        await hub.publish(names.slice(0, 100))
        expect(await storage.getAlarm()).toBe(Date.now() + RETAINED_MS)
        await hub.publish(names.slice(100))
        expect(await storage.getAlarm()).toBe(Date.now() + 10_000)
        await storage.deleteAlarm()
        await hub.alarm()
        expect(hub.report()).toMatchObject({ seq: 130, floor: 30, changes: 100 })
        expect(hub.sync(NOTHING).changes[0]).toEqual({ ...key('k31'), seq: 31 })
        expect(await storage.getAlarm()).toBe(Date.now() + RETAINED_MS)
      },
      { FEED_MAX_CHANGES: '100' },
    )
  })

  test('tells the floor to relays with the next pull and the next push', async () => {
    const told: LogPart[] = []
    const hears = (part: LogPart) => acknowledge((told.push(part), part))
    await runHub(
      { near: hears },
      async (hub) => {
        await hub.publish(Array.from({ length: 101 }, (_, i) => key(`k${i}`)))
        await hub.alarm()
        expect(hub.pull('near', 'near', NOTHING)).toMatchObject({ floor: 1, after: 0 })
        await hub.publish([key('new')])
        expect(told).toMatchObject([{ floor: 1, after: 101, seq: 102 }])
      },
      { FEED_MAX_CHANGES: '100' },
    )
  })

  test('a floor never falls, not even when the clock does', async () => {
    const hub = newHub()
    await hub.publish([key('a'), key('b')])
    await ageOldest(hub, 2, RETAINED_MS + 1)
    await runDurableObjectAlarm(hub)
    passTime(-3_600_000)
    await hub.publish([key('c')])
    await runDurableObjectAlarm(hub)
    expect(await hub.report()).toMatchObject({ floor: 2, changes: 1 })
  })

  test('leaves out a relay that was silent for an hour, until it pulls again', async () => {
    const hub = newHub()
    await hub.publish([key('a')])
    await hub.pull(relayId('enam-1'), 'enam-1', NOTHING)
    passTime(LEASE_MS + FORGOTTEN_AFTER_MS - 1)
    await runDurableObjectAlarm(hub)
    expect((await hub.report()).relays).toEqual([{ name: 'enam-1', leaseMsLeft: 0 }])
    passTime(1)
    await runDurableObjectAlarm(hub)
    expect((await hub.report()).relays).toEqual([])
    await evictDurableObject(hub)
    expect((await hub.report()).relays).toEqual([])
    await hub.pull(relayId('enam-1'), 'enam-1', NOTHING)
    expect((await hub.report()).relays).toEqual([{ name: 'enam-1', leaseMsLeft: LEASE_MS }])
  })
})

test('a floor that the hub raised reaches the isolates through the relay', async () => {
  const hub = feed.HUB.getByName('hub')
  const relay = feed.RELAY.getByName('apac-3')
  await hub.publish([key('old')])
  expect(await relay.sync(NOTHING)).toMatchObject({ ok: true, value: { floor: 0, seq: 1 } })
  await ageOldest(hub, 1, RETAINED_MS + 1)
  await runDurableObjectAlarm(hub)
  await hub.publish([key('new')])
  const answer = await relay.sync(NOTHING)
  expect(answer).toMatchObject({ ok: true, value: { floor: 1, seq: 2, changes: [{ subject: 'new' }] } })
})
