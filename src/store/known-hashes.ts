// Which of many hashes are stored. A hash is unique in the deployment, so whose it is stands beside it, for its caller to compare.
import { eq } from 'drizzle-orm'
import { apiKeys } from '../model/schema/api-keys.ts'
import { foreignHashes } from '../model/schema/foreign-hashes.ts'
import { open, type Database, type Databases } from './database.ts'
import { isIn } from './is-in.ts'

export interface StoredHash {
  readonly id: string
  readonly projectId: string
}

/** By SHA-256; keys that were deleted are among them. */
export async function readByHash(
  { shards }: Databases,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, StoredHash>> {
  return readEach(shards, hashes, hashesQuery)
}

/** By fingerprint of a hash of another system, also where the key is known by its SHA-256 since; keys that were deleted are among them. */
export async function readByFingerprint(
  { shards }: Databases,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, StoredHash>> {
  return readEach(shards, fingerprints, fingerprintsQuery)
}

type NamedHash = StoredHash & { readonly hash: string }

async function readEach(
  shards: readonly D1Database[],
  hashes: readonly string[],
  query: (db: Database, hashes: readonly string[]) => PromiseLike<readonly NamedHash[]>,
): Promise<ReadonlyMap<string, StoredHash>> {
  if (hashes.length === 0) return new Map()
  const found = await Promise.all(shards.map((shard) => query(open(shard), hashes)))
  return new Map(found.flat().map(({ hash, ...stored }) => [hash, stored]))
}

/** Exported for the test that reads its query plan. */
export function hashesQuery(db: Database, hashes: readonly string[]) {
  return db
    .select({ hash: apiKeys.hash, id: apiKeys.id, projectId: apiKeys.projectId })
    .from(apiKeys)
    .where(isIn(apiKeys.hash, hashes))
}

/** Exported for the test that reads its query plan. */
export function fingerprintsQuery(db: Database, fingerprints: readonly string[]) {
  return db
    .select({ hash: foreignHashes.fingerprint, id: apiKeys.id, projectId: apiKeys.projectId })
    .from(foreignHashes)
    .innerJoin(apiKeys, eq(apiKeys.id, foreignHashes.keyId))
    .where(isIn(foreignHashes.fingerprint, fingerprints))
}
