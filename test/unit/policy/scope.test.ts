import { describe, expect, test } from 'vitest'
import { grants, isScope, missingScopes } from '../../../src/policy/scope.ts'

describe('scopes', () => {
  test.each<[held: string[], required: string, granted: boolean]>([
    [['orders:read'], 'orders:read', true],
    [['orders:read'], 'orders:write', false],
    [['orders:*'], 'orders:read', true],
    [['orders:*'], 'orders-admin:read', false],
    [['orders:*'], 'orders', false],
    [['orders:*'], 'orders:items:read', true],
    [['orders'], 'orders:read', false],
    [['*:read'], 'orders:read', true],
    [['*:read'], 'orders:items:read', false],
    [['*'], 'orders:read', true],
    [['a', 'orders:read'], 'orders:read', true],
    [['orders:read'], 'orders:*', false],
    [['orders:*'], 'orders:*', true],
    [['*:*'], 'orders:read', true],
    [[], 'orders:read', false],
  ])('%j for %s: %s', (held, required, granted) => {
    expect(grants(held, required)).toBe(granted)
  })

  test('every missing one is named, in order', () => {
    expect(missingScopes(['b:*'], ['c:1', 'b:2', 'a:1'])).toEqual(['c:1', 'a:1'])
  })

  test.each(['orders', 'orders:read', 'a.b-c_d:*', '*', '*:read', '0:1'])('%s is a scope', (text) => {
    expect(isScope(text)).toBe(true)
  })

  test.each(['', ':', 'orders:', 'Orders:read', 'orders:re*', 'a b', 'a"b', 'ä', '-a', 'x'.repeat(65)])(
    '%j is none',
    (text) => expect(isScope(text)).toBe(false),
  )
})
