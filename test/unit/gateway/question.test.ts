// What crosses an RPC boundary is any value that can be cloned.
import { describe, expect, test } from 'vitest'
import { readQuestion } from '../../../src/gateway/question.ts'

const read = (question: unknown) => readQuestion('lk_live_x', question)

describe('a question', () => {
  test.each<[what: string, question: unknown]>([
    ['a Map, whose entries nobody would read', new Map([['scopes', ['orders:write']]])],
    ['a Set', new Set(['scopes'])],
    ['Headers', new Headers({ scopes: 'orders:write' })],
    ['a Date', new Date(0)],
    ['an Error', new Error('scopes')],
    ['bytes', new Uint8Array(0)],
    ['a boxed text', Object('')],
    ['a list', []],
    ['a function', () => ({ scopes: [] })],
    ['null', null],
    ['a text', '{"scopes":["orders:write"]}'],
  ])('is refused where it is %s', (_what, question) => {
    expect(read(question)).toEqual({ ok: false, error: 'The question is an object.' })
  })

  test('is taken with a prototype or without one', () => {
    for (const question of [{ cost: 2 }, Object.assign(Object.create(null), { cost: 2 })])
      expect(read(question)).toMatchObject({ ok: true, value: { cost: 2, scopes: [] } })
  })

  test('has texts no longer than over HTTP', () => {
    expect(read({ address: 'a'.repeat(64), web_origin: 'o'.repeat(256) }).ok).toBe(true)
    expect(read({ address: 'a'.repeat(65) }).ok).toBe(false)
    expect(read({ web_origin: 'o'.repeat(257) }).ok).toBe(false)
  })

  test('names every scope: a list with holes is none', () => {
    expect(read({ scopes: Object.assign(['orders:read'], { length: 3 }) }).ok).toBe(false)
  })

  test.each([NaN, Infinity, -1, 0.5, 1_000_001, '1', 1n, true, [1]])('does not cost %s', (cost) => {
    expect(read({ cost })).toMatchObject({ ok: false })
  })

  test.each(['__proto__', 'constructor', 'within', 'key', 'hasOwnProperty'])('has no field %s', (name) => {
    const question = Object.fromEntries([[name, { organizationId: 'org_1' }]])
    expect(read(question)).toEqual({ ok: false, error: `${name}: Unknown field.` })
  })
})
