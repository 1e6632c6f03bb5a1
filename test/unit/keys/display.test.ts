import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatKey } from '../../../src/keys/compose.ts'
import { displayForm } from '../../../src/keys/display.ts'
import { redactKeys } from '../../../src/keys/format.ts'
import { mintKey, randomBase62 } from '../../../src/keys/mint.ts'
import vectors from '../../vectors/key-format.json' with { type: 'json' }
import { beginnings } from '../../support/legacy-formats.ts'
import { checkSecret, random, shape } from './key-shapes.ts'

const KEY = 'lk_eu_pk_test_0123456789ABCDEFGHIJabcdefghijklZz0000'
const SHOWN = '<lk_eu_pk_test_0123…>'

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

describe('a log string', () => {
  test.each([
    ['alone', KEY, SHOWN],
    ['in a header', `authorization: Bearer ${KEY}\r\n`, `authorization: Bearer ${SHOWN}\r\n`],
    ['in a query', `https://a.example/x?api_key=${KEY}&b=1`, `https://a.example/x?api_key=${SHOWN}&b=1`],
    ['in JSON', `{"key":"${KEY}","n":1}`, `{"key":"${SHOWN}","n":1}`],
    ['glued to a word', `token${KEY}`, '<tokenlk_eu_pk_test_0123…>'],
    ['twice', `${KEY},${KEY}`, `${SHOWN},${SHOWN}`],
    ['with digits appended', `${KEY}00000`, SHOWN],
    ['truncated to twelve digits', KEY.slice(0, 26), SHOWN],
    ['with its underscores escaped', KEY.replaceAll('_', '%5F'), SHOWN],
    ['with lower-case escapes', KEY.replaceAll('_', '%5f'), SHOWN],
    ['escaped twice', KEY.replaceAll('_', '%255F'), SHOWN],
    ['escaped whole', escapeAll(KEY), SHOWN],
    ['in escaped JSON', KEY.replaceAll('_', String.raw`\u005f`), SHOWN],
    ['in JSON inside JSON', KEY.replaceAll('_', String.raw`\\u005f`), SHOWN],
    ['without its prefix', KEY.slice(8), '<_test_0123…>'],
    ['after half an escape that swallows its prefix', `%4ab_live_${KEY.slice(14)}`, 'J<b_live_0123…>'],
  ])('hides a key %s', (_, text, redacted) => {
    expect(redactKeys(text)).toBe(redacted)
  })

  test.each([
    'GET /v1/orders/%61dmin/%2e%2e/x?lang=en 200',
    '{"path":"/\\u0041","is_live":true,"latest_test_run":"ok"}',
    'key_01jd8m0c9q3k1y6v0n2x4p5r7t',
    'lk_live_0123…',
    'lk_live_01234567890',
    '',
    '%',
    '\ud800',
  ])('without a key stays as it is: %j', (text) => {
    expect(redactKeys(text, beginnings('sk-'))).toBe(text)
  })

  test('never shows more of a key than its display form, wherever the key stands', async () => {
    const around = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from('%25afu0\\_live_testAz9 ')) }),
    )
    const legacy = fc
      .array(fc.stringMatching(/^[A-Za-z0-9_-]{1,3}$/), { maxLength: 2 })
      .map((prefixes) => beginnings(...prefixes))
    const escape = fc.constantFrom(identity, escapeAll, encodeURIComponent, escapeJson)
    await fc.assert(
      fc.asyncProperty(
        shape,
        around,
        around,
        legacy,
        escape,
        async (given, before, after, formats, encode) => {
          const key = await mintKey(given, checkSecret, random)
          const redacted = redactKeys(before + encode(key) + after, formats)
          const secret = key.slice(displayForm(key).start.length)
          for (let i = 0; i + 5 <= secret.length; i++) expect(redacted).not.toContain(secret.slice(i, i + 5))
          expect(redactKeys(redacted, formats)).not.toContain(secret.slice(0, 5))
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('never shows a truncated key of twelve digits or more', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 12, max: 38 }), (given, length) => {
        const digits = randomBase62(38, random)
        const key = formatKey(given, digits.slice(0, 32), digits.slice(32))
        const cut = key.slice(0, key.length - 38 + length)
        expect(redactKeys(`key=${cut} refused`)).toBe(`key=<${displayForm(key).start}…> refused`)
      }),
    )
  })

  test('hides declared legacy keys, showing no digit of them', () => {
    const line = 'x-api-key: sk-proj-0123456789abcdef, then "sk_live_0123456789abcdef"'
    expect(redactKeys(line, beginnings('sk-', 'sk-proj-', 'sk_live_'))).toBe(
      'x-api-key: <sk-proj-…>, then "<sk_live_…>"',
    )
    expect(redactKeys('sk%2Dproj%2D0123456789abcdef', beginnings('sk-'))).toBe('<sk-…>')
    expect(redactKeys('k.$^0123456789abcdef', beginnings('k.$^'))).toBe('<k.$^…>')
  })

  test('is scanned in linear time', () => {
    const started = performance.now()
    for (const unit of ['a', '_live_', '%25', '\\', 'ab_', 'a_pk_live_0', '_test_0123'])
      redactKeys(unit.repeat(1_000_000 / unit.length), beginnings('a', 'sk-'))
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

function escapeAll(text: string): string {
  return Array.from(text, (c) => `%${c.charCodeAt(0).toString(16)}`).join('')
}

function escapeJson(text: string): string {
  return JSON.stringify(JSON.stringify(text))
}

function identity(text: string): string {
  return text
}
