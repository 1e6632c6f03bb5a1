import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatKey, isRegion } from '../../../src/keys/compose.ts'
import {
  MAX_KEY_LENGTH,
  isKeyPrefix,
  looksLikeKey,
  parseKey,
  type KeyShape,
} from '../../../src/keys/format.ts'
import type { LegacyFormat } from '../../../src/model/legacy-format.ts'
import vectors from '../../vectors/key-format.json' with { type: 'json' }
import { beginnings, legacyFormat } from '../../support/legacy-formats.ts'
import { shape } from './key-shapes.ts'

const RANDOM = '0123456789ABCDEFGHIJabcdefghijkl'
const CHECK = 'Zz0000'
const LIVE: KeyShape = { prefix: 'lk', region: null, environment: 'live', kind: 'secret' }

describe('a native key', () => {
  test.each(vectors.keys)('is read as published: $key', ({ key, shape: published, body, check }) => {
    expect(parseKey(key, [])).toEqual({ format: 'native', shape: published, body, check })
  })

  test('of any shape is read back as it was written', () => {
    fc.assert(
      fc.property(
        shape,
        fc.stringMatching(/^[0-9A-Za-z]{32}$/),
        fc.stringMatching(/^[0-9A-Za-z]{6}$/),
        (given, random, check) => {
          const key = formatKey(given, random, check)
          expect(parseKey(key, [])).toEqual({
            format: 'native',
            shape: given,
            body: key.slice(0, -6),
            check,
          })
          expect(key.length).toBeLessThanOrEqual(62)
        },
      ),
    )
  })

  test('is never one text for two shapes', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const same = formatKey(a, RANDOM, CHECK) === formatKey(b, RANDOM, CHECK)
        expect(same).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
    )
  })

  test.each([
    ['no prefix', `live_${RANDOM}${CHECK}`],
    ['a prefix of one letter', `l_live_${RANDOM}${CHECK}`],
    ['a prefix of thirteen', `abcdefghijklm_live_${RANDOM}${CHECK}`],
    ['a prefix that begins with a digit', `1k_live_${RANDOM}${CHECK}`],
    ['upper case in the head', `LK_live_${RANDOM}${CHECK}`],
    ['a reserved prefix', `pk_live_${RANDOM}${CHECK}`],
    ['a region of three letters', `lk_eur_live_${RANDOM}${CHECK}`],
    ['two regions', `lk_eu_us_live_${RANDOM}${CHECK}`],
    ['pk before the region', `lk_pk_eu_live_${RANDOM}${CHECK}`],
    ['pk twice', `lk_pk_pk_live_${RANDOM}${CHECK}`],
    ['another environment', `lk_prod_${RANDOM}${CHECK}`],
    ['a digit too few', `lk_live_${RANDOM.slice(1)}${CHECK}`],
    ['a digit too many', `lk_live_0${RANDOM}${CHECK}`],
    ['a digit outside base 62', `lk_live_-${RANDOM.slice(1)}${CHECK}`],
    ['full-width digits', `lk_live_${'０'.repeat(32)}${CHECK}`],
    ['leading white space', ` lk_live_${RANDOM}${CHECK}`],
    ['a trailing line feed', `lk_live_${RANDOM}${CHECK}\n`],
    ['a zero byte', `lk_live_${RANDOM}${CHECK}\0`],
  ])('is refused with %s', (_, text) => {
    expect(parseKey(text, [])).toBeNull()
    expect(looksLikeKey(text, [])).toBe(false)
  })
})

describe('formatKey refuses', () => {
  test.each<[string, Partial<KeyShape>]>([
    ['a reserved prefix', { prefix: 'pk' }],
    ['a prefix that hides a region', { prefix: 'lk_eu' }],
    ['an empty region', { region: '' }],
    ['pk as a region', { region: 'pk' }],
    ['a region in upper case', { region: 'EU' }],
  ])('%s', (_, part) => {
    expect(() => formatKey({ ...LIVE, ...part }, RANDOM, CHECK)).toThrow(RangeError)
  })

  test('a random part or check of another length, without quoting the secret', () => {
    const failure = attempt(() => formatKey(LIVE, RANDOM.slice(1), CHECK))
    expect(failure).toBeInstanceOf(RangeError)
    expect(String(failure)).not.toContain(RANDOM.slice(1, 6))
    expect(() => formatKey(LIVE, RANDOM, 'Zz000')).toThrow(RangeError)
    expect(() => formatKey(LIVE, RANDOM, 'Zz-000')).toThrow(RangeError)
  })
})

