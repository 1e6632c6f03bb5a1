// API keys. What is stored of a key is its hash; tags and terms stand apart, so that a list by one of them has an index.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { NetworkPolicy } from '../policy.ts'
import { IMPORTED_AS } from '../foreign-hash.ts'
import { ACTOR_TYPES, ENVIRONMENTS, KEY_KINDS, KEY_STATES } from '../vocabulary.ts'
import { organizations, projects, members } from './tenants.ts'
import { id, json, planReference, oneOf, type JsonObject, tracked } from './columns.ts'

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: id(),
    organizationId: text('organization_id')
      .notNull()
      .references(() => organizations.id),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    /** Id of the first key of a rotation chain: the subject of the key's own limits, which rotation never refills. */
    lineage: text('lineage').notNull(),
    /** SHA-256 of the whole key, lower-case hex; of an imported key before its first use, a name that no key has. */
    hash: text('hash').notNull(),
    /** Display form: everything before the random part and its first four digits, then the last four. */
    start: text('start').notNull(),
    last4: text('last4').notNull(),
    name: text('name').notNull(),
    externalId: text('external_id'),
    kind: text('kind', { enum: KEY_KINDS }).notNull().default('secret'),
    environment: text('environment', { enum: ENVIRONMENTS }).notNull().default('live'),
    region: text('region'),
    state: text('state', { enum: KEY_STATES }).notNull().default('active'),
    activatedAt: integer('activated_at'),
    disabledAt: integer('disabled_at'),
    /** Who did: what an operator has stopped, no member lets go on. Null also where nobody has noted it. */
    disabledBy: text('disabled_by', { enum: ACTOR_TYPES }),
    revokedAt: integer('revoked_at'),
    revokedBy: text('revoked_by', { enum: ACTOR_TYPES }),
    /** The operator's own words; `leaked` can never be restored. */
    revocationReason: text('revocation_reason'),
    /** A tombstone keeps its hash, so that a leak of an old key is still recognised. */
    deletedAt: integer('deleted_at'),
    expiresAt: integer('expires_at'),
    lastUsedAt: integer('last_used_at'),
    scopes: json<readonly string[]>('scopes').notNull().default([]),
    network: json<NetworkPolicy>('network').notNull().default({}),
    planId: planReference(),
    rotatedFromId: text('rotated_from_id'),
    rotatedToId: text('rotated_to_id'),
    rotationGraceEndsAt: integer('rotation_grace_ends_at'),
    /** A rotation is completed once the old key was not used for so long, milliseconds; null: when its grace ends. */
    rotationQuietMs: integer('rotation_quiet_ms'),
    ownerMemberId: text('owner_member_id').references((): AnySQLiteColumn => members.id),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    tags: json<readonly string[]>('tags').notNull().default([]),
    /** base64url of nonce and AES-256-GCM ciphertext of the key; recoverable projects only. */
    sealed: text('sealed'),
    /** How the key was known when it came from another system; null: it was made here. */
    importedAs: text('imported_as', { enum: IMPORTED_AS }),
    createdBy: text('created_by').notNull(),
    ...tracked(),
  },
  (t) => [
    oneOf('api_keys_state_check', t.state, KEY_STATES),
    oneOf('api_keys_kind_check', t.kind, KEY_KINDS),
    oneOf('api_keys_environment_check', t.environment, ENVIRONMENTS),
    uniqueIndex('api_keys_hash_unique').on(t.hash),
    uniqueIndex('api_keys_external_id_unique')
      .on(t.organizationId, t.externalId)
      .where(sql`state <> 'deleted'`),
    index('api_keys_external_id_index').on(t.externalId, t.id),
    index('api_keys_organization_index').on(t.organizationId, t.id),
    index('api_keys_project_index').on(t.projectId, t.id),
    index('api_keys_project_state_index').on(t.projectId, t.state, t.id),
    index('api_keys_active_expiry_index')
      .on(t.expiresAt)
      .where(sql`state = 'active' AND expires_at IS NOT NULL`),
    index('api_keys_active_last_used_index')
      .on(t.organizationId, t.lastUsedAt)
      .where(sql`state = 'active'`),
    index('api_keys_state_index').on(t.state, t.id),
    index('api_keys_organization_state_index').on(t.organizationId, t.state, t.id),
    index('api_keys_last4_index').on(t.last4, t.id),
    index('api_keys_lineage_index').on(t.lineage, t.id),
    index('api_keys_owner_index').on(t.ownerMemberId, t.id),
    index('api_keys_plan_index').on(t.planId, t.id),
    index('api_keys_rotation_index')
      .on(t.rotationGraceEndsAt)
      .where(sql`rotation_quiet_ms IS NOT NULL`),
    // All that the overview counts by, so that it reads no row. The state comes late, for the lists by state not to be taken in.
    index('api_keys_overview_index').on(
      t.projectId,
      t.createdAt,
      t.revokedAt,
      t.state,
      t.expiresAt,
      t.rotationGraceEndsAt,
    ),
    index('api_keys_revoked_index')
      .on(t.revokedAt)
      .where(sql`revoked_at IS NOT NULL`),
    index('api_keys_organization_revoked_index')
      .on(t.organizationId, t.revokedAt)
      .where(sql`revoked_at IS NOT NULL`),
    index('api_keys_imported_index')
      .on(t.importedAs, t.start, t.state, t.lastUsedAt)
      .where(sql`imported_as IS NOT NULL`),
  ],
)

/** One row per tag of a key, so that a list by tag has an index. `api_keys.tags` is what is shown. */
export const keyTags = sqliteTable(
  'key_tags',
  {
    organizationId: text('organization_id').notNull(),
    tag: text('tag').notNull(),
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.tag, t.keyId] }),
    index('key_tags_tag_index').on(t.tag, t.keyId),
    index('key_tags_key_index').on(t.keyId),
  ],
)

/** What a key can be found by that has no column of its own: beginnings of the words of its name, values of its metadata. */
export const keyTerms = sqliteTable(
  'key_terms',
  {
    organizationId: text('organization_id').notNull(),
    /** `name:back`, `metadata.team=search`. */
    term: text('term').notNull(),
    keyId: text('key_id')
      .notNull()
      .references(() => apiKeys.id),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.term, t.keyId] }),
    index('key_terms_term_index').on(t.term, t.keyId),
    index('key_terms_key_index').on(t.keyId),
  ],
)
