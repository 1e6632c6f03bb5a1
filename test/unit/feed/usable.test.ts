import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLogCopy, note } from '../../../src/feed/log-copy.ts'
import {
  isConfigUsable,
  isKeyUsable,
  isOlder,
  MAX_CLOCK_SKEW_MS,
  type Feed,
  type Moment,
} from '../../../src/feed/usable.ts'
import type { ConfigSnapshot, KeyFacts, KeySnapshot, Stamp } from '../../../src/model/snapshot.ts'
import type { ChangeKind } from '../../../src/model/feed-vocabulary.ts'
import { keyFacts } from '../../support/facts.ts'

const EPOCH = 7
const NOW = 1_000_000
const MOMENT: Moment = { now: NOW, since: NOW - 1_000, maxAgeMs: 60_000 }
const STAMP: Stamp = { epoch: EPOCH, asOf: 5, readAt: NOW - 500 }

function keyCopy(
  stamp: Partial<Stamp> = {},
  facts: Partial<KeyFacts> | null = { teamId: 'team_1' },
): KeySnapshot {
  return { ...STAMP, ...stamp, hash: 'hash_1', key: facts === null ? null : keyFacts(facts) }
}

function configCopy(stamp: Partial<Stamp> = {}): ConfigSnapshot {
  const settings = {
    gatewayId: '',
    checkSecrets: [],
    signingKeys: [],
    legacyFormats: [],
    expiryWarningMs: 0,
    rateLimitFields: 'standard' as const,
  }
  return { ...STAMP, ...stamp, routes: [], wasRouted: false, upstreams: [], plans: [], settings }
}

/** A feed that was synced just now and knows of these changes. */
function feedOf(...changes: readonly [kind: ChangeKind, subject: string, seq: number][]): Feed {
  const log = Object.assign(createLogCopy(), { epoch: EPOCH, seq: 9 })
  for (const [kind, subject, seq] of changes) note(log, { kind, subject }, seq)
  return { log, syncedAt: NOW }
}

describe('a copy of a key', () => {
  test('may be used while nothing that is known speaks against it', () => {
    expect(isKeyUsable(keyCopy(), false, feedOf(), MOMENT)).toBe(true)
  })

  test.each<[ChangeKind, string]>([
    ['key', 'hash_1'],
    ['project', 'prj_1'],
    ['team', 'team_1'],
    ['organization', 'org_1'],
    ['all', 'all'],
  ])('is condemned by a later change of its %s', (kind, subject) => {
    expect(isKeyUsable(keyCopy(), true, feedOf([kind, subject, 6]), MOMENT)).toBe(false)
    expect(isKeyUsable(keyCopy(), true, feedOf([kind, subject, 5]), MOMENT)).toBe(true)
  })

  test.each<[ChangeKind, string]>([
    ['key', 'hash_2'],
    ['project', 'prj_2'],
    ['team', 'team_2'],
    ['organization', 'org_2'],
    ['config', 'config'],
  ])('is not condemned by a change of another %s', (kind, subject) => {
    expect(isKeyUsable(keyCopy(), false, feedOf([kind, subject, 6]), MOMENT)).toBe(true)
    expect(isKeyUsable(keyCopy({}, { teamId: null }), false, feedOf([kind, subject, 6]), MOMENT)).toBe(true)
  })

  test('that says there is none is condemned by a change of that key or of all', () => {
    const absence = keyCopy({}, null)
    expect(isKeyUsable(absence, false, feedOf(['project', 'prj_1', 6]), MOMENT)).toBe(true)
    expect(isKeyUsable(absence, false, feedOf(['key', 'hash_1', 6]), MOMENT)).toBe(false)
    expect(isKeyUsable(absence, false, feedOf(['all', 'all', 6]), MOMENT)).toBe(false)
  })
})

test.each<[ChangeKind, boolean]>([
  ['config', false],
  ['all', false],
  ['key', true],
  ['project', true],
  ['team', true],
  ['organization', true],
])('a later change of %s: may a copy of the configuration be used? %s', (kind, isUsable) => {
  expect(isConfigUsable(configCopy(), true, feedOf([kind, kind, 6]), MOMENT)).toBe(isUsable)
  expect(isConfigUsable(configCopy(), true, feedOf([kind, kind, 5]), MOMENT)).toBe(true)
})

