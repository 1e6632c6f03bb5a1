// Plans: named limits and quotas.
import { sql } from 'drizzle-orm'
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { KeyPolicy } from '../policy.ts'
import {
  CONFIG_STATES,
  LIMIT_ALGORITHMS,
  LIMIT_ENFORCEMENTS,
  LIMIT_SUBJECTS,
  OUTAGE_CHOICES,
  QUOTA_ANCHORS,
  QUOTA_PERIODS,
  QUOTA_TIME_ZONES,
} from '../vocabulary.ts'
import { id, json, oneOf, type JsonObject, tracked } from './columns.ts'

export const plans = sqliteTable(
  'plans',
  {
    id: id(),
    name: text('name').notNull(),
    state: text('state', { enum: CONFIG_STATES }).notNull().default('active'),
    deletedAt: integer('deleted_at'),
    /** Rules for the keys of this plan: maximum lifetime, allowed scopes. */
    keyRules: json<KeyPolicy>('key_rules').notNull().default({}),
    metadata: json<JsonObject>('metadata').notNull().default({}),
    ...tracked(),
  },
  (t) => [
    oneOf('plans_state_check', t.state, CONFIG_STATES),
    uniqueIndex('plans_name_unique')
      .on(t.name)
      .where(sql`state = 'active'`),
    index('plans_state_index').on(t.state, t.id),
  ],
)

export const planLimits = sqliteTable(
  'plan_limits',
  {
    planId: text('plan_id')
      .notNull()
      .references(() => plans.id),
    name: text('name').notNull(),
    limit: integer('limit').notNull(),
    periodSeconds: integer('period_seconds').notNull(),
    burst: integer('burst'),
    per: text('per', { enum: LIMIT_SUBJECTS }).notNull().default('key'),
    enforcement: text('enforcement', { enum: LIMIT_ENFORCEMENTS }).notNull().default('leased'),
    algorithm: text('algorithm', { enum: LIMIT_ALGORITHMS }).notNull().default('gcra'),
    onOutage: text('on_outage', { enum: OUTAGE_CHOICES }).notNull().default('allow'),
  },
  (t) => [
    primaryKey({ columns: [t.planId, t.name] }),
    check('plan_limits_limit_check', sql`${t.limit} >= 0 AND ${t.periodSeconds} >= 1`),
  ],
)

export const planQuotas = sqliteTable(
  'plan_quotas',
  {
    planId: text('plan_id')
      .notNull()
      .references(() => plans.id),
    name: text('name').notNull(),
    limit: integer('limit').notNull(),
    period: text('period', { enum: QUOTA_PERIODS }).notNull(),
    per: text('per', { enum: LIMIT_SUBJECTS }).notNull().default('key'),
    /** Percent of the limit from which answers carry a warning. */
    warnAt: integer('warn_at'),
    enforcement: text('enforcement', { enum: LIMIT_ENFORCEMENTS }).notNull().default('leased'),
    onOutage: text('on_outage', { enum: OUTAGE_CHOICES }).notNull().default('allow'),
    timeZone: text('time_zone', { enum: QUOTA_TIME_ZONES }).notNull().default('organization'),
    anchor: text('anchor', { enum: QUOTA_ANCHORS }).notNull().default('calendar'),
    /** Credits that each period adds, up to the limit; null: each period begins with the whole limit. */
    refill: integer('refill'),
  },
  (t) => [
    primaryKey({ columns: [t.planId, t.name] }),
    check('plan_quotas_limit_check', sql`${t.limit} >= 0`),
  ],
)
