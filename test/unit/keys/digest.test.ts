import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { digestKey, toHex } from '../../../src/keys/digest.ts'
import { equalSecrets } from '../../../src/keys/equal-secrets.ts'
import vectors from '../../vectors/key-format.json' with { type: 'json' }

// FIPS 180-4 examples (NIST CSRC, "Examples with intermediate values": SHA256.pdf, SHA2_Additional.pdf).
const SHA256: readonly (readonly [name: string, text: string, hex: string])[] = [
  ['no block', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['one block', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'two blocks',
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  [
    'two blocks of bits, 896 bits',
    'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
    'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1',
  ],
  ["a million 'a'", 'a'.repeat(1e6), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
]

describe('the digest', () => {
  test.each(SHA256)('agrees with FIPS 180-4: %s', async (_, text, hex) => {
    expect(await digestKey(text)).toBe(hex)
  })

  test.each(vectors.keys)('of $key is as published', async ({ key, sha256 }) => {
    expect(await digestKey(key)).toBe(sha256)
  })

  test('agrees with OpenSSL on any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await digestKey(text)).toBe(createHash('sha256').update(text).digest('hex'))
      }),
    )
  })

  test('is written by toHex where the runtime has it, and by the same rule elsewhere', () => {
    const modern = Object.assign(new Uint8Array(1), { toHex: () => 'native' })
    expect(toHex(modern)).toBe('native')
    const older = Object.assign(
      Uint8Array.from({ length: 256 }, (_, byte) => byte),
      { toHex: undefined },
    )
    expect(toHex(older)).toBe(Buffer.from(older).toString('hex'))
  })

  test('tells keys apart that a normalisation would make one', async () => {
    const aliases = [
      'lk_live_a',
      'LK_LIVE_A',
      'lk_live_a ',
      'lk_live_a\n',
      'lk_live_\u0061\u0301',
      'lk_live_\u00e1',
    ]
    const digests = await Promise.all(aliases.map(digestKey))
    expect(new Set(digests).size).toBe(aliases.length)
  })
})

describe('two secrets', () => {
  test('are equal when their text is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (a, b) => {
        expect(await equalSecrets(a, b)).toBe(a === b)
        expect(await equalSecrets(a, a)).toBe(true)
      }),
    )
  })
  test('differ when only a part of their digests agrees', async () => {
    const guesses = Array.from({ length: 4096 }, (_, i) => `guess ${i}`)
    const equal = await Promise.all(guesses.map((guess) => equalSecrets('secret', guess)))
    expect(equal).not.toContain(true) // in about 16 of them any one given byte of the digest is the same
  })
  test.each([
    ['', ' '],
    ['secret', 'secre'],
    ['secret', 'Secret'],
    ['secret', 'secret\0'],
  ])('differ: %j and %j', async (a, b) => {
    expect(await equalSecrets(a, b)).toBe(false)
  })
})
