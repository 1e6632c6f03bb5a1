// What becomes of a key of another system: a draft as its adapter reads it, then an item that the gateway takes, or a refusal. A refusal
// never repeats what stands in the file: that may be a key.
import type { ForeignHash } from '../../model/foreign-hash.ts'
import type { JsonObject } from '../json.ts'

/** Why a line is not imported. The sentences stand in reports. */
export const REFUSALS = {
  malformed: 'It cannot be read.',
  too_long_line: 'It is longer than a key and its fields can be.',
  no_key: 'It holds no key and no hash.',
  masked: 'The key was masked by the export.',
  reference: 'The key stands elsewhere: this is a reference to it.',
  weak_key: 'The key has less than 112 bits: whoever has its hash could guess it (ASVS 5.0, 6.5.2).',
  too_long: 'The key has more than 256 characters.',
  characters: 'The key has other characters than visible ASCII.',
  native_shape: 'The key has the shape of a Latchkey key, and would fail its check.',
  undeclared_format: 'The key is of no declared format: the gateway would not look for it.',
  hash_malformed: 'The hash is not one of this scheme and encoding.',
  hash_unsupported: 'Its hash is none that can be verified safely: murmur is no cryptographic hash.',
  hash_costly: 'Its hash takes more work to verify than a gateway can do in a request.',
  no_beginning:
    'Its hash is salted, and a key with such a hash is found by its first characters: the record shows too few of them.',
  field_malformed: 'A field cannot be read.',
  key_in_field: 'The key stands in another field, too, where it would be stored in clear.',
  unclear_expiry: 'It ends by a ttl, and nothing says when that began.',
  ended: 'It was deleted in the other system.',
} as const

export type RefusalCode = keyof typeof REFUSALS

export interface Refusal {
  readonly code: RefusalCode
  /** The field that it is about. */
  readonly field?: string | undefined
}

export type Hash = { readonly scheme: 'sha256'; readonly digest: string } | ForeignHash

export type Scheme = Hash['scheme']

/** Of `POST /keys`, without those that are the same for the whole file. */
export interface Fields extends JsonObject {
  readonly name?: string
}

/** A key as its record says it is. */
export interface Draft {
  readonly secret:
    { readonly kind: 'plaintext'; readonly text: string } | { readonly kind: 'hash'; readonly hash: Hash }
  readonly fields: Fields
  /** Its first characters, where the record shows some. */
  readonly beginning?: string | undefined
  /** Its prefix, where the record says which part that is. */
  readonly prefix?: string | undefined
  readonly disabled: boolean
  /** What the record says and a key here has no place for, by name. */
  readonly dropped: readonly string[]
}

/** As `POST /keys/import` takes it. */
export interface Item extends JsonObject {
  readonly hash: { readonly scheme: Scheme; readonly digest: string } & JsonObject
  readonly start: string
  readonly last4: string
  readonly disabled: boolean
}
