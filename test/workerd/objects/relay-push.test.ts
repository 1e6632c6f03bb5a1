// What a relay makes of pushes that are lost, late, doubled or out of order, and what it has after a restart.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Grant, Known } from '../../../src/feed/change.ts'
import { RelayObject } from '../../../src/objects/invalidation-relay.ts'
import {
  feed,
  grant,
  key,
  LEASE_MS,
  never,
  NOTHING,
  part,
  passTime,
  runRelay,
  silenceLog,
  stopClock,
} from '../../support/feed-objects.ts'

type Pull = (id: string, name: string, known: Known) => Promise<Grant>

beforeEach(stopClock)

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A hub that knows changes 1 to `seq`. */
const hubAt = (seq: number) => vi.fn<Pull>(async (_id, _name, known) => grant(known.seq, seq))

const fail = async (): Promise<never> => {
  throw new Error('injected: network connection lost')
}

const NO_LEASE = { ok: false, error: 'no_lease' }

/** Answers when the test says so. */
function held(): { readonly pull: Pull; readonly answer: (with_: Grant) => void } {
  const { promise, resolve } = Promise.withResolvers<Grant>()
  return { pull: () => promise, answer: resolve }
}

describe('a push', () => {
  test('that fits is taken in and acknowledged without a pull', async () => {
    const pull = hubAt(3)
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      expect(await relay.push(part(3, 5))).toEqual({ epoch: 1, seq: 5 })
      expect(await relay.sync({ epoch: 1, seq: 3 })).toEqual({ ok: true, value: part(3, 5) })
      expect(pull).toHaveBeenCalledTimes(1)
    })
  })

  test('never renews the lease', async () => {
    silenceLog()
    const pull = hubAt(3)
    await runRelay(pull, async (relay) => {
      await relay.push(part(0, 1))
      pull.mockImplementationOnce(fail)
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
      await relay.sync(NOTHING)
      pull.mockImplementation(fail)
      passTime(LEASE_MS)
      await relay.push(part(3, 4))
      passTime(1)
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
    })
  })

  test('that comes twice, or late, is acknowledged with what the copy has, and changes nothing', async () => {
    const pull = hubAt(3)
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      await relay.push(part(3, 5))
      expect(await relay.push(part(3, 5))).toEqual({ epoch: 1, seq: 5 })
      expect(await relay.push(part(1, 2))).toEqual({ epoch: 1, seq: 5 })
      expect(await relay.sync(NOTHING)).toMatchObject({ value: { seq: 5, changes: part(0, 5).changes } })
      expect(pull).toHaveBeenCalledTimes(1)
    })
  })

  test('after a gap makes the relay pull, and the one that was overtaken comes to nothing new', async () => {
    const pull = hubAt(3)
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      pull.mockImplementation(hubAt(5))
      expect(await relay.push(part(4, 5))).toEqual({ epoch: 1, seq: 5 })
      expect(await relay.push(part(3, 4))).toEqual({ epoch: 1, seq: 5 })
      expect(await relay.sync({ epoch: 1, seq: 3 })).toEqual({ ok: true, value: part(3, 5) })
      expect(pull.mock.calls.map(([, , known]) => known)).toEqual([NOTHING, { epoch: 1, seq: 3 }])
    })
  })

  test('after a gap is not acknowledged when the pull fails: the hub waits for the lease', async () => {
    silenceLog()
    const pull = hubAt(3)
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      pull.mockImplementation(fail)
      expect(await relay.push(part(4, 5))).toEqual({ epoch: 1, seq: 3 })
      // What it was told is not in the copy: a copy that had it would claim to know change 4 as well.
      expect(await relay.sync(NOTHING)).toEqual({ ok: true, value: part(0, 3) })
    })
  })

  test('at first contact, out of the blue, makes the relay pull', async () => {
    const pull = hubAt(9)
    await runRelay(pull, async (relay) => {
      expect(await relay.push(part(8, 9))).toEqual({ epoch: 1, seq: 9 })
      expect(pull).toHaveBeenCalledTimes(1)
      expect(await relay.sync(NOTHING)).toEqual({ ok: true, value: part(0, 9) })
      expect(pull).toHaveBeenCalledTimes(1)
    })
  })

  test('after a gap does not rest on a pull that was sent before it', async () => {
    const old = held()
    const pull = hubAt(3)
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      passTime(LEASE_MS + 1)
      pull.mockImplementationOnce(old.pull).mockImplementation(hubAt(5))
      const waiting = relay.sync(NOTHING)
      passTime(100)
      expect(await relay.push(part(4, 5))).toEqual({ epoch: 1, seq: 5 })
      expect(pull).toHaveBeenCalledTimes(3)
      old.answer(grant(3, 3))
      // The older answer takes nothing back, neither changes nor the lease of the later pull.
      expect(await waiting).toEqual({ ok: true, value: part(0, 5) })
      passTime(LEASE_MS / 2)
      await relay.sync(NOTHING)
      expect(pull).toHaveBeenCalledTimes(3)
    })
  })

  test('while a pull hangs is acknowledged all the same', async () => {
    const pull = hubAt(3)
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      passTime(LEASE_MS / 2 + 1)
      pull.mockImplementationOnce(never)
      await relay.sync(NOTHING)
      expect(await relay.push(part(3, 4))).toEqual({ epoch: 1, seq: 4 })
    })
  })

  test('of a later log takes the place of the earlier one; one of an earlier log is not taken in', async () => {
    const pull = hubAt(3)
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      expect(await relay.push(part(0, 2, 0, 2))).toEqual({ epoch: 2, seq: 2 })
      expect(await relay.sync({ epoch: 1, seq: 3 })).toEqual({ ok: true, value: part(0, 2, 0, 2) })
      expect(await relay.push(part(3, 4))).toEqual({ epoch: 2, seq: 2 })
    })
  })

  test('brings the floor, and the copy forgets what is below it, in memory and in storage', async () => {
    await runRelay(hubAt(3), async (relay, { storage }) => {
      await relay.sync(NOTHING)
      await relay.push(part(3, 4, 2))
      expect(await relay.sync(NOTHING)).toEqual({ ok: true, value: part(0, 4, 2) })
      expect(storage.sql.exec('SELECT seq FROM changes ORDER BY seq').toArray()).toEqual([
        { seq: 3 },
        { seq: 4 },
      ])
    })
  })

  test('with a kind that only a later release knows condemns everything', async () => {
    await runRelay(hubAt(0), async (relay) => {
      const later = { kind: 'galaxy' as 'key', subject: 'm31', seq: 1 }
      await relay.push({ ...part(0, 0), seq: 1, changes: [later] })
      expect(await relay.sync(NOTHING)).toMatchObject({
        value: { changes: [{ kind: 'all', subject: 'all', seq: 1 }] },
      })
    })
  })
})

