// Does a text have the hash by which another system knew it? Loaded at the first use of an imported key, and never for a key that is
// known by its SHA-256.
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { compareSync } from 'bcryptjs'
import type { SlowHash } from '../model/foreign-hash.ts'
import { toHex } from './digest.ts'
import { equalSecrets } from './equal-secrets.ts'
import { hmacSha256, importHmacKey } from './hmac.ts'

const encoder = new TextEncoder()

/** bcrypt reads no further: a longer text would be proved by its beginning, and be one of many names of one key. */
const BCRYPT_BYTES = 72

/**
 * Takes up to half a second, during which this isolate does nothing else.
 * @throws where the parameters are none of the scheme's
 */
export async function provesKey(text: string, hash: SlowHash): Promise<boolean> {
  switch (hash.scheme) {
    case 'bcrypt':
      return encoder.encode(text).length <= BCRYPT_BYTES && compareSync(text, hash.digest)
    case 'scrypt': {
      const { salt, n, r, p, digest } = hash
      return equalSecrets(
        toHex(scrypt(encoder.encode(text), hexToBytes(salt), { N: n, r, p, dkLen: digest.length / 2 })),
        digest,
      )
    }
    case 'pbkdf2-sha256': {
      const { salt, iterations, digest } = hash
      const options = { c: iterations, dkLen: digest.length / 2 }
      return equalSecrets(toHex(pbkdf2(sha256, encoder.encode(text), hexToBytes(salt), options)), digest)
    }
    default:
      return hash satisfies never
  }
}

/** The digest by which a key that was hashed under this pepper is found. Hex. */
export async function pepperedDigest(text: string, pepper: Uint8Array): Promise<string> {
  return toHex(await hmacSha256(await importHmacKey(pepper), encoder.encode(text)))
}
