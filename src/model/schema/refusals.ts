// Refusals: a few of the requests that were refused of late, for those who ask why.
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id } from './columns.ts'

/**
 * Written by the limiter of the organization, never changed, and soon deleted. No foreign keys: `organization_id` is
 * `platform` for what belongs to none, and a refusal outlives what it names. `request_id` may be the client's own, so it is
 * not unique, and nobody can keep another's refusal out by taking its id.
 */
export const refusals = sqliteTable(
  'refusals',
  {
    id: id(),
    organizationId: text('organization_id').notNull(),
    requestId: text('request_id').notNull(),
    /** When it was answered. */
    at: integer('at').notNull(),
    /** Of the problem. */
    code: text('code').notNull(),
    status: integer('status').notNull(),
    /** Empty where no key was known. */
    keyId: text('key_id').notNull(),
    projectId: text('project_id').notNull(),
    /** Of the child token that it came with. */
    tokenId: text('token_id'),
    routeId: text('route_id'),
    method: text('method').notNull(),
    host: text('host').notNull(),
    /** Without the query. */
    path: text('path').notNull(),
    /** The client's: personal data, which is why all of this is kept for hours. */
    address: text('address'),
    country: text('country'),
    webOrigin: text('web_origin'),
  },
  (t) => [
    index('refusals_organization_index').on(t.organizationId, t.id),
    index('refusals_key_index').on(t.organizationId, t.keyId, t.id),
    index('refusals_request_index').on(t.requestId, t.id),
    index('refusals_at_index').on(t.at),
  ],
)
