// What stands for the secret of an imported key: its SHA-256, or, until the key is first used, the hash of another system.
import { BEHIND_PREFIX, MAX_SHARING } from '../keys/beginning.ts'
import { fingerprintOf, locatorOf, placeholderOf } from '../keys/foreign-locator.ts'
import { isSlow, type ForeignHash, type ImportedAs } from '../model/foreign-hash.ts'
import type { Refusal } from '../problem.ts'
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
    /** Empty where the hash is found by itself. */
    readonly beginning: string
  } | null
}

export async function imprintOf(given: ImportedKey['hash']): Promise<HashImprint> {
  if (given.scheme === 'sha256') return { hash: given.digest, scheme: given.scheme, foreign: null }
  const { beginning, hash } = parted(given)
  const fingerprint = await fingerprintOf(hash)
  const locator = locatorOf(hash, beginning)
  return {
    hash: placeholderOf(fingerprint),
    scheme: hash.scheme,
    foreign: { hash, fingerprint, locator, beginning },
  }
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

export interface Placed {
  readonly organizationId: string
  readonly imprint: HashImprint
}

/** What there is to verify hashes with. */
export interface Means {
  readonly peppers: ReadonlyMap<string, unknown>
  /** Declared ones. */
  readonly prefixes: readonly string[]
}

/**
 * What refuses a hash that can never be verified: its pepper is not known, or too many keys of its organization have the beginning that
 * it is found by. Those of others do not count: nobody takes the places of another, or learns of its keys.
 */
export async function unfindable(
  databases: Databases,
  { peppers, prefixes }: Means,
  all: readonly Placed[],
): Promise<(placed: Placed) => Refusal | null> {
  const locators = all.flatMap(({ imprint: { foreign } }) =>
    foreign !== null && isSlow(foreign.hash) ? foreign.locator : [],
  )
  const stored = await countAtLocators(databases, [...new Set(locators)])
  const counts = new Map(stored.map(({ keys, ...place }) => [placeOf(place), keys]))
  return ({ organizationId, imprint: { foreign } }) => {
    if (foreign === null) return null
    const { hash, locator, beginning } = foreign
    if (!isSlow(hash))
      return peppers.has(hash.pepper_id)
        ? null
        : refuseValue('/hash/pepper_id', 'IMPORT_PEPPERS holds no pepper of this name.')
    const place = placeOf({ organizationId, locator })
    const sharing = counts.get(place) ?? 0
    const problem = beginningProblem(beginning, prefixes, sharing)
    if (problem !== null) return refuseValue('/hash/beginning', problem)
    counts.set(place, sharing + 1)
    return null
  }
}

function placeOf({ organizationId, locator }: { organizationId: string; locator: string }): string {
  return `${organizationId} ${locator}`
}

// A prefix may be declared later: of one that is not, nothing is said.
function beginningProblem(beginning: string, prefixes: readonly string[], sharing: number): string | null {
  if (
    prefixes.some(
      (prefix) => beginning.startsWith(prefix) && beginning.length < prefix.length + BEHIND_PREFIX,
    )
  )
    return `A beginning has ${BEHIND_PREFIX} characters at least behind the declared prefix.`
  return sharing < MAX_SHARING
    ? null
    : `${MAX_SHARING} keys have this beginning already: one of them could not be found by it.`
}
