// Who is logged in, and the links by which an API owner's backend lets a customer in. Both stand in the database of the
// audit chain that tells of them, so that a login and its event are one batch.
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { FIRST_LOGIN_METHODS, HOLDER_KINDS, LINK_PURPOSES, LOGIN_METHODS } from '../vocabulary.ts'
import { id, oneOf } from './columns.ts'

/** `organization_id` is `platform` for a session of an operator. No reference to the holder: it is one of two tables. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: id(),
    organizationId: text('organization_id').notNull(),
    /** SHA-256 of the cookie's value, lower-case hex. */
    hash: text('hash').notNull(),
    holderKind: text('holder_kind', { enum: HOLDER_KINDS }).notNull(),
    holderId: text('holder_id').notNull(),
    method: text('method', { enum: FIRST_LOGIN_METHODS }).notNull(),
    /** A method that the check of `method` does not know, which stands in its place. Null: `method` says it. */
    laterMethod: text('later_method', { enum: LOGIN_METHODS }),
    userAgent: text('user_agent'),
    address: text('address'),
    createdAt: integer('created_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    revokedAt: integer('revoked_at'),
  },
  (t) => [
    oneOf('sessions_holder_kind_check', t.holderKind, HOLDER_KINDS),
    oneOf('sessions_method_check', t.method, FIRST_LOGIN_METHODS),
    uniqueIndex('sessions_hash_unique').on(t.hash),
    index('sessions_holder_index').on(t.holderId, t.id),
    index('sessions_expiry_index').on(t.expiresAt),
  ],
)

/** One-time links. */
export const portalLinks = sqliteTable(
  'portal_links',
  {
    id: id(),
    organizationId: text('organization_id').notNull(),
    /** SHA-256 of the link's token, lower-case hex. */
    hash: text('hash').notNull(),
    memberId: text('member_id').notNull(),
    purpose: text('purpose', { enum: LINK_PURPOSES }).notNull().default('login'),
    returnTo: text('return_to').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    redeemedAt: integer('redeemed_at'),
  },
  (t) => [
    uniqueIndex('portal_links_hash_unique').on(t.hash),
    index('portal_links_expiry_index').on(t.expiresAt),
    index('portal_links_member_index').on(t.memberId, t.id),
  ],
)