type Judge = (stamp: Partial<Stamp>, readHere: boolean, feed: Feed, moment?: Partial<Moment>) => boolean

describe.each<[string, Judge]>([
  [
    'key',
    (stamp, readHere, feed, moment) => isKeyUsable(keyCopy(stamp), readHere, feed, { ...MOMENT, ...moment }),
  ],
  [
    'configuration',
    (stamp, readHere, feed, moment) =>
      isConfigUsable(configCopy(stamp), readHere, feed, { ...MOMENT, ...moment }),
  ],
])('any copy of a %s', (_what, isUsable) => {
  test('of another log is not used, earlier or later', () => {
    for (const epoch of [0, EPOCH - 1, EPOCH + 1]) expect(isUsable({ epoch }, true, feedOf())).toBe(false)
  })

  test('from before what is forgotten is not used', () => {
    const feed = feedOf()
    feed.log.floor = 5
    expect(isUsable({ asOf: 5 }, true, feed)).toBe(true)
    expect(isUsable({ asOf: 4 }, true, feed)).toBe(false)
  })

  test('is used until its age is reached, to the millisecond', () => {
    const { maxAgeMs } = MOMENT
    expect(isUsable({ readAt: NOW - maxAgeMs }, false, feedOf())).toBe(true)
    expect(isUsable({ readAt: NOW - maxAgeMs - 1 }, false, feedOf())).toBe(false)
  })

  test('from the future is believed as far as clocks may differ', () => {
    expect(isUsable({ readAt: NOW + MAX_CLOCK_SKEW_MS }, false, feedOf())).toBe(true)
    expect(isUsable({ readAt: NOW + MAX_CLOCK_SKEW_MS + 1 }, false, feedOf())).toBe(false)
  })

  test('needs a feed that is known since then, or an own read since then', () => {
    const { since } = MOMENT
    const stale = { ...feedOf(), syncedAt: since - 1 }
    expect(isUsable({ readAt: since }, false, { ...stale, syncedAt: since })).toBe(true)
    expect(isUsable({ readAt: since }, true, stale)).toBe(true)
    expect(isUsable({ readAt: since - 1 }, true, stale)).toBe(false)
    // Somebody else's clock: it may be ahead of ours.
    expect(isUsable({ readAt: NOW }, false, stale)).toBe(false)
  })

  test('that was read here without any feed is used while there is none, and for no longer', () => {
    const none: Feed = { log: createLogCopy(), syncedAt: -Infinity }
    const stamp = { epoch: 0, asOf: 0, readAt: NOW }
    expect(isUsable(stamp, true, none)).toBe(true)
    expect(isUsable(stamp, false, none)).toBe(false)
    expect(isUsable(stamp, true, feedOf())).toBe(false)
  })
})

describe('of two copies one is older', () => {
  const stamp = fc.record({
    epoch: fc.nat({ max: 2 }),
    asOf: fc.nat({ max: 2 }),
    readAt: fc.nat({ max: 2 }),
  })
  const isEqual = (one: Stamp, other: Stamp) => !isOlder(one, other) && !isOlder(other, one)

  test('in a strict weak order', () => {
    fc.assert(
      fc.property(stamp, stamp, stamp, (a, b, c) => {
        expect(isOlder(a, a)).toBe(false)
        expect(isOlder(a, b) && isOlder(b, a)).toBe(false)
        if (isOlder(a, b) && isOlder(b, c)) expect(isOlder(a, c)).toBe(true)
        if (isEqual(a, b) && isEqual(b, c)) expect(isEqual(a, c)).toBe(true)
      }),
    )
  })

  test('by log, then by what its reader knew, then by when it was read', () => {
    expect(isOlder({ epoch: 1, asOf: 9, readAt: 9 }, { epoch: 2, asOf: 1, readAt: 1 })).toBe(true)
    expect(isOlder({ epoch: 2, asOf: 1, readAt: 9 }, { epoch: 2, asOf: 2, readAt: 1 })).toBe(true)
    expect(isOlder({ epoch: 2, asOf: 2, readAt: 1 }, { epoch: 2, asOf: 2, readAt: 2 })).toBe(true)
  })
})
