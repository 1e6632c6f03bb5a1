// What one operator may hand on to another, and when one may act.
import { describe, expect, it } from 'vitest'
import { PLATFORM_ROLES } from '../../../src/model/vocabulary.ts'
import {
  authorityOf,
  findLacking,
  isLastingOwner,
  isUsedAnew,
  mayAct,
  outlives,
  UNLIMITED,
} from '../../../src/policy/operator.ts'

const NOW = 1_000_000
const lasting = (role: (typeof PLATFORM_ROLES)[number]) => authorityOf({ role, expiresAt: null })
const until = (expiresAt: number) => authorityOf({ role: 'owner', expiresAt })

describe('what is handed on', () => {
  it('is a role that holds no more than the own one', () => {
    expect(findLacking(lasting('owner'), 'owner')).toBeNull()
    expect(findLacking(lasting('admin'), 'owner')).toBe('owners:write')
    expect(findLacking(lasting('support'), 'admin')).not.toBeNull()
    expect(findLacking(lasting('auditor'), 'support')).toBe('keys:revoke')
    for (const role of PLATFORM_ROLES) expect(findLacking(lasting(role), role), role).toBeNull()
  })

  it('ends no later than the giver', () => {
    expect(outlives(null, lasting('admin'))).toBe(false)
    expect(outlives(null, UNLIMITED)).toBe(false)
    expect(outlives(NOW, until(NOW))).toBe(false)
    expect(outlives(NOW + 1, until(NOW))).toBe(true)
    expect(outlives(null, until(NOW))).toBe(true)
  })
})

describe('an operator', () => {
  it('acts while it is active, until the moment of its expiry', () => {
    expect(mayAct({ state: 'active', expiresAt: null }, NOW)).toBe(true)
    expect(mayAct({ state: 'active', expiresAt: NOW + 1 }, NOW)).toBe(true)
    expect(mayAct({ state: 'active', expiresAt: NOW }, NOW)).toBe(false)
    expect(mayAct({ state: 'suspended', expiresAt: null }, NOW)).toBe(false)
    expect(mayAct({ state: 'deleted', expiresAt: null }, NOW)).toBe(false)
  })

  it('counts as a lasting owner when nothing will take the role away', () => {
    const owner = { role: 'owner', state: 'active', expiresAt: null } as const
    expect(isLastingOwner(owner)).toBe(true)
    expect(isLastingOwner({ ...owner, role: 'admin' })).toBe(false)
    expect(isLastingOwner({ ...owner, state: 'suspended' })).toBe(false)
    expect(isLastingOwner({ ...owner, expiresAt: NOW })).toBe(false)
  })
})

it('the use of a key is written down for the first time, and a minute after the last', () => {
  expect(isUsedAnew(null, NOW)).toBe(true)
  expect(isUsedAnew(NOW, NOW + 59_999)).toBe(false)
  expect(isUsedAnew(NOW, NOW + 60_000)).toBe(true)
})
