// Which of many hashes are stored. A hash is unique in the deployment, so whose it is stands beside it, for its caller to compare.
import { apiKeys } from '../model/schema/api-keys.ts'
import { open, type Database, type Databases } from './database.ts'
import { isIn } from './is-in.ts'

export interface StoredHash {
  readonly id: string
  readonly projectId: string
}

/** By hash; keys that were deleted are among them. */
export async function readByHash(
  { shards }: Databases,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, StoredHash>> {
  if (hashes.length === 0) return new Map()
  const found = await Promise.all(shards.map((shard) => hashesQuery(open(shard), hashes)))
  return new Map(found.flat().map(({ hash, ...stored }) => [hash, stored]))
}

/** Exported for the test that reads its query plan. */
export function hashesQuery(db: Database, hashes: readonly string[]) {
  return db
    .select({ hash: apiKeys.hash, id: apiKeys.id, projectId: apiKeys.projectId })
    .from(apiKeys)
    .where(isIn(apiKeys.hash, hashes))
}
