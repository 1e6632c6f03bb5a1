import { describe, expect, it } from 'vitest'
import { fewestDays, findBreach, type LevelPolicy } from '../../../src/policy/key-policy.ts'

const DAY_MS = 86_400_000
const MADE = 1_000
const LEVELS: readonly LevelPolicy[] = [
  {
    level: 'organization',
    policy: { maxLifetimeDays: 90, idleDays: 30, scopeCeiling: ['orders:*', 'users:read'] },
  },
  { level: 'team', policy: {} },
  { level: 'project', policy: { maxLifetimeDays: 30, idleDays: 60, scopeCeiling: ['*:read', 'orders:*:*'] } },
]
const breachOf = (key: object, levels = LEVELS) => findBreach(levels, { createdAt: MADE, ...key })

describe('the days that levels ask for together', () => {
  it('are the fewest that any of them names', () => {
    expect(fewestDays(LEVELS, 'maxLifetimeDays')).toBe(30)
    expect(fewestDays(LEVELS, 'idleDays')).toBe(30)
    expect(fewestDays(LEVELS, 'rotationAgeDays')).toBeNull()
  })
})

describe('the lifetime of a key', () => {
  it.each([
    ['the longest that is allowed', 30 * DAY_MS, undefined],
    ['a millisecond longer', 30 * DAY_MS + 1, 'project'],
    ['longer than the organization allows', 91 * DAY_MS, 'organization'],
  ])('is judged from when it was made: %s', (_, ms, level) => {
    expect(breachOf({ expiresAt: MADE + ms })?.level).toBe(level)
  })

  it('has no end within any number of days where the key never expires', () => {
    expect(breachOf({ expiresAt: null })).toMatchObject({ field: 'expires_at', level: 'organization' })
  })

  it('is not judged while it is not being set', () => {
    expect(breachOf({})).toBeNull()
  })

  it('must end where any level refuses keys that never expire, whatever a lower one allows', () => {
    const levels: readonly LevelPolicy[] = [
      { level: 'organization', policy: { neverExpires: 'refuse' } },
      { level: 'project', policy: { neverExpires: 'allow' } },
    ]
    expect(breachOf({ expiresAt: null }, levels)?.level).toBe('organization')
    expect(breachOf({ expiresAt: MADE + 1 }, levels)).toBeNull()
  })
})

describe('the scopes of a key', () => {
  it.each([
    [['orders:read'], undefined],
    [['users:read'], undefined],
    [['orders:eu:write'], undefined],
    [['orders:*:*'], undefined],
    [['users:write'], 'organization'],
    [['*'], 'organization'],
    [['*:read'], 'organization'],
    [['orders-admin:read'], 'organization'],
    [['orders:*'], 'project'],
    [['orders:write'], 'project'],
  ])('grant nothing that one of the levels does not grant: %j', (scopes, level) => {
    expect(breachOf({ scopes })?.level).toBe(level)
  })

  it('are none where the ceiling is empty', () => {
    const levels: readonly LevelPolicy[] = [{ level: 'plan', policy: { scopeCeiling: [] } }]
    expect(breachOf({ scopes: ['a'] }, levels)).toEqual({
      field: 'scopes',
      level: 'plan',
      detail: 'The policy of the plan does not allow: a',
    })
    expect(breachOf({ scopes: [] }, levels)).toBeNull()
  })
})
