// Identifiers: a prefix that names the kind, and a UUIDv7 in base 32, so that ids sort by the time they were made.
import { uuidv7obj } from 'uuidv7'

/** Every kind of id in the system. A prefix is part of the public API and never changes. */
export const ID_PREFIX = {
  organization: 'org',
  team: 'team',
  project: 'prj',
  key: 'key',
  plan: 'plan',
  route: 'route',
  upstream: 'up',
  operator: 'op',
  member: 'mem',
  session: 'ses',
  portalLink: 'lnk',
  token: 'tok',
  event: 'evt',
  outbox: 'out',
  request: 'req',
  refusal: 'ref',
} as const

export type IdKind = keyof typeof ID_PREFIX

// Crockford's base 32 in lower case: no i, l, o, u. Its digits are in ASCII order, so text order is time order.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const DIGITS = 26 // 128 bits in 5-bit digits, the first holding 3 bits

/** A new id such as `key_01jd8m0c9q3k1y6v0n2x4p5r7t`. Must not be called at module scope: a Worker has no dice there. */
export function newId(kind: IdKind): string {
  return `${ID_PREFIX[kind]}_${base32(uuidv7obj().bytes)}`
}

/** True if `value` has the shape of an id of this kind. It says nothing about existence. */
export function isId(kind: IdKind, value: string): boolean {
  const prefix = `${ID_PREFIX[kind]}_`
  return value.startsWith(prefix) && /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(value.slice(prefix.length))
}

function base32(bytes: Readonly<Uint8Array>): string {
  let number = 0n
  for (const byte of bytes) number = (number << 8n) | BigInt(byte)
  let text = ''
  for (let i = 0; i < DIGITS; i++) {
    text = ALPHABET.charAt(Number(number & 31n)) + text
    number >>= 5n
  }
  return text
}
