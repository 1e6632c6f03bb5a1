// Observed addresses: from where keys were used of late.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Written by the limiter of the organization, and deleted when the key was not used from there for a while. No foreign keys: a
 * write of many must not fail by one.
 */
export const observedAddresses = sqliteTable(
  'observed_addresses',
  {
    organizationId: text('organization_id').notNull(),
    keyId: text('key_id').notNull(),
    /** IPv4, or the /64 of IPv6. Personal data in many places, which is why it is kept for days. */
    address: text('address').notNull(),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.keyId, t.address] }),
    index('observed_addresses_seen_index').on(t.lastSeenAt),
  ],
)
