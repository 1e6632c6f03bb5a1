import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatKey } from '../../../src/keys/compose.ts'
import { displayForm } from '../../../src/keys/display.ts'
import { parseKey } from '../../../src/keys/format.ts'
import { mintKey, randomBase62 } from '../../../src/keys/mint.ts'
import { redactKeys } from '../../../src/keys/redact.ts'
import { beginnings, legacyFormat } from '../../support/legacy-formats.ts'
import { checkSecret, random, shape } from './key-shapes.ts'

const KEY = 'lk_eu_pk_test_0123456789ABCDEFGHIJabcdefghijklZz0000'
const SHOWN = '<lk_eu_pk_test_0123…>'

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

describe('a log string, where formats without a prefix are declared', () => {
  const AWS = 'Zx9Kq0tV7bNmR3wYcJ5uH1sLdF8gPaE2oTi6XyQk'
  const HEX = '0f8fad5bd9cb469fa16570867728950e'
  const UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const BASE64URL = `-${AWS.slice(0, 41)}__`
  const formats = [
    legacyFormat({ alphabet: 'base62', length: 40 }),
    legacyFormat({ alphabet: 'hex', length: 32 }),
    legacyFormat({ alphabet: 'base64url', length: 43 }),
    legacyFormat({ alphabet: 'uuid' }),
    legacyFormat({ prefix: 'k', alphabet: 'hex', length: 40 }),
    legacyFormat({ prefix: 'pin-', alphabet: 'hex', length: 8 }),
  ]

  test.each([
    ['base62', AWS, '<…>'],
    ['hex', HEX, '<…>'],
    ['hex in upper case', HEX.toUpperCase(), '<…>'],
    ['base64url', BASE64URL, '<…>'],
    ['a uuid', UUID, '<…>'],
    ['one letter and hex', `k${AWS.replaceAll(/[^0-9a-f]/gi, '0')}`, '<…>'],
    ['a short format with a prefix', 'pin-0123abcd', '<pin-…>'],
    ['in a path', `/v1/keys/${AWS}/rotate`, '/v1/keys/<…>/rotate'],
    ['in a query', `/x?api_key=${AWS}&b=1`, '/x?api_key=<…>&b=1'],
    ['after an underscore', `key_${AWS}.`, 'key_<…>.'],
    ['after an escaped slash', `/a%2F${AWS}%2fb`, '/a%2F<…>%2fb'],
    ['after an escaped line feed', String.raw`{"a":"b\n${AWS}"}`, String.raw`{"a":"b\n<…>"}`],
    ['after a JSON escape', String.raw`\u000a${AWS}`, String.raw`\u000a<…>`],
    ['escaped whole', escapeAll(AWS), '<…>'],
    ['between hyphens', `x-${UUID}-x`, 'x-<…>-x'],
    ['twice', `${AWS},${AWS}`, '<…>,<…>'],
    ['beside a key of our own', `${AWS} ${KEY}`, `<…> ${SHOWN}`],
  ])('hides %s', (_, text, redacted) => {
    expect(redactKeys(text, formats)).toBe(redacted)
  })

  test.each([
    `${AWS}0`,
    AWS.slice(1),
    `${HEX}0`,
    `g${HEX.slice(1)}`,
    `${UUID}0`,
    UUID.replace('-', '_'),
    'pin-0123abc',
    '/v1/orders/1042',
  ])('leaves other runs alone: %s', (text) => {
    expect(redactKeys(text, formats)).toBe(text)
  })

  test('hides a longer key whole whose beginning has the length and the characters of a shorter one', () => {
    expect(redactKeys(`${'0'.repeat(40)}_00`, formats)).toBe('<…>')
  })

  test('hides every key that is parsed as one, wherever it is bounded', () => {
    const digits = (members: string, length: number) =>
      fc.array(fc.constantFrom(...Array.from(members)), { minLength: length, maxLength: length })
    const hex = '0123456789abcdefABCDEF'
    const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    const key = fc
      .oneof(digits(base62, 40), digits(hex, 32), digits(`${base62}-_`, 43))
      .map((members) => members.join(''))
    // Not a bare `%`: with two digits of hex behind it, it is an escape, and they are none of a key.
    const edge = fc.constantFrom('', ' ', '/', '"', '=', '%2F', '%20', '.', ',', '<', 'é', '\ud800')
    fc.assert(
      fc.property(key, edge, edge, (text, before, after) => {
        fc.pre(parseKey(text, formats)?.format === 'legacy')
        expect(redactKeys(before + text + after, formats)).toBe(`${before}<…>${after}`)
      }),
    )
  })

  test('never loses a key of our own that stands beside it', async () => {
    const around = fc.string({ unit: fc.constantFrom(...Array.from('09afAFzZ-_%2F/ ')), maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(shape, around, around, async (given, before, after) => {
        const key = await mintKey(given, checkSecret, random)
        const secret = key.slice(displayForm(key).start.length)
        expect(redactKeys(before + key + after, formats)).not.toContain(secret.slice(0, 12))
      }),
    )
  })

  test('is scanned in linear time, with as many formats as there can be', () => {
    const many = Array.from({ length: 32 }, (_, index) =>
      legacyFormat({ alphabet: index % 2 === 0 ? 'base64url' : 'hex', length: 200 + index }),
    )
    const started = performance.now()
    for (const unit of ['a', 'a-', '%2F', 'a%', String.raw`\u000a`, `${'a'.repeat(199)}.`, '0f8fad5b-', '-'])
      redactKeys(unit.repeat(300_000 / unit.length), many)
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
