// Usage: what was asked of the gateway, by minute, hour and day.
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { USAGE_GRAINS } from '../vocabulary.ts'
import { json, oneOf } from './columns.ts'

/**
 * Absolute counts, each row written by the limiter of its organization alone. No foreign keys: `organization_id` is
 * `platform` for what belongs to none, and a count outlives what was counted. Every index is a row more to write and to
 * prune for each new bucket: routes have none, because their rows are most of what a period holds.
 */
export const usage = sqliteTable(
  'usage',
  {
    grain: text('grain', { enum: USAGE_GRAINS }).notNull(),
    organizationId: text('organization_id').notNull(),
    /** When the bucket begins. */
    start: integer('start').notNull(),
    /** Empty where no key was known. */
    keyId: text('key_id').notNull(),
    projectId: text('project_id').notNull(),
    routeId: text('route_id').notNull(),
    /** First digit of the status. */
    statusClass: integer('status_class').notNull(),
    /** `passed`, `origin_error`, or the code of the refusal. */
    outcome: text('outcome').notNull(),
    count: integer('count').notNull(),
    /** Histograms: how many requests fell into each of `LATENCY_BOUNDS_MS` (src/limits/usage.ts). */
    gatewayMs: json<readonly number[]>('gateway_ms').notNull(),
    originMs: json<readonly number[]>('origin_ms').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.organizationId, t.grain, t.start, t.keyId, t.routeId, t.statusClass, t.outcome],
    }),
    index('usage_key_index').on(t.organizationId, t.keyId, t.grain, t.start),
    index('usage_start_index').on(t.grain, t.start),
    oneOf('usage_grain_check', t.grain, USAGE_GRAINS),
  ],
)
