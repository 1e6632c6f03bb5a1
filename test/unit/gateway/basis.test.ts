import { describe, expect, test } from 'vitest'
import { momentOf, newBasis, salvage, type Basis } from '../../../src/gateway/basis.ts'
import type { GatewayDeps } from '../../../src/gateway/deps.ts'
import { createMemory } from '../../../src/gateway/memory.ts'

const NOW = 1_000_000
const BOUND_MS = 1_000
const GRACE_MS = 5_000
const EPOCH = 7

const basis = ({ memory }: GatewayDeps, changes: Partial<Basis> = {}): Basis => ({
  ...newBasis(memory.sync),
  ...changes,
})

/** An isolate that last heard of the feed when it was still in the grace, and now asks the hub. */
function isolate(hub: 'answers' | 'is away', found: 'up' | 'down'): GatewayDeps {
  const memory = createMemory()
  memory.feed.syncedAt = NOW - BOUND_MS - GRACE_MS
  memory.sync.isDown = found === 'down'
  const config = { revocationBoundMs: BOUND_MS, feedGraceMs: GRACE_MS, snapshotMaxAgeMs: 60_000 }
  const away = () => Promise.reject(new Error('away'))
  const part = { epoch: EPOCH, seq: 1, after: 0, floor: 0, changes: [] }
  const deps = {
    config,
    memory,
    now: () => NOW,
    relay: away,
    hub: hub === 'answers' ? () => Promise.resolve(part) : away,
    log: () => undefined,
    waitUntil: () => undefined,
  }
  return deps as unknown as GatewayDeps
}

describe('what a copy must be equal to', () => {
  test('is the state of one bound ago', () => {
    const deps = isolate('answers', 'up')
    expect(momentOf(basis(deps), deps).since).toBe(NOW - BOUND_MS)
  })

  test('on a strict route is that of its beginning, and for a slow one no older than for any other', () => {
    const deps = isolate('answers', 'up')
    expect(momentOf(basis(deps, { strictSince: NOW - 10 }), deps).since).toBe(NOW - 10)
    expect(momentOf(basis(deps, { strictSince: NOW - 9_000 }), deps).since).toBe(NOW - BOUND_MS)
  })

  test('may be behind by the grace for as long as nobody answers', () => {
    const since = (deps: GatewayDeps) => momentOf(basis(deps, { isDegraded: true }), deps).since
    expect(since(isolate('is away', 'down'))).toBe(NOW - BOUND_MS - GRACE_MS)
    expect(since(isolate('answers', 'up'))).toBe(NOW - BOUND_MS)
  })
})

describe('when D1 cannot be read', () => {
  const isTimely = (deps: GatewayDeps) => (moment: { since: number }) =>
    deps.memory.feed.syncedAt >= moment.since

  test.each(['up', 'down'] as const)(
    'the feed is asked again, and vouches for the copy; it was found %s before',
    async (found) => {
      const deps = isolate('answers', found)
      const asked = basis(deps)
      expect(await salvage('copy', isTimely(deps), asked, deps)).toBe('copy')
      expect(asked.isDegraded).toBe(false)
    },
  )

  test('a copy that the feed condemns is lost, however long the outage was', async () => {
    const deps = isolate('answers', 'down')
    const isKept = () => deps.memory.feed.log.epoch !== EPOCH
    expect(await salvage('copy', isKept, basis(deps), deps)).toBeNull()
  })

  test('and nobody answers, the copy is used within the grace, and the request is marked', async () => {
    const deps = isolate('is away', 'up')
    const asked = basis(deps)
    expect(await salvage('copy', isTimely(deps), asked, deps)).toBe('copy')
    expect(asked.isDegraded).toBe(true)
    deps.memory.feed.syncedAt--
    expect(await salvage('copy', isTimely(deps), basis(deps), deps)).toBeNull()
  })

  test('a strict route has no grace', async () => {
    const deps = isolate('is away', 'down')
    const strict = basis(deps, { strictSince: NOW })
    expect(await salvage('copy', isTimely(deps), strict, deps)).toBeNull()
    expect(strict.isDegraded).toBe(false)
  })
})
