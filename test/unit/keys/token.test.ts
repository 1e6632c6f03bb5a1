import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { decodeBase64url, encodeBase64url } from '../../../src/keys/base64url.ts'
import { looksLikeKey, looksLikeToken, parseKey } from '../../../src/keys/format.ts'
import { redactKeys } from '../../../src/keys/redact.ts'
import { deriveTokenKeys, mintToken, openToken, type TokenClaims } from '../../../src/keys/token.ts'
import { randomBytes } from '../../../src/random.ts'

const keys = await deriveTokenKeys('a deploy secret of forty characters, or so')
const claims: TokenClaims = {
  id: 'tok_01jd8m0c9q3k1y6v0n2x4p5r7t',
  parentHash: 'ab'.repeat(32),
  expiresAtMs: 1_800_000_000_123,
  scopes: ['orders:read'],
}
const mint = (given: TokenClaims) => mintToken(keys, 'gw', given, randomBytes)
const token = await mint(claims)
const open = (text: string) => openToken(keys, 'gw', text)
const encode = (value: unknown) => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))

describe('a child token', () => {
  test('opens to what was put in', async () => {
    expect(await open(token)).toEqual(claims)
    const all = { ...claims, scopes: null }
    expect(await open(await mint(all))).toEqual(all)
  })

  // Of an imported key, which may be one that can be guessed, whoever was lent it would guess at leisure.
  test('does not tell the hash of its key, nor that two tokens are of one', async () => {
    const said = (text: string) => {
      const bytes = decodeBase64url(text.slice('lkt_'.length, text.indexOf('.')))
      return new TextDecoder().decode(bytes ?? new Uint8Array(0))
    }
    expect(JSON.parse(said(token))).toMatchObject({ id: claims.id, scopes: ['orders:read'] })
    expect(said(token)).not.toContain('abab')
    const { parent }: { parent?: unknown } = JSON.parse(said(token)) as object
    expect(parent).toMatch(/^[\w-]{40,}$/)
    expect(said(await mint({ ...claims, id: 'tok_other' }))).not.toContain(String(parent))
  })

  test('is no key, and no key is a token, with whatever prefix', () => {
    expect(looksLikeToken(token)).toBe(true)
    expect(looksLikeKey(token, [])).toBe(true)
    expect(parseKey(token, [])).toBeNull()
    const ownPrefix = `lkt_live_${'a'.repeat(38)}`
    expect(looksLikeToken(ownPrefix)).toBe(false)
    expect(parseKey(ownPrefix, [])?.format).toBe('native')
  })

  test('fits a header, a cookie, a query and a WebSocket protocol as it is', () => {
    expect(token).toMatch(/^[\w.-]+$/)
  })

  test('with as many scopes as a key may have is still one', async () => {
    const scopes = Array.from({ length: 32 }, (_, i) => `${i}`.padStart(64, 'x'))
    const long = await mint({ ...claims, scopes })
    expect(await open(long)).toEqual({ ...claims, scopes })
    expect(long.length).toBeLessThan(4_000)
  })

  test('of another deployment does not open, by its secret or by its name', async () => {
    expect(
      await openToken(await deriveTokenKeys('another secret of forty characters'), 'gw', token),
    ).toBeNull()
    expect(await openToken(keys, 'gw2', token)).toBeNull()
  })

  test('does not open with one character changed, left out or added', async () => {
    for (let i = 0; i < token.length; i++) {
      const other = token[i] === 'A' ? 'B' : 'A'
      expect(await open(token.slice(0, i) + other + token.slice(i + 1))).toBeNull()
      expect(await open(token.slice(0, i) + token.slice(i + 1))).toBeNull()
      expect(await open(token.slice(0, i) + other + token.slice(i))).toBeNull()
    }
  })

  test.each<[what: string, text: string]>([
    ['nothing', ''],
    ['its prefix', 'lkt_'],
    ['its claims alone', token.slice(0, token.indexOf('.'))],
    ['its claims without a MAC', token.slice(0, token.indexOf('.') + 1)],
    ['its MAC alone', `lkt_${token.slice(token.indexOf('.'))}`],
    ['a MAC of zeros', `${token.slice(0, token.indexOf('.'))}.${'A'.repeat(43)}`],
    ['padding', `${token}=`],
    ['a third part', `${token}.AAAA`],
    ['spaces around it', ` ${token} `],
    ['a line break behind it', `${token}\n`],
    ['another case', token.replace('lkt_', 'LKT_')],
    ['the end of its MAC with bits that mean nothing', token.slice(0, -1) + nextDigit(token.at(-1) ?? '')],
    ['a JWT that names no algorithm', `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`],
    ['such a JWT in its place', `lkt_${encode({ alg: 'none' })}${encode(claims)}.${'A'.repeat(43)}`],
    ['5,000 characters', `lkt_${'A'.repeat(5_000)}.${'A'.repeat(43)}`],
    ['a megabyte', `lkt_${'A'.repeat(1_000_000)}`],
  ])('is not: %s', async (_what, text) => {
    expect(await open(text)).toBeNull()
  })

  test('never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await open(text)).toBeNull()
        expect(await open(`lkt_${text}.${'A'.repeat(43)}`)).toBeNull()
      }),
    )
  })

  test('that is forged costs its MAC and no more: nothing that it claims is decoded', async () => {
    const decode = vi.spyOn(globalThis, 'atob')
    expect(await open(`lkt_${'A'.repeat(4_000)}.${'A'.repeat(43)}`)).toBeNull()
    expect(decode.mock.calls.map(([text]) => text.length)).toEqual([43])
    decode.mockRestore()
  })

  test('of a release that says something else is none', async () => {
    for (const changes of [
      { expiresAtMs: '1' },
      { expiresAtMs: 1.5 },
      { scopes: 'a' },
      { scopes: [1] },
      { id: 1 },
    ])
      expect(await open(await mint({ ...claims, ...changes } as unknown as TokenClaims))).toBeNull()
  })

  test('is cut in logs, whole or truncated, escaped too', () => {
    for (const text of [token, token.slice(0, 60), token.replace('.', '%2E'), `a ${token}, b`])
      expect(redactKeys(text)).not.toMatch(/[\w-]{20}/)
    expect(redactKeys(`GET /x?key=${token}&y=1`)).toBe('GET /x?key=<lkt_…>&y=1')
  })
})

// The last of 43 digits holds four bits, and two that must be zero.
function nextDigit(digit: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return digits.charAt(digits.indexOf(digit) + 1)
}
