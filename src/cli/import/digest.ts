// Hashes that another system kept, in the form that the gateway takes. Whether the key behind one was strong cannot be told.
import { decodeBase64url } from '../../keys/base64url.ts'
import { toHex } from '../../keys/digest.ts'
import { err, ok, type Result } from '../../result.ts'
import type { Hash, Refusal, Scheme } from './item.ts'
import { pickText, type Record } from './values.ts'

export const SCHEMES = [
  'sha256',
  'hmac-sha256',
  'bcrypt',
  'scrypt',
  'pbkdf2-sha256',
] as const satisfies readonly Scheme[]
export const ENCODINGS = ['hex', 'base64', 'base64url'] as const
export type Encoding = (typeof ENCODINGS)[number]

export interface HashOptions {
  readonly scheme: Scheme
  /** Undefined: told by the text. Of 32 bytes, the encodings differ in length. */
  readonly encoding?: Encoding | undefined
  readonly pepperId?: string | undefined
}

const SHA256_BYTES = 32
const MALFORMED: Refusal = { code: 'hash_malformed' }
const BCRYPT = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/

/** @param record may hold salt, n, r, p and iterations beside the digest */
export function readHash(text: string, record: Record, options: HashOptions): Result<Hash, Refusal> {
  const { scheme, encoding, pepperId } = options
  if (scheme === 'bcrypt') return BCRYPT.test(text) ? ok({ scheme, digest: text }) : err(MALFORMED)
  const digest = hexOf(text, encoding)
  if (digest === null) return err(MALFORMED)
  if (scheme === 'sha256') return isSha256(digest) ? ok({ scheme, digest }) : err(MALFORMED)
  if (scheme === 'hmac-sha256')
    return isSha256(digest) && pepperId !== undefined
      ? ok({ scheme, digest, pepper_id: pepperId })
      : err(MALFORMED)
  if (!isDerived(digest)) return err(MALFORMED)
  const salt = hexOf(pickText(record, 'salt') ?? '', encoding)
  if (salt === null) return err({ ...MALFORMED, field: 'salt' })
  if (scheme === 'pbkdf2-sha256') {
    const iterations = countOf(record, 'iterations')
    return iterations === null
      ? err({ ...MALFORMED, field: 'iterations' })
      : ok({ scheme, digest, salt, iterations })
  }
  const [n, r, p] = [countOf(record, 'n'), countOf(record, 'r'), countOf(record, 'p')]
  if (n === null || r === null || p === null) return err({ ...MALFORMED, field: 'n, r, p' })
  return ok({ scheme, digest, salt, n, r, p })
}

function isSha256(hex: string): boolean {
  return hex.length === 2 * SHA256_BYTES
}

// Fewer bytes prove too little, and no system stores more (POST /keys/import takes no others).
function isDerived(hex: string): boolean {
  return hex.length >= 32 && hex.length <= 128
}

function countOf(record: Record, name: string): number | null {
  const text = pickText(record, name)
  return text !== null && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null
}

const ALPHABETS: Readonly<{ [name in Encoding]: RegExp }> = {
  hex: /^(?:[0-9a-f]{2})+$/i,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/,
  base64url: /^[\w-]+={0,2}$/,
}

/** Lower-case hex; null where the text is not of that encoding: a digest has one spelling in each. */
function hexOf(text: string, encoding: Encoding | undefined): string | null {
  const found = encoding ?? ENCODINGS.find((name) => ALPHABETS[name].test(text))
  if (found === undefined || text === '' || !ALPHABETS[found].test(text)) return null
  if (found === 'hex') return text.toLowerCase()
  const bytes = decodeBase64url(text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'))
  return bytes === null ? null : toHex(bytes)
}
