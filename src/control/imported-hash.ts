// What stands for the secret of an imported key: its SHA-256, or, until the key is first used, the hash of another system.
import { MAX_SHARING } from '../keys/beginning.ts'
import { fingerprintOf, locatorOf, placeholderOf } from '../keys/foreign-locator.ts'
import { isSlow, type ForeignHash, type ImportedAs } from '../model/foreign-hash.ts'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { Databases } from '../store/database.ts'
import { countAtLocators } from '../store/foreign-hashes.ts'
import { readByFingerprint, readByHash, type StoredHash } from '../store/known-hashes.ts'
import { refuseValue } from './refused.ts'
import type { ImportedKey } from './schemas/key-import.ts'

/** A hash as it will be stored. */
export interface HashImprint {
  /** Of the column `hash`. */
  readonly hash: string
  readonly scheme: ImportedAs
  /** Null for SHA-256 of the whole key. */
  readonly foreign: {
    readonly hash: ForeignHash
    readonly fingerprint: string
    readonly locator: string
  } | null
}

export async function imprintOf(given: ImportedKey['hash']): Promise<HashImprint> {
  if (given.scheme === 'sha256') return { hash: given.digest, scheme: given.scheme, foreign: null }
  const { beginning, hash } = parted(given)
  const fingerprint = await fingerprintOf(hash)
  const locator = locatorOf(hash, beginning)
  return { hash: placeholderOf(fingerprint), scheme: hash.scheme, foreign: { hash, fingerprint, locator } }
}

// The beginning is where the key is found, and no part of its hash.
function parted(given: Exclude<ImportedKey['hash'], { scheme: 'sha256' }>): {
  readonly beginning: string
  readonly hash: ForeignHash
} {
  if (given.scheme === 'hmac-sha256') return { beginning: '', hash: given }
  const { beginning, ...hash } = given
  return { beginning, hash }
}

/** Keys that are stored with these hashes, by `HashImprint.hash`. */
export async function findStored(
  databases: Databases,
  imprints: readonly HashImprint[],
): Promise<ReadonlyMap<string, StoredHash>> {
  const plain = imprints.flatMap(({ hash, foreign }) => (foreign === null ? hash : []))
  const fingerprints = imprints.flatMap(({ foreign }) => foreign?.fingerprint ?? [])
  const [byHash, byFingerprint] = await Promise.all([
    readByHash(databases, plain),
    readByFingerprint(databases, fingerprints),
  ])
  return new Map([
    ...byHash,
    ...[...byFingerprint].map(([fingerprint, stored]) => [placeholderOf(fingerprint), stored] as const),
  ])
}

/** What refuses a hash that can never be verified: its pepper is not known, or too many keys have the beginning that it is found by. */
export async function unfindable(
  databases: Databases,
  peppers: ReadonlyMap<string, unknown>,
  imprints: readonly HashImprint[],
): Promise<(imprint: HashImprint) => Result<HashImprint, Refusal>> {
  const locators = imprints.flatMap(({ foreign }) =>
    foreign !== null && isSlow(foreign.hash) ? foreign.locator : [],
  )
  const counts = new Map(await countAtLocators(databases, [...new Set(locators)]))
  return (imprint) => {
    const { foreign } = imprint
    if (foreign === null) return ok(imprint)
    const { hash, locator } = foreign
    if (!isSlow(hash))
      return peppers.has(hash.pepper_id)
        ? ok(imprint)
        : err(refuseValue('/hash/pepper_id', 'IMPORT_PEPPERS holds no pepper of this name.'))
    const sharing = counts.get(locator) ?? 0
    if (sharing >= MAX_SHARING)
      return err(
        refuseValue(
          '/hash/beginning',
          `${MAX_SHARING} keys have this beginning already: one of them could not be found by it.`,
        ),
      )
    counts.set(locator, sharing + 1)
    return ok(imprint)
  }
}
