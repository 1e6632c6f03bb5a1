// Observed addresses in D1: written as limiters bring them, a few of each key, and deleted when they are old.
import { and, desc, eq, lt } from 'drizzle-orm'
import type { ObservedAddress } from '../limits/addresses.ts'
import { observedAddresses } from '../model/schema/addresses.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'

export type AddressRow = typeof observedAddresses.$inferSelect

/** Of one key, those that were seen last. */
export const ADDRESSES_OF_KEY = 64

/** A later use moves the time only where it is so much later: else each minute would write a row for each address. */
const REFRESH_MS = 300_000

// One parameter for all rows: D1 takes 100. `WHERE true` tells SQLite that the ON after it begins no join. While a key is being rotated
// somebody looks who still uses it, so there every use counts.
/** Exported for the test that reads its query plan. */
export const UPSERT_ADDRESSES = `
  INSERT INTO observed_addresses (organization_id, key_id, address, first_seen_at, last_seen_at)
  SELECT ?1, value ->> 'keyId', value ->> 'address', value ->> 'firstAtMs', value ->> 'lastAtMs'
  FROM json_each(?2) WHERE true
  ON CONFLICT (organization_id, key_id, address) DO UPDATE
  SET first_seen_at = min(first_seen_at, excluded.first_seen_at), last_seen_at = excluded.last_seen_at
  WHERE excluded.last_seen_at > last_seen_at + iif(
    EXISTS (SELECT 1 FROM api_keys WHERE id = excluded.key_id AND rotated_to_id IS NOT NULL), 0, ${REFRESH_MS})`

/** Exported for the test that reads its query plan. */
export const TRIM_ADDRESSES = `
  DELETE FROM observed_addresses WHERE rowid IN (
    SELECT id FROM (
      SELECT o.rowid AS id, row_number() OVER (PARTITION BY o.key_id ORDER BY o.last_seen_at DESC, o.address) AS place
      FROM (SELECT DISTINCT value ->> 'keyId' AS key_id FROM json_each(?2)) AS brought
      CROSS JOIN observed_addresses AS o ON o.organization_id = ?1 AND o.key_id = brought.key_id
    ) WHERE place > ${ADDRESSES_OF_KEY}
  )`

/** Writes what was seen of one organization. It may be repeated, and come late: the last use never moves back. */
export async function writeAddresses(
  databases: Databases,
  organizationId: string,
  observed: readonly ObservedAddress[],
): Promise<void> {
  const session = databaseOf(databases, organizationId).withSession('first-primary')
  const values = JSON.stringify(observed)
  await session.batch([
    session.prepare(UPSERT_ADDRESSES).bind(organizationId, values),
    session.prepare(TRIM_ADDRESSES).bind(organizationId, values),
  ])
}

/** Those of a key, the one that was seen last first. */
export async function listAddresses(
  databases: Databases,
  organizationId: string,
  keyId: string,
): Promise<readonly AddressRow[]> {
  return addressesQuery(open(databaseOf(databases, organizationId)), organizationId, keyId)
}

/** Exported for the test that reads its query plan. */
export function addressesQuery(db: Database, organizationId: string, keyId: string) {
  return db
    .select()
    .from(observedAddresses)
    .where(and(eq(observedAddresses.organizationId, organizationId), eq(observedAddresses.keyId, keyId)))
    .orderBy(desc(observedAddresses.lastSeenAt), observedAddresses.address)
    .limit(ADDRESSES_OF_KEY)
}

/** @param seenBefore epoch milliseconds */
export async function pruneAddresses(shard: D1Database, seenBefore: number): Promise<void> {
  await open(shard).delete(observedAddresses).where(lt(observedAddresses.lastSeenAt, seenBefore))
}
