// Hashes of other systems, by which imported keys are known until their first use.
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { ForeignHash } from '../foreign-hash.ts'
import { apiKeys } from './api-keys.ts'
import { json } from './columns.ts'

export const foreignHashes = sqliteTable(
  'foreign_hashes',
  {
    keyId: text('key_id')
      .primaryKey()
      .references(() => apiKeys.id),
    /** SHA-256 of the hash and its parameters. It stays after the first use: a repeated import finds the key by it. */
    fingerprint: text('fingerprint').notNull(),
    /** By which a presented key finds this row (src/adoption/locator.ts); null after its first use. */
    locator: text('locator'),
    /** Null after the first use: from then on the key is known by its SHA-256. */
    hash: json<ForeignHash>('hash'),
    /** The first use. */
    adoptedAt: integer('adopted_at'),
    /** When the key was shown to have less than 112 bits: it is not admitted. */
    weakAt: integer('weak_at'),
  },
  (t) => [
    uniqueIndex('foreign_hashes_fingerprint_unique').on(t.fingerprint),
    index('foreign_hashes_locator_index')
      .on(t.locator)
      .where(sql`locator IS NOT NULL`),
  ],
)
