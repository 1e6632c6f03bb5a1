// What the roles of the platform hold, and that each holds less than the one above it.
import { describe, expect, it } from 'vitest'
import { MEMBER_ROLES, PLATFORM_ROLES } from '../../../src/model/vocabulary.ts'
import { PERMISSIONS, permissionsOfMember, permissionsOfOperator } from '../../../src/policy/permissions.ts'

const isRead = (permission: string) => permission.endsWith(':read')
const writesOf = (held: ReadonlySet<string>) => [...held].filter((permission) => !isRead(permission))

describe('the roles of the platform', () => {
  it('owner holds all', () => {
    expect([...permissionsOfOperator('owner')]).toEqual([...PERMISSIONS])
  })

  it('admin holds all but what concerns owners', () => {
    const held = permissionsOfOperator('admin')
    expect(PERMISSIONS.filter((permission) => !held.has(permission))).toEqual(['owners:write'])
  })

  it('support reads everything, and writes what stops a key or asks after one', () => {
    expect(writesOf(permissionsOfOperator('support')).sort()).toEqual(['keys:revoke', 'keys:verify'])
    expect([...permissionsOfOperator('support')].filter(isRead)).toEqual(PERMISSIONS.filter(isRead))
  })

  it('auditor reads everything and writes nothing', () => {
    expect([...permissionsOfOperator('auditor')]).toEqual(PERMISSIONS.filter(isRead))
  })

  it('each holds what the next one holds', () => {
    for (const [i, role] of PLATFORM_ROLES.slice(1).entries()) {
      const above = permissionsOfOperator(PLATFORM_ROLES[i] ?? 'auditor')
      expect(
        [...permissionsOfOperator(role)].filter((permission) => !above.has(permission)),
        role,
      ).toEqual([])
    }
  })
})

it('no role of an organization holds anything of the platform', () => {
  const ofPlatform = /^(?:operators|owners|settings|config|plans|sessions):|^keys:import$/
  for (const role of MEMBER_ROLES)
    expect(
      [...permissionsOfMember(role)].filter((held) => ofPlatform.test(held)),
      role,
    ).toEqual([])
})

it('gives config:write to nobody who could not do by hand what a document does', () => {
  const done = [
    'organizations:write',
    'teams:write',
    'projects:write',
    'keys:write',
    'keys:revoke',
    'plans:write',
    'plans:assign',
    'settings:write',
  ] as const
  for (const role of PLATFORM_ROLES) {
    const permissions = permissionsOfOperator(role)
    if (permissions.has('config:write'))
      expect(done.filter((permission) => !permissions.has(permission))).toEqual([])
  }
})
