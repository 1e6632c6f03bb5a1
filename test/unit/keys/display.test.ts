import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayForm } from '../../../src/keys/display.ts'
import vectors from '../../vectors/key-format.json' with { type: 'json' }

const KEY = 'lk_eu_pk_test_0123456789ABCDEFGHIJabcdefghijklZz0000'

describe('the display form', () => {
  test.each(vectors.keys)('of $key is as published', ({ key, start, last4 }) => {
    expect(displayForm(key)).toEqual({ start, last4 })
  })

  test('of a legacy key shows the declared prefix and four characters', () => {
    expect(displayForm('sk-proj-0123456789abcdef0123456789abcdef', 'sk-proj-')).toEqual({
      start: 'sk-proj-',
      last4: 'cdef',
    })
    expect(displayForm('deadbeef0123456789abcdef')).toEqual({ start: '', last4: 'cdef' })
  })

  test('of a native key does not depend on a legacy prefix', () => {
    expect(displayForm(KEY, 'lk_')).toEqual(displayForm(KEY))
  })

  test('of a legacy key reveals at most four characters and a quarter of the secret', () => {
    const visible = fc.stringMatching(/^[!-~]{0,60}$/)
    fc.assert(
      fc.property(visible, visible, (prefix, secret) => {
        fc.pre(displayForm(prefix + secret, prefix).start === prefix)
        const { last4 } = displayForm(prefix + secret, prefix)
        expect(last4.length).toBe(Math.min(4, Math.floor(secret.length / 4)))
        expect(secret.endsWith(last4)).toBe(true)
      }),
    )
  })
})
