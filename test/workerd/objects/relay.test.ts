// The relay answers only while its lease holds: when it pulls, when it falls silent, how many pulls that costs.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Grant, Known } from '../../../src/feed/change.ts'
import {
  grant,
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

/** A hub that knows changes 1 to 3. */
const hub = () => vi.fn<Pull>(async (_id, _name, { seq }) => grant(seq, 3))

const fail = async (): Promise<never> => {
  throw new Error('injected: network connection lost')
}

const NO_LEASE = { ok: false, error: 'no_lease' }

describe('a relay that is asked', () => {
  test('pulls first, with its id and what it has, and answers with what the isolate lacks', async () => {
    const pull = hub()
    await runRelay(pull, async (relay, { id }) => {
      expect(await relay.sync(NOTHING)).toEqual({ ok: true, value: part(0, 3) })
      expect(await relay.sync({ epoch: 1, seq: 2 })).toEqual({ ok: true, value: part(2, 3) })
      expect(await relay.sync({ epoch: 7, seq: 2 })).toEqual({ ok: true, value: part(0, 3) })
      expect(pull.mock.calls).toEqual([[id.toString(), id.name ?? '', NOTHING]])
    })
  })

  test('does not pull in the first half of its lease; past it once, behind the answer', async () => {
    const pull = hub()
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      passTime(LEASE_MS / 2)
      await relay.sync(NOTHING)
      expect(pull).toHaveBeenCalledTimes(1)
      passTime(1)
      pull.mockImplementationOnce(async () => grant(3, 4))
      const answers = await Promise.all(Array.from({ length: 10 }, () => relay.sync(NOTHING)))
      // Answered from the copy, without a wait: the new change is not in it yet, and need not be.
      expect(answers).toEqual(Array.from({ length: 10 }, () => ({ ok: true, value: part(0, 3) })))
      expect(pull).toHaveBeenCalledTimes(2)
      expect(pull.mock.calls[1]?.[2]).toEqual({ epoch: 1, seq: 3 })
      passTime(LEASE_MS / 2)
      expect(await relay.sync({ epoch: 1, seq: 3 })).toEqual({ ok: true, value: part(3, 4) })
      expect(pull).toHaveBeenCalledTimes(2)
    })
  })

  test('many isolates that ask at once when the lease is over cause one pull', async () => {
    const pull = hub()
    await runRelay(pull, async (relay) => {
      const first = await Promise.all(Array.from({ length: 50 }, () => relay.sync(NOTHING)))
      expect(first.every(({ ok }) => ok)).toBe(true)
      expect(pull).toHaveBeenCalledTimes(1)
      passTime(LEASE_MS + 1)
      await Promise.all(Array.from({ length: 50 }, () => relay.sync(NOTHING)))
      expect(pull).toHaveBeenCalledTimes(2)
    })
  })

  test('is silent once its lease is over and the hub cannot be reached, to the millisecond', async () => {
    const log = silenceLog()
    const pull = hub()
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      pull.mockImplementation(fail)
      passTime(LEASE_MS)
      expect(await relay.sync(NOTHING)).toMatchObject({ ok: true })
      passTime(1)
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
    })
    expect(log.events()[0]).toEqual({ event: 'pull_failed', error: 'Error' })
  })

  test('is silent at first contact while the hub is away, and speaks when it is back', async () => {
    silenceLog()
    const pull = hub().mockImplementationOnce(fail)
    await runRelay(pull, async (relay) => {
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
      expect(await relay.sync(NOTHING)).toEqual({ ok: true, value: part(0, 3) })
    })
  })

  test('gives a hub that hangs two seconds, and asks again at the next call', async () => {
    vi.useRealTimers()
    const log = silenceLog()
    const pull = hub().mockImplementationOnce(never)
    await runRelay(pull, async (relay) => {
      const startedAt = Date.now()
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1_990)
      expect(await relay.sync(NOTHING)).toMatchObject({ ok: true })
    })
    expect(log.events()).toEqual([{ event: 'pull_failed', error: 'TimeoutError' }])
  })

  test('counts its lease from before the pull was sent', async () => {
    silenceLog()
    const pull = hub().mockImplementationOnce(async () => {
      passTime(LEASE_MS - 1_000)
      return grant(0, 3)
    })
    await runRelay(pull, async (relay) => {
      expect(await relay.sync(NOTHING)).toMatchObject({ ok: true })
      pull.mockImplementation(fail)
      passTime(1_000)
      expect(await relay.sync(NOTHING)).toMatchObject({ ok: true })
      passTime(1)
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
    })
  })

  test('has no lease from a pull that took longer than one', async () => {
    const pull = hub().mockImplementationOnce(async () => {
      passTime(LEASE_MS + 1)
      return grant(0, 3)
    })
    await runRelay(pull, async (relay) => {
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
      expect(await relay.sync(NOTHING)).toMatchObject({ ok: true })
    })
  })

  test('has no lease from an answer of a log that is no more', async () => {
    const pull = hub()
    await runRelay(pull, async (relay) => {
      await relay.push(part(0, 1, 0, 2))
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
      pull.mockImplementation(async () => ({ ...grant(0, 2), epoch: 2 }))
      expect(await relay.sync(NOTHING)).toEqual({ ok: true, value: part(0, 2, 0, 2) })
    })
  })

  test('takes as long a lease as the hub says', async () => {
    silenceLog()
    const pull = hub().mockImplementationOnce(async () => ({ ...grant(0, 3), leaseMs: 1_000 }))
    await runRelay(pull, async (relay) => {
      await relay.sync(NOTHING)
      pull.mockImplementation(fail)
      passTime(1_001)
      expect(await relay.sync(NOTHING)).toEqual(NO_LEASE)
    })
  })
})
