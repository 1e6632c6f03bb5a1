// By what a key is found that is known by the hash of another system: an HMAC by its digest, a salted hash, which no index finds, by the
// characters that the key begins with.
import { isSlow, type ForeignHash } from '../model/foreign-hash.ts'
import { BEGINNING, BEHIND_PREFIX } from './beginning.ts'
import { sha256, toHex } from './digest.ts'
import { pepperedDigest } from './foreign-hash.ts'

/** @param beginning of the key, as it is; of use for a salted hash only */
export function locatorOf(hash: ForeignHash, beginning: string): string {
  return isSlow(hash) ? beginningLocator(beginning) : pepperLocator(hash.pepper_id, hash.digest)
}

/** Where the key may stand. @param prefix the declared one that it begins with @param peppers by their ids */
export async function locatorsOf(
  text: string,
  prefix: string,
  peppers: ReadonlyMap<string, Uint8Array>,
): Promise<readonly string[]> {
  const peppered = await Promise.all(
    [...peppers].map(async ([id, pepper]) => pepperLocator(id, await pepperedDigest(text, pepper))),
  )
  const shortest = Math.max(BEGINNING.min, prefix.length + BEHIND_PREFIX)
  const longest = Math.min(text.length, BEGINNING.max)
  const beginnings = Array.from({ length: Math.max(0, longest - shortest + 1) }, (_, i) =>
    beginningLocator(text.slice(0, shortest + i)),
  )
  return [...peppered, ...beginnings]
}

/** Names the hash: the same hash of the same parameters has one name. 64 hex digits. */
export async function fingerprintOf(hash: ForeignHash): Promise<string> {
  return toHex(await sha256(JSON.stringify(Object.entries(hash).sort(([a], [b]) => (a < b ? -1 : 1)))))
}

/** Stands in place of the key's SHA-256 until that is known. It is no hex, so no presented key has it. */
export function placeholderOf(fingerprint: string): string {
  return `foreign:${fingerprint}`
}

function pepperLocator(pepperId: string, digest: string): string {
  return `hmac-sha256:${pepperId}:${digest}`
}

function beginningLocator(beginning: string): string {
  return `beginning:${beginning}`
}
