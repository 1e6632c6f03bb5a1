// Plans, with their named limits and quotas. Configuration: in the first database, whatever the tenants do.
import { and, asc, desc, eq, lt, sql, type SQL } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { planLimits, planQuotas, plans } from '../model/schema/plans.ts'
import type { Result } from '../result.ts'
import { orConflict, type Conflict } from './conflict.ts'
import { open, type Database, type Databases } from './database.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'

export type PlanRow = typeof plans.$inferSelect
export type LimitRow = typeof planLimits.$inferSelect
export type QuotaRow = typeof planQuotas.$inferSelect

export interface PlanRecord extends PlanRow {
  readonly limits: readonly LimitRow[]
  readonly quotas: readonly QuotaRow[]
}

/** Stores a plan whole, in one batch. */
export async function createPlan(
  databases: Databases,
  row: typeof plans.$inferInsert,
  limits: readonly LimitRow[],
  quotas: readonly QuotaRow[],
): Promise<Result<PlanRecord, Conflict>> {
  const db = open(databases.primary)
  const written = await orConflict(
    db.batch([
      db.insert(plans).values(row).returning(),
      // A statement each: one for all would exceed D1's 100 parameters at the twelfth limit.
      ...limits.map((limit) => db.insert(planLimits).values(limit)),
      ...quotas.map((quota) => db.insert(planQuotas).values(quota)),
    ]),
    ['name'],
  )
  if (!written.ok) return written
  const [plan] = written.value[0]
  if (plan === undefined) throw new Error('an insert returned no row')
  return { ok: true, value: { ...plan, limits, quotas } }
}

export async function findPlan(databases: Databases, id: string): Promise<PlanRecord | null> {
  const db = open(databases.primary)
  const rows = await db
    .select()
    .from(plans)
    .where(and(eq(plans.id, id), eq(plans.state, 'active')))
  const [plan] = await withParts(db, rows)
  return plan ?? null
}

export async function listPlans(databases: Databases, page: PageRequest): Promise<Page<PlanRecord>> {
  const db = open(databases.primary)
  const { items, next } = toPage([await plansQuery(db, page)], page)
  return { items: await withParts(db, items), next }
}

/** Exported for the test that reads its query plan. */
export function plansQuery(db: Database, page: PageRequest) {
  return db
    .select()
    .from(plans)
    .where(and(eq(plans.state, 'active'), lt(plans.id, before(page))))
    .orderBy(desc(plans.id))
    .limit(rowsToRead(page))
}

async function withParts(db: Database, rows: readonly PlanRow[]): Promise<readonly PlanRecord[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const [limits, quotas] = await db.batch([
    db.select().from(planLimits).where(isIn(planLimits.planId, ids)).orderBy(asc(planLimits.name)),
    db.select().from(planQuotas).where(isIn(planQuotas.planId, ids)).orderBy(asc(planQuotas.name)),
  ])
  return rows.map((plan) => ({
    ...plan,
    limits: limits.filter((limit) => limit.planId === plan.id),
    quotas: quotas.filter((quota) => quota.planId === plan.id),
  }))
}

// One parameter for all ids, where `inArray` would need one each and D1 takes 100.
function isIn(column: AnySQLiteColumn, ids: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`
}
