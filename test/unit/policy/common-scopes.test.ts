import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { commonScopes } from '../../../src/policy/common-scopes.ts'
import { grants } from '../../../src/policy/scope.ts'

test.each<[one: string[], other: string[], common: string[]]>([
  [['orders:read'], ['orders:read'], ['orders:read']],
  [['orders:*'], ['orders:read', 'users:read'], ['orders:read']],
  [['orders:read'], ['orders:*'], ['orders:read']],
  [['*'], ['orders:*'], ['orders:*']],
  [['orders:read'], [], []],
  [['orders:*'], ['orders-admin:read'], []],
  // Neither says the other, and what both mean can be said in no scope of either: nothing is lent.
  [['orders:*'], ['*:read'], []],
])('of %j and %j: %j', (one, other, common) => {
  expect(commonScopes(one, other)).toEqual(common)
})

test('nobody may do by common scopes what one of the two may not', () => {
  const segment = fc.constantFrom('a', 'b', '*')
  const scope = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(':'))
  const scopes = fc.array(scope, { maxLength: 3 })
  fc.assert(
    fc.property(scopes, scopes, scope, (one, other, asked) => {
      if (!grants(commonScopes(one, other), asked)) return
      expect(grants(one, asked)).toBe(true)
      expect(grants(other, asked)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
