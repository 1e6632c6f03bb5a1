import { describe, expect, it } from 'vitest'
import { effectiveEnd, effectivePlan, effectiveState, shownState } from '../../../src/model/effective.ts'
import type { Standing } from '../../../src/model/effective.ts'
import type { EffectiveState } from '../../../src/model/snapshot.ts'
import { KEY_STATES, TENANT_STATES } from '../../../src/model/vocabulary.ts'

const ACTIVE: Standing = { key: 'active', project: 'active', team: 'active', organization: 'active' }

const CASES: readonly (readonly [name: string, standing: Partial<Standing>, state: EffectiveState])[] = [
  ['everything active', {}, 'active'],
  ['a project without a team', { team: null }, 'active'],
  ['a pending key', { key: 'pending' }, 'pending'],
  ['a disabled key', { key: 'disabled' }, 'disabled'],
  ['a revoked key', { key: 'revoked' }, 'revoked'],
  ['a tombstone', { key: 'deleted' }, 'revoked'],
  ['a deleted project', { project: 'deleted' }, 'revoked'],
  ['a deleted team', { team: 'deleted' }, 'revoked'],
  ['a deleted organization', { organization: 'deleted' }, 'revoked'],
  ['a suspended project', { project: 'suspended' }, 'disabled'],
  ['a suspended team', { team: 'suspended' }, 'disabled'],
  ['a suspended organization', { organization: 'suspended' }, 'organization_suspended'],
  ['a pending key of a suspended project', { key: 'pending', project: 'suspended' }, 'disabled'],
  ['a pending key of a deleted project', { key: 'pending', project: 'deleted' }, 'revoked'],
  [
    'a disabled key of a suspended organization',
    { key: 'disabled', organization: 'suspended' },
    'organization_suspended',
  ],
  ['a revoked key of a suspended organization', { key: 'revoked', organization: 'suspended' }, 'revoked'],
  [
    'a deleted project of a suspended organization',
    { project: 'deleted', organization: 'suspended' },
    'revoked',
  ],
  [
    'a suspended project of a deleted organization',
    { project: 'suspended', organization: 'deleted' },
    'revoked',
  ],
]

describe('the effective state', () => {
  it.each(CASES)('of %s', (_, standing, state) => {
    expect(effectiveState({ ...ACTIVE, ...standing })).toBe(state)
  })

  it('is active for exactly one combination of stored states, with a team and without', () => {
    const passing = KEY_STATES.flatMap((key) =>
      TENANT_STATES.flatMap((project) =>
        [...TENANT_STATES, null].flatMap((team) =>
          TENANT_STATES.map((organization) => ({ key, project, team, organization })),
        ),
      ),
    ).filter((standing) => effectiveState(standing) === 'active')
    expect(passing).toEqual([ACTIVE, { ...ACTIVE, team: null }])
  })
})

describe('the effective end', () => {
  it.each([
    ['neither expiry nor rotation', null, null, null],
    ['an expiry', 100, null, 100],
    ['a rotation grace', null, 200, 200],
    ['an expiry inside the grace', 100, 200, 100],
    ['a grace that ends before the expiry', 300, 200, 200],
  ])('with %s', (_, expiresAt, rotationGraceEndsAt, end) => {
    const ending = effectiveEnd({ expiresAt, rotationGraceEndsAt, rotatedToId: null })
    expect(ending).toEqual({ expiresAtMs: end, rotated: false })
  })

  it('says that a key has a successor', () => {
    expect(effectiveEnd({ expiresAt: null, rotationGraceEndsAt: 5, rotatedToId: 'key_2' }).rotated).toBe(true)
  })
})

describe('the plan in force', () => {
  it.each([
    ['key', 'project', 'organization', 'key'],
    [null, 'project', 'organization', 'project'],
    [null, null, 'organization', 'organization'],
    [null, null, null, null],
  ])('of %s, %s, %s is %s', (key, project, organization, plan) => {
    expect(effectivePlan(key, project, organization)).toBe(plan)
  })
})

describe('the state that is shown', () => {
  const key = { state: 'active', expiresAt: 1000, rotationGraceEndsAt: null, rotatedToId: null } as const

  it.each([
    ['one millisecond before its expiry', key, 999, 'active'],
    ['at its expiry', key, 1000, 'expired'],
    ['at the end of its rotation grace', { ...key, rotationGraceEndsAt: 500 }, 500, 'expired'],
    ['without an expiry', { ...key, expiresAt: null }, 1e15, 'active'],
    ['pending and past its expiry', { ...key, state: 'pending' }, 1000, 'expired'],
    ['disabled', { ...key, state: 'disabled' }, 0, 'disabled'],
    ['revoked and past its expiry', { ...key, state: 'revoked' }, 1000, 'revoked'],
  ] as const)('of a key %s', (_, row, now, state) => {
    expect(shownState(row, now)).toBe(state)
  })
})