describe('after a restart', () => {
  test('a relay has no lease, and pulls what it lacks and no more', async () => {
    silenceLog()
    const pull = hubAt(3)
    await runRelay(pull, async (relay, state) => {
      await relay.sync(NOTHING)
      await relay.push(part(3, 4, 1))
      const restarted = new RelayObject(state, bindingsOf(pull))
      pull.mockImplementationOnce(fail)
      expect(await restarted.sync(NOTHING)).toEqual(NO_LEASE)
      pull.mockImplementation(async (_id, _name, { seq }) => grant(seq, 6, 1))
      expect(await restarted.sync(NOTHING)).toEqual({ ok: true, value: part(0, 6, 1) })
      expect(pull.mock.calls.at(-1)?.[2]).toEqual({ epoch: 1, seq: 4 })
    })
  })

  test('of two releases of the newest change of a thing, the later number is kept', async () => {
    const pull = hubAt(0)
    await runRelay(pull, async (relay, state) => {
      await relay.push({ ...part(0, 0), seq: 1, changes: [{ ...key('a'), seq: 1 }] })
      await relay.push({ ...part(1, 1), seq: 2, changes: [{ ...key('a'), seq: 2 }] })
      await relay.push({ ...part(0, 0), seq: 1, changes: [{ ...key('a'), seq: 1 }] })
      pull.mockImplementation(async (_id, _name, { seq }) => ({ ...grant(seq, seq), changes: [] }))
      const restarted = new RelayObject(state, bindingsOf(pull))
      expect(await restarted.sync(NOTHING)).toMatchObject({ value: { changes: [{ ...key('a'), seq: 2 }] } })
    })
  })

  test('a push wakes the real relay, which goes on from its storage and not from what memory said', async () => {
    const hub = feed.HUB.getByName('hub')
    const relay = feed.RELAY.getByName('weur-5')
    await hub.publish([key('a'), key('b')])
    await relay.sync(NOTHING)
    const { epoch } = await hub.publish([key('c')])
    await runInDurableObject(relay, (_, { storage }) => {
      // Memory and storage part ways: the copy in memory still has `b`, and says so.
      storage.sql.exec("DELETE FROM changes WHERE subject = 'b'")
    })
    const subjects = async () => {
      const answer = await relay.sync(NOTHING)
      return answer.ok ? answer.value.changes.map(({ subject }) => subject).sort() : answer.error
    }
    expect(await subjects()).toEqual(['a', 'b', 'c'])
    await evictDurableObject(relay)
    const published = await hub.publish([key('d')])
    expect(published).toMatchObject({ epoch, seq: 4, relaysAcknowledged: 1, relaysTotal: 1 })
    expect(await subjects()).toEqual(['a', 'c', 'd'])
    // Woken by its id, it does not know its name; the hub does.
    expect((await hub.report()).relays).toMatchObject([{ name: 'weur-5' }])
  })

  test('a real relay whose storage was wiped gets the whole log again', async () => {
    const hub = feed.HUB.getByName('hub')
    const relay = feed.RELAY.getByName('sam-5')
    await relay.sync(NOTHING)
    await runInDurableObject(relay, (_, { storage }) => {
      storage.sql.exec('DELETE FROM changes')
      storage.sql.exec('DELETE FROM state')
    })
    await evictDurableObject(relay)
    const { seq } = await hub.publish([key('e')])
    expect(await relay.sync(NOTHING)).toMatchObject({
      ok: true,
      value: { seq, after: 0, changes: { length: seq } },
    })
  })
})

function bindingsOf(pull: Pull): typeof feed {
  return { HUB: { getByName: () => ({ pull }) } } as unknown as typeof feed
}
