// The hub numbers, keeps and tells: who is told of a change, who has to be waited for, and how long.
import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Known, LogPart } from '../../../src/feed/change.ts'
import type { HubObject } from '../../../src/objects/invalidation-hub.ts'
import {
  feed,
  key,
  LEASE_MS,
  never,
  newHub,
  NOTHING,
  passTime,
  runHub,
  silenceLog,
  stopClock,
} from '../../support/feed-objects.ts'

beforeEach(stopClock)

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const acknowledge = async ({ epoch, seq }: LogPart): Promise<Known> => ({ epoch, seq })

const fail = async (): Promise<never> => {
  throw new Error('injected: network connection lost')
}

function pullAs(hub: HubObject, ...ids: readonly string[]): void {
  for (const id of ids) hub.pull(id, `name of ${id}`, NOTHING)
}

describe('the log', () => {
  test('numbers changes from 1, over calls, in one epoch', async () => {
    const hub = newHub()
    const first = await hub.publish([key('a'), key('b')])
    const second = await hub.publish([{ kind: 'config', subject: 'config' }])
    expect([first.seq, second.seq]).toEqual([2, 3])
    expect(second.epoch).toBe(first.epoch)
    expect(await hub.sync(NOTHING)).toEqual({
      epoch: first.epoch,
      seq: 3,
      floor: 0,
      after: 0,
      changes: [
        { ...key('a'), seq: 1 },
        { ...key('b'), seq: 2 },
        { kind: 'config', subject: 'config', seq: 3 },
      ],
    })
  })

  test('keeps of each subject the newest change only, also within one call', async () => {
    const hub = newHub()
    await hub.publish([key('a'), key('b'), key('a')])
    await hub.publish([key('b'), { kind: 'project', subject: 'a' }])
    const { changes } = await hub.sync(NOTHING)
    expect(changes.map(({ kind, subject, seq }) => `${seq} ${kind} ${subject}`)).toEqual([
      '3 key a',
      '4 key b',
      '5 project a',
    ])
    expect(await hub.report()).toMatchObject({ seq: 5, changes: 3, floor: 0, oldestAtMs: Date.now() })
  })

  test('tells whoever asks what he lacks, and everything to whoever knows another log', async () => {
    const hub = newHub()
    const { epoch } = await hub.publish([key('a'), key('b')])
    expect(await hub.sync({ epoch, seq: 1 })).toMatchObject({ after: 1, changes: [{ subject: 'b' }] })
    expect(await hub.sync({ epoch, seq: 2 })).toMatchObject({ after: 2, changes: [] })
    expect((await hub.sync({ epoch: epoch - 1, seq: 2 })).changes).toHaveLength(2)
  })

  test('of nothing is nothing, and says so', async () => {
    const hub = newHub()
    expect(await hub.report()).toMatchObject({ seq: 0, changes: 0, oldestAtMs: null, relays: [] })
    passTime(LEASE_MS + 1)
    expect(await hub.publish([])).toMatchObject({ seq: 0, relaysTotal: 0, leaseRemainingMs: 0 })
  })

  test('a log that is younger than a lease cannot know who still answers, and says so', async () => {
    const hub = newHub()
    await hub.report()
    passTime(1_000)
    expect((await hub.publish([key('a')])).leaseRemainingMs).toBe(LEASE_MS - 1_000)
    passTime(LEASE_MS)
    expect((await hub.publish([key('a')])).leaseRemainingMs).toBe(0)
  })

  test('a publication that fails half-way leaves nothing behind, and the next one succeeds', async () => {
    await runHub({}, async (hub) => {
      const broken = { kind: 'key', subject: null as unknown as string } as const
      await expect(hub.publish([key('a'), broken])).rejects.toThrow()
      expect(hub.report()).toMatchObject({ seq: 0, changes: 0 })
      expect(await hub.publish([key('b')])).toMatchObject({ seq: 1 })
    })
  })

  test('a kind that only a later release knows is told as a change of everything', async () => {
    const hub = newHub()
    await hub.publish([key('a')])
    await runInDurableObject(hub, (_, { storage }) => {
      storage.sql.exec("UPDATE changes SET kind = 'galaxy'")
    })
    expect((await hub.sync(NOTHING)).changes).toEqual([{ kind: 'all', subject: 'all', seq: 1 }])
  })
})

