// Hashes by which another system knew its keys, and by which they are known here until their first use.

/** What POST /keys/import takes besides SHA-256 of the whole key. */
export const FOREIGN_SCHEMES = ['hmac-sha256', 'bcrypt', 'scrypt', 'pbkdf2-sha256'] as const

/** How an imported key was known: by a hash, or by the system itself, which was asked at its first use (shadow mode). */
export const IMPORTED_AS = ['sha256', ...FOREIGN_SCHEMES, 'learned'] as const
export type ImportedAs = (typeof IMPORTED_AS)[number]

/** How a pepper is called. */
export const PEPPER_ID = /^[a-z0-9_-]{1,32}$/

/** Digests and salts are lower-case hex. */
export type ForeignHash =
  /** RFC 2104, of the whole key, under a pepper that the deployment is given as a secret. */
  | { readonly scheme: 'hmac-sha256'; readonly digest: string; readonly pepper_id: string }
  /** The text of crypt(3): `$2b$10$...`. */
  | { readonly scheme: 'bcrypt'; readonly digest: string }
  /** RFC 7914. */
  | {
      readonly scheme: 'scrypt'
      readonly digest: string
      readonly salt: string
      readonly n: number
      readonly r: number
      readonly p: number
    }
  /** RFC 8018, section 5.2, with HMAC-SHA-256. */
  | {
      readonly scheme: 'pbkdf2-sha256'
      readonly digest: string
      readonly salt: string
      readonly iterations: number
    }

/** Salted, so that no index finds it: the key that it stands for is found by its visible beginning. */
export type SlowHash = Exclude<ForeignHash, { readonly scheme: 'hmac-sha256' }>

export function isSlow(hash: ForeignHash): hash is SlowHash {
  return hash.scheme !== 'hmac-sha256'
}
