import { describe, expect, it } from 'vitest'
import type { KeyPolicy } from '../../../src/model/policy.ts'
import { keyOptions } from '../../../src/policy/key-options.ts'
import { findBreach, levelsOf } from '../../../src/policy/key-policy.ts'

const under = (organization: KeyPolicy, project: KeyPolicy = {}, plan: KeyPolicy | null = null) =>
  levelsOf({ organization, team: null, project, plan })

describe('what a new key may be', () => {
  it('is anything where no level asks for anything', () => {
    expect(keyOptions(under({}), ['b:read', 'a:read', 'b:read'])).toEqual({
      scopes: ['a:read', 'b:read'],
      ceiling: null,
      maxLifetimeSeconds: null,
      isExpiryRequired: false,
    })
  })

  it('is what every ceiling allows, and the scopes that they name', () => {
    const levels = under(
      { scopeCeiling: ['orders:*', 'users:read', 'bills:pay'] },
      { scopeCeiling: ['*'] },
      {
        scopeCeiling: ['orders:*', 'users:*'],
      },
    )
    const { scopes, ceiling } = keyOptions(levels, ['orders:write', 'users:write', 'admin:all'])
    expect(scopes).toEqual(['orders:write', 'users:read'])
    expect(ceiling).toEqual(['orders:*', 'users:read'])
  })

  it('is nothing under an empty ceiling', () => {
    expect(keyOptions(under({ scopeCeiling: [] }), ['a:read'])).toMatchObject({ scopes: [], ceiling: [] })
  })

  it('holds what two ceilings have in common and neither says', () => {
    const levels = under({ scopeCeiling: ['a:*:c'] }, { scopeCeiling: ['a:b:*'] })
    expect(keyOptions(levels, ['a:b:c', 'a:b:d']).scopes).toEqual(['a:b:c'])
  })

  it('offers no scope that the policies refuse', () => {
    const levels = under({ scopeCeiling: ['a:*', 'b:read'] }, { scopeCeiling: ['a:read', 'b:*', 'c:read'] })
    const asked = ['a:read', 'a:write', 'b:read', 'b:write', 'c:read', '*']
    const { scopes } = keyOptions(levels, asked)
    const judge = (scope: string) => findBreach(levels, { createdAt: 0, scopes: [scope] })
    expect(asked.filter((scope) => judge(scope) === null)).toEqual(scopes)
  })

  it.each<[string, KeyPolicy, KeyPolicy, number | null, boolean]>([
    ['the fewest days', { maxLifetimeDays: 90 }, { maxLifetimeDays: 30 }, 30 * 86_400, true],
    ['an expiry at all', {}, { neverExpires: 'refuse' }, null, true],
    ['no expiry', { neverExpires: 'allow' }, {}, null, false],
  ])('lasts as the levels ask: %s', (_, organization, project, seconds, isRequired) => {
    expect(keyOptions(under(organization, project), [])).toMatchObject({
      maxLifetimeSeconds: seconds,
      isExpiryRequired: isRequired,
    })
  })
})