describe('who has to hear of a change', () => {
  test('nobody, while no relay has pulled', async () => {
    expect(await newHub().publish([key('a')])).toMatchObject({ relaysAcknowledged: 0, relaysTotal: 0 })
  })

  test('a relay that pulled is registered by its name, holds a lease, and is told just what is new', async () => {
    const told: LogPart[] = []
    const hears = (part: LogPart) => acknowledge((told.push(part), part))
    await runHub({ near: hears }, async (hub) => {
      const { epoch } = await hub.publish([key('before')])
      passTime(LEASE_MS + 1)
      pullAs(hub, 'near')
      expect(hub.report().relays).toEqual([{ name: 'name of near', leaseMsLeft: LEASE_MS }])
      expect(await hub.publish([key('a'), key('b')])).toEqual({
        epoch,
        seq: 3,
        relaysAcknowledged: 1,
        relaysTotal: 1,
        leaseRemainingMs: 0,
      })
      expect(told).toEqual([
        {
          epoch,
          seq: 3,
          floor: 0,
          after: 1,
          changes: [
            { ...key('a'), seq: 2 },
            { ...key('b'), seq: 3 },
          ],
        },
      ])
    })
  })

  test('a relay whose lease is over is neither told nor waited for; at its last millisecond it is', async () => {
    await runHub({ near: acknowledge }, async (hub) => {
      pullAs(hub, 'near')
      passTime(LEASE_MS)
      expect(await hub.publish([key('a')])).toMatchObject({ relaysTotal: 1 })
      passTime(1)
      expect(await hub.publish([key('b')])).toMatchObject({ relaysTotal: 0 })
      expect(hub.report().relays).toEqual([{ name: 'name of near', leaseMsLeft: 0 }])
    })
  })

  test('a relay that throws has not acknowledged: its lease has to be waited for', async () => {
    const log = silenceLog()
    await runHub({ near: acknowledge, far: fail }, async (hub) => {
      pullAs(hub, 'near', 'far')
      passTime(1_000)
      expect(await hub.publish([key('a')])).toMatchObject({
        relaysAcknowledged: 1,
        relaysTotal: 2,
        leaseRemainingMs: LEASE_MS - 1_000,
      })
    })
    expect(log.events()).toEqual([{ event: 'push_failed', relay_id: 'far', error: 'Error' }])
  })

  test('a relay that hangs is given up after two seconds, and does not keep the others', async () => {
    vi.useRealTimers()
    const log = silenceLog()
    const heard = vi.fn(acknowledge)
    await runHub({ near: heard, far: never }, async (hub) => {
      pullAs(hub, 'near', 'far')
      const published = await hub.publish([key('a')])
      expect(published).toMatchObject({ relaysAcknowledged: 1, relaysTotal: 2 })
      expect(published.leaseRemainingMs).toBeGreaterThan(LEASE_MS - 2_500)
      expect(published.leaseRemainingMs).toBeLessThanOrEqual(LEASE_MS - 2_000)
    })
    expect(heard).toHaveBeenCalledTimes(1)
    expect(log.events()).toEqual([{ event: 'push_failed', relay_id: 'far', error: 'TimeoutError' }])
  })

  test.each([
    ['less than it was told', ({ epoch, seq }: LogPart) => ({ epoch, seq: seq - 1 })],
    ['another log', ({ epoch, seq }: LogPart) => ({ epoch: epoch + 1, seq })],
    ['nothing', () => NOTHING],
  ])('a relay that knows %s has not acknowledged', async (_, answer) => {
    await runHub({ near: async (part) => answer(part) }, async (hub) => {
      pullAs(hub, 'near')
      expect(await hub.publish([key('a')])).toMatchObject({
        relaysAcknowledged: 0,
        relaysTotal: 1,
        leaseRemainingMs: LEASE_MS,
      })
    })
  })

  test('a relay may pull while it is being told: the pull has the change', async () => {
    const pulled = vi.fn<(part: LogPart) => void>()
    const pullsFirst = async (part: LogPart) => {
      pulled(hubs[0]?.pull('near', '', NOTHING) ?? part)
      return acknowledge(part)
    }
    const hubs: HubObject[] = []
    await runHub({ near: pullsFirst }, async (hub) => {
      hubs.push(hub)
      pullAs(hub, 'near')
      expect(await hub.publish([key('a')])).toMatchObject({ relaysAcknowledged: 1 })
    })
    expect(pulled.mock.calls).toMatchObject([[{ seq: 1, changes: [{ subject: 'a' }], leaseMs: LEASE_MS }]])
  })

  test('a lease that is renewed while a push fails is counted as it was: the pull had the change', async () => {
    silenceLog()
    const hubs: HubObject[] = []
    const renewsAndFails = async () => {
      passTime(1_000)
      hubs[0]?.pull('near', '', NOTHING)
      return fail()
    }
    await runHub({ near: renewsAndFails }, async (hub) => {
      hubs.push(hub)
      pullAs(hub, 'near')
      expect((await hub.publish([key('a')])).leaseRemainingMs).toBe(LEASE_MS - 1_000)
      expect(hub.report().relays).toMatchObject([{ leaseMsLeft: LEASE_MS }])
    })
  })

  test('a pull never shortens the lease that a relay may still hold', async () => {
    await runHub({ near: acknowledge }, async (hub) => {
      pullAs(hub, 'near')
      // The clock of the machine is set back. A relay elsewhere counts on.
      passTime(-3_000)
      pullAs(hub, 'near')
      expect(hub.report().relays).toMatchObject([{ leaseMsLeft: LEASE_MS + 3_000 }])
    })
  })

  test('concurrent publications have numbers of their own, and each is acknowledged', async () => {
    await runHub({ near: acknowledge }, async (hub) => {
      pullAs(hub, 'near')
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, i) => hub.publish([key(`k${i}`), key('same')])),
      )
      expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => 2 * (i + 1)))
      expect(all.every(({ relaysAcknowledged }) => relaysAcknowledged === 1)).toBe(true)
      expect(hub.report()).toMatchObject({ seq: 40, changes: 21 })
    })
  })
})

describe('with the real relay', () => {
  test('a change is in the relay when publish returns', async () => {
    const hub = feed.HUB.getByName('hub')
    await hub.report()
    passTime(LEASE_MS + 1)
    const relay = feed.RELAY.getByName('enam-7')
    expect((await relay.sync(NOTHING)).ok).toBe(true)
    expect(await hub.report()).toMatchObject({ relays: [{ name: 'enam-7', leaseMsLeft: LEASE_MS }] })
    const published = await hub.publish([key('a')])
    expect(published).toMatchObject({ relaysAcknowledged: 1, relaysTotal: 1, leaseRemainingMs: 0 })
    expect(await relay.sync(NOTHING)).toMatchObject({ ok: true, value: { seq: published.seq } })
  })
})
