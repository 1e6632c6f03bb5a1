import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { BASE62, toBase62 } from '../../../src/keys/base62.ts'
import { computeCheck, hasValidCheck, importCheckSecret } from '../../../src/keys/check.ts'
import { hmacSha256, importHmacKey } from '../../../src/keys/hmac.ts'
import rfc4231 from '../../vectors/hmac-sha256-rfc4231.json' with { type: 'json' }
import vectors from '../../vectors/key-format.json' with { type: 'json' }
import { checkSecret, passesCheck } from './key-shapes.ts'

const other = await importCheckSecret('_-79_Pv6-fj39vX08_Lx8A')

describe('HMAC-SHA-256', () => {
  test.each(rfc4231.tests)('agrees with RFC 4231, test case $case', async ({ key, data, tag }) => {
    const mac = await hmacSha256(await importHmacKey(Buffer.from(key, 'hex')), Buffer.from(data, 'hex'))
    expect(Buffer.from(mac).toString('hex').slice(0, tag.length)).toBe(tag)
  })
})

describe('the check', () => {
  test.each(vectors.keys)('of $body is as published', async ({ body, mac, check }) => {
    expect(Buffer.from(await hmacSha256(checkSecret, Buffer.from(body))).toString('hex')).toBe(mac)
    expect(await computeCheck(checkSecret, body)).toBe(check)
  })

  test('is accepted from any secret of the rotation list', async () => {
    const { body, check } = first()
    expect(await hasValidCheck([checkSecret], body, check)).toBe(true)
    expect(await hasValidCheck([checkSecret, other], body, check)).toBe(true)
    expect(await hasValidCheck([other, checkSecret], body, check)).toBe(true)
  })

  test('is refused under other secrets, or none', async () => {
    const { body, check } = first()
    expect(await hasValidCheck([other], body, check)).toBe(false)
    expect(await hasValidCheck([], body, check)).toBe(false)
  })

  test('is compared whole', async () => {
    const { body, check } = first()
    for (const wrong of ['', check.slice(0, 5), `${check}0`, check.toLowerCase(), `${check}\0`])
      expect(await hasValidCheck([checkSecret], body, wrong)).toBe(false)
  })

  test('has digits that are uniform in every place', async () => {
    const bodies = Array.from({ length: 6200 }, (_, i) => `lk_live_${toBase62(i, 32)}`)
    const checks = await Promise.all(bodies.map((body) => computeCheck(checkSecret, body)))
    for (let place = 0; place < 6; place++) {
      const counts = Array.from(BASE62, (digit) => checks.filter((check) => check[place] === digit).length)
      const chiSquare = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)
      expect(chiSquare).toBeLessThan(106) // 61 degrees of freedom, p = 0.0003; nothing here is random
    }
  })
})

describe('any change of one character is refused', () => {
  test.each(vectors.keys)(
    'in $key',
    async ({ key }) => {
      expect(await passesCheck(key)).toBe(true)
      const changed = [...oneCharacterChanges(key)]
      const passed = await Promise.all(changed.map(passesCheck))
      expect(changed.filter((_, i) => passed[i])).toEqual([])
    },
    60_000,
  )
})

describe('a check secret', () => {
  test.each(['', 'AAECAwQFBgcICQoLDA0O', 'AAECAwQFBgcICQoLDA0ODw==', 'not base64url at all!'])(
    'is refused: %j',
    async (text) => {
      await expect(importCheckSecret(text)).rejects.toThrow(RangeError)
    },
  )
  test('cannot be read back', async () => {
    await expect(crypto.subtle.exportKey('raw', checkSecret)).rejects.toThrow()
  })
})

function first(): { body: string; check: string } {
  const [vector] = vectors.keys
  if (vector === undefined) throw new Error('the vectors are empty')
  return vector
}

/** Every substitution, insertion, deletion and swap of neighbours: exhaustive over visible ASCII and a few traps. */
function* oneCharacterChanges(key: string): Generator<string> {
  const alphabet = [
    ...Array.from({ length: 96 }, (_, i) => String.fromCharCode(32 + i)),
    '\n',
    '\0',
    'é',
    '０',
  ]
  for (let i = 0; i <= key.length; i++) {
    const [head, character, tail] = [key.slice(0, i), key.charAt(i), key.slice(i + 1)]
    for (const inserted of alphabet) {
      yield head + inserted + character + tail
      if (inserted !== character && i < key.length) yield head + inserted + tail
    }
    if (i < key.length) yield head + tail
    const next = tail.charAt(0)
    if (next !== '' && next !== character) yield head + next + character + tail.slice(1)
  }
}