describe('the expression for scanners in docs/key-format.md', () => {
  const docs = readFileSync(new URL('../../../docs/key-format.md', import.meta.url).pathname, 'utf8')
  const expression = new RegExp(/```regex\n(.+)\n/.exec(docs)?.[1] ?? '(?!)')

  test('finds keys of every shape in text', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const key = formatKey(given, RANDOM, CHECK)
        expect(expression.exec(`token = "${key}";`)?.[0]).toBe(key)
      }),
    )
  })
  test('finds nothing of another length', () => {
    expect(expression.test(`${formatKey(LIVE, RANDOM, CHECK)}0`)).toBe(false)
    expect(expression.test(formatKey(LIVE, RANDOM, CHECK).slice(0, -1))).toBe(false)
  })
})

describe('prefixes and regions', () => {
  test.each(['lk', 'lko', 'sk', 'a1', 'abcdefghijkl'])('%s is a prefix', (text) => {
    expect(isKeyPrefix(text)).toBe(true)
  })
  test.each(['', 'l', 'abcdefghijklm', 'Lk', '1k', 'l-k', 'l_k', 'lk\n', 'pk', 'live', 'test', 'łk'])(
    '%j is no prefix',
    (text) => {
      expect(isKeyPrefix(text)).toBe(false)
    },
  )
  test.each(['eu', 'us', 'ap'])('%s is a region', (text) => {
    expect(isRegion(text)).toBe(true)
  })
  test.each(['', 'e', 'eur', 'EU', 'e1', 'pk', 'eu\n'])('%j is no region', (text) => {
    expect(isRegion(text)).toBe(false)
  })
})

describe('a legacy key', () => {
  test('is what begins with a declared prefix and goes on', () => {
    expect(parseKey('sk-proj-a.b~c/d+e=', beginnings('sk-'))).toEqual({
      format: 'legacy',
      declared: legacyFormat({ prefix: 'sk-' }),
    })
    expect(parseKey('sk-', beginnings('sk-'))).toBeNull()
    expect(parseKey('SK-proj', beginnings('sk-'))).toBeNull()
    expect(parseKey('xsk-proj', beginnings('sk-'))).toBeNull()
    expect(parseKey('sk-proj', [])).toBeNull()
  })

  test('is attributed to the longest prefix that fits', () => {
    expect(parseKey('sk_live_x', beginnings('sk_', 'sk_live_', 'sk_l'))).toEqual({
      format: 'legacy',
      declared: legacyFormat({ prefix: 'sk_live_' }),
    })
    expect(parseKey('sk_live_', beginnings('sk_', 'sk_live_'))).toEqual({
      format: 'legacy',
      declared: legacyFormat({ prefix: 'sk_' }),
    })
  })

  test('consists of visible ASCII', () => {
    for (const bad of [' ', '\t', '\n', '\0', '\x7f', 'é', '\u2028', '\ud800', '😀'])
      expect(parseKey(`sk-abc${bad}def`, beginnings('sk-'))).toBeNull()
  })

  test('has at most 256 characters', () => {
    expect(parseKey('sk-'.padEnd(MAX_KEY_LENGTH, 'x'), beginnings('sk-'))).not.toBeNull()
    expect(parseKey('sk-'.padEnd(MAX_KEY_LENGTH + 1, 'x'), beginnings('sk-'))).toBeNull()
  })

  const AWS = 'Zx9Kq0tV7bNmR3wYcJ5uH1sLdF8gPaE2oTi6XyQk'
  const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'

  test.each<[string, Partial<LegacyFormat>, string, boolean]>([
    ['so many characters of base62', { alphabet: 'base62', length: 40 }, AWS, true],
    ['not one fewer', { alphabet: 'base62', length: 40 }, AWS.slice(1), false],
    ['not one more', { alphabet: 'base62', length: 40 }, `${AWS}0`, false],
    ['not of other characters', { alphabet: 'base62', length: 40 }, `-${AWS.slice(1)}`, false],
    ['hex in lower case', { alphabet: 'hex', length: 32 }, UUID.replaceAll('-', ''), true],
    ['hex in upper case', { alphabet: 'hex', length: 32 }, UUID.replaceAll('-', '').toUpperCase(), true],
    ['not g as hex', { alphabet: 'hex', length: 40 }, AWS, false],
    ['base64url', { alphabet: 'base64url', length: 40 }, `-_${AWS.slice(2)}`, true],
    ['not base64', { alphabet: 'base64url', length: 40 }, `+/${AWS.slice(2)}`, false],
    ['a uuid', { alphabet: 'uuid' }, UUID, true],
    ['a uuid in upper case', { alphabet: 'uuid' }, UUID.toUpperCase(), true],
    ['not a uuid without hyphens', { alphabet: 'uuid' }, UUID.replaceAll('-', ''), false],
    ['not a uuid in braces', { alphabet: 'uuid' }, `{${UUID}}`, false],
    ['a prefix and a uuid', { prefix: 'acme.', alphabet: 'uuid' }, `acme.${UUID}`, true],
    ['a prefix to the letter', { prefix: 'acme.', alphabet: 'uuid' }, `acme_${UUID}`, false],
    ['a prefix and any of an alphabet', { prefix: 'k-', alphabet: 'hex' }, 'k-0', true],
    ['a prefix and not nothing of it', { prefix: 'k-', alphabet: 'hex' }, 'k-', false],
    ['a prefix and so many of anything', { prefix: 'k-', length: 3 }, 'k-~!.', true],
    ['a prefix and no other number', { prefix: 'k-', length: 3 }, 'k-~!', false],
    ['one letter, and the rest', { prefix: 'K', alphabet: 'base62', length: 40 }, `K${AWS}`, true],
    ['nothing with a line feed behind it', { alphabet: 'base62', length: 40 }, `${AWS}\n`, false],
    ['nothing by nothing', {}, AWS, false],
  ])('has %s', (_, given, text, isKey) => {
    const format = legacyFormat(given)
    expect(parseKey(text, [format])).toEqual(isKey ? { format: 'legacy', declared: format } : null)
  })

  test('is attributed to an alphabet rather than to the prefix alone, then to the first', () => {
    const [plain, hex, base62] = [{}, { alphabet: 'hex' }, { alphabet: 'base62' }].map((given) =>
      legacyFormat({ prefix: 'k-', ...given } as Partial<LegacyFormat>),
    )
    if (plain === undefined || hex === undefined || base62 === undefined) throw new Error('three formats')
    const longer = legacyFormat({ prefix: 'k-0' })
    const declaredOf = (...formats: readonly LegacyFormat[]) => {
      const parsed = parseKey('k-0123', formats)
      return parsed?.format === 'legacy' ? parsed.declared : null
    }
    expect(declaredOf(plain, hex)).toBe(hex)
    expect(declaredOf(plain, base62, hex)).toBe(base62)
    expect(declaredOf(plain, hex, longer, base62)).toBe(longer)
  })

  test('of a format is never a native key, whatever the format', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const forged = formatKey(given, RANDOM, CHECK)
        const formats = [legacyFormat({ alphabet: 'base64url', length: forged.length })]
        expect(parseKey(forged, formats)?.format).toBe('native')
      }),
    )
  })

  test('prefix that is empty claims nothing', () => {
    expect(parseKey('eyJhbGciOiJub25lIn0.e30.', beginnings(''))).toBeNull()
  })

  test('prefix never lets a native key skip its check', () => {
    fc.assert(
      fc.property(shape, fc.nat(), (given, cut) => {
        const forged = formatKey(given, RANDOM, CHECK)
        const prefix = forged.slice(0, 1 + (cut % (forged.length - 1)))
        expect(parseKey(forged, beginnings(prefix))?.format).toBe('native')
      }),
    )
  })
})

describe('parseKey never throws', () => {
  const hostile = [
    '',
    '_',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'null',
    'undefined',
    '\ud800',
    '\udfff\ud800',
    '\u202Elk_live_',
    'lk_live_'.padEnd(5_000_000, '0'),
    'a'.repeat(5_000_000),
    '_'.repeat(256),
    'ab_'.repeat(85),
  ]
  test('on words that mean something elsewhere, or on sheer size', () => {
    for (const text of hostile)
      expect(parseKey(text, beginnings('__proto', 'null '))?.format).not.toBe('native')
  })
  test('on any text', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.nat(65_535).map(unit) }))
    fc.assert(
      fc.property(anyText, fc.array(anyText), (text, prefixes) => {
        const formats = beginnings(...prefixes)
        expect(looksLikeKey(text, formats)).toBe(parseKey(text, formats) !== null)
      }),
    )
  })
})

function unit(code: number): string {
  return String.fromCharCode(code)
}

function attempt(run: () => unknown): unknown {
  try {
    return run()
  } catch (failure) {
    return failure
  }
}
