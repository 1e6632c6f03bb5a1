import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BASE62, toBase62 } from '../../../src/keys/base62.ts'
import { displayForm } from '../../../src/keys/display.ts'
import { parseKey } from '../../../src/keys/format.ts'
import { mintKey, randomBase62 } from '../../../src/keys/mint.ts'
import { checkSecret, passesCheck, random, scripted, shape } from './key-shapes.ts'

// Chi-square with 61 degrees of freedom exceeds 153 once in 10^9 runs of a fair source.
const FAIR = 153
const DRAWS = 62_000

describe('random digits', () => {
  test('come from every byte below 248, four times each', () => {
    const digits = randomBase62(248, (length) => Uint8Array.from({ length }, (_, byte) => byte))
    expect(counts(digits)).toEqual(Array.from({ length: 62 }, () => 4))
  })

  test('never come from a byte of 248 or more, which is drawn again', () => {
    const dice = scripted([248, 0, 255, 61], [251, 62], [254], [247])
    expect(randomBase62(4, dice)).toBe('0z0z')
  })

  test('are uniform', () => {
    expect(chiSquare(randomBase62(DRAWS, random))).toBeLessThan(FAIR)
  })

  test('would not pass as uniform if bytes were reduced without rejection', () => {
    const biased = Array.from({ length: DRAWS }, (_, i) => BASE62.charAt((i % 256) % 62)).join('')
    expect(chiSquare(biased)).toBeGreaterThan(FAIR)
  })

  test('need no dice for none', () => {
    expect(randomBase62(0, scripted())).toBe('')
  })
})

describe('a minted key', () => {
  test('of any shape is read back and passes its check', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (given) => {
        const key = await mintKey(given, checkSecret, random)
        expect(parseKey(key, [])).toMatchObject({ format: 'native', shape: given })
        expect(await passesCheck(key)).toBe(true)
        expect(key.startsWith(displayForm(key).start)).toBe(true)
      }),
    )
  })

  test('carries exactly the thrown digits', async () => {
    const dice = scripted(Array.from({ length: 32 }, (_, i) => i))
    const given = { prefix: 'lk', region: 'eu', environment: 'live', kind: 'publishable' } as const
    const key = await mintKey(given, checkSecret, dice)
    expect(key.slice(0, -6)).toBe('lk_eu_pk_live_0123456789ABCDEFGHIJKLMNOPQRSTUV')
  })

  test('is refused for a shape no key can have', async () => {
    const given = { prefix: 'pk', region: null, environment: 'live', kind: 'secret' } as const
    await expect(mintKey(given, checkSecret, random)).rejects.toThrow(RangeError)
  })
})

describe('base 62', () => {
  test('has 62 digits in ASCII order', () => {
    expect([...new Set(BASE62)].sort().join('')).toBe(BASE62)
    expect(BASE62).toHaveLength(62)
  })
  test('keeps its width, and the order of numbers', () => {
    expect(toBase62(0, 6)).toBe('000000')
    expect(toBase62(62 ** 6 - 1, 6)).toBe('zzzzzz')
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        expect(toBase62(a, 6) < toBase62(b, 6)).toBe(a < b)
      }),
    )
  })
})

function counts(digits: string): number[] {
  const found = new Map<string, number>()
  for (const digit of digits) found.set(digit, (found.get(digit) ?? 0) + 1)
  return Array.from(BASE62, (digit) => found.get(digit) ?? 0)
}

function chiSquare(digits: string): number {
  const expected = digits.length / 62
  return counts(digits).reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
