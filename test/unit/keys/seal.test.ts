import * as fc from 'fast-check'
import { Buffer } from 'node:buffer'
import { createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url } from '../../../src/keys/base64url.ts'
import { hmacSha256 } from '../../../src/keys/hmac.ts'
import { deriveKey, deriveMacKey } from '../../../src/keys/derived-key.ts'
import { open } from '../../../src/keys/open.ts'
import { seal } from '../../../src/keys/seal.ts'
import { random, scripted } from './key-shapes.ts'

const SECRET = 'test-secret-0123456789abcdefghijklmnopqrstuv'
const key = await deriveKey(SECRET, 'recoverable-keys')

describe('AES-256-GCM', () => {
  // McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13 to 15 (no associated data).
  const PAIR = 'feffe9928665731c6d6a8f9467308308'
  test.each([
    ['13', '00'.repeat(32), '00'.repeat(12), '', '530f8afbc74536b9a963b4f1c4cb738b'],
    [
      '14',
      '00'.repeat(32),
      '00'.repeat(12),
      '00'.repeat(16),
      'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
    ],
    [
      '15',
      PAIR + PAIR,
      'cafebabefacedbaddecaf888',
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255',
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c',
    ],
  ])('agrees with test case %s', async (_, rawKey, nonce, plaintext, expected) => {
    const known = await crypto.subtle.importKey('raw', hex(rawKey), 'AES-GCM', false, ['encrypt', 'decrypt'])
    const sealed = await seal(known, hex(plaintext), '', () => hex(nonce))
    expect(sealed).toBe(encodeBase64url(hex(nonce + expected)))
    expect(await open(known, sealed, '')).toEqual(hex(plaintext))
  })
})

describe('derived keys', () => {
  test('the oracle below agrees with RFC 5869, appendix A, test case 1', () => {
    const okm = hkdfSync(
      'sha256',
      hex('0b'.repeat(22)),
      hex('000102030405060708090a0b0c'),
      hex('f0f1f2f3f4f5f6f7f8f9'),
      42,
    )
    expect(Buffer.from(okm).toString('hex')).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    )
  })

  test('are HKDF-SHA-256 with algorithm and purpose as info: OpenSSL opens what we seal', async () => {
    const sealed = bytesOf(await seal(key, 'lk_live_x', 'key_1', random))
    const derived = hkdfSync('sha256', SECRET, '', 'latchkey/aes-256-gcm/recoverable-keys', 32)
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(derived), sealed.subarray(0, 12))
    decipher.setAAD(Buffer.from('key_1')).setAuthTag(sealed.subarray(-16))
    expect(decipher.update(sealed.subarray(12, -16)).toString() + decipher.final().toString()).toBe(
      'lk_live_x',
    )
  })

  test('for MACs are their own: the same purpose gives other key bytes', async () => {
    const mac = await hmacSha256(await deriveMacKey(SECRET, 'cursors'), Buffer.from('page 2'))
    const derived = hkdfSync('sha256', SECRET, '', 'latchkey/hmac-sha-256/cursors', 32)
    expect(Buffer.from(mac)).toEqual(createHmac('sha256', Buffer.from(derived)).update('page 2').digest())
  })

  test('cannot be read back', async () => {
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
    await expect(crypto.subtle.exportKey('raw', await deriveMacKey(SECRET, 'x'))).rejects.toThrow()
  })
})

describe('a sealed value', () => {
  test('opens to what was sealed, text or bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.string(), async (bytes, place) => {
        expect(await open(key, await seal(key, bytes, place, random), place)).toEqual(Uint8Array.from(bytes))
      }),
    )
    const text = await open(key, await seal(key, 'żółw', '', random), '')
    expect(new TextDecoder().decode(text ?? undefined)).toBe('żółw')
  })

  test('is never the same twice', async () => {
    expect(await seal(key, 'same', 'place', random)).not.toBe(await seal(key, 'same', 'place', random))
  })

  test('does not open in another place, under another purpose or another secret', async () => {
    const sealed = await seal(key, 'lk_live_x', 'key_1', random)
    expect(await open(key, sealed, 'key_2')).toBeNull()
    expect(await open(key, sealed, '')).toBeNull()
    expect(await open(await deriveKey(SECRET, 'signing-keys'), sealed, 'key_1')).toBeNull()
    expect(await open(await deriveKey(`${SECRET}x`, 'recoverable-keys'), sealed, 'key_1')).toBeNull()
  })

  test('does not open after any bit is flipped', async () => {
    const bytes = bytesOf(await seal(key, 'lk_live_x', 'key_1', random))
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      expect(await open(key, encodeBase64url(flipped), 'key_1')).toBeNull()
    }
  })

  test('does not open when cut or extended', async () => {
    const sealed = await seal(key, 'lk_live_x', 'key_1', random)
    for (let length = 0; length < sealed.length; length++)
      expect(await open(key, sealed.slice(0, length), 'key_1')).toBeNull()
    for (const suffix of ['A', 'AA', 'AAAA', '=', ' ', '\n'])
      expect(await open(key, sealed + suffix, 'key_1')).toBeNull()
  })

  test('that is any other text is null, never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), async (text) => {
        expect(await open(key, text, 'key_1')).toBeNull()
      }),
    )
  })

  test('is not made with too few random bytes', async () => {
    await expect(seal(key, 'x', '', () => new Uint8Array(8))).rejects.toThrow(RangeError)
    await expect(seal(key, 'x', '', scripted())).rejects.toThrow('asked for 12 bytes')
  })
})

describe('base64url', () => {
  test.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('agrees with RFC 4648, section 10: %j', (plain, encoded) => {
    expect(encodeBase64url(Buffer.from(plain))).toBe(encoded)
    expect(decodeBase64url(encoded)).toEqual(Uint8Array.from(Buffer.from(plain)))
  })

  test('of any bytes decodes to them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = encodeBase64url(bytes)
        expect(text).toBe(Buffer.from(bytes).toString('base64url'))
        expect(decodeBase64url(text)).toEqual(Uint8Array.from(bytes))
      }),
    )
    expect(decodeBase64url(encodeBase64url(new Uint8Array(300_000)))).toHaveLength(300_000)
  })

  test.each(['Zg==', 'Z', 'Zh', 'Zm9', 'Zm9v\n', ' Zm9v', 'Zm+v', 'Zm/v', 'Zm9v.', 'Żm9v', '\ud800AAA'])(
    'refuses %j',
    (text) => {
      expect(decodeBase64url(text)).toBeNull()
    },
  )
})

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function bytesOf(sealed: string): Uint8Array {
  return Uint8Array.from(Buffer.from(sealed, 'base64url'))
}
