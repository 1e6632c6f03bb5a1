// Plans, with their named limits and quotas. Configuration: in the first database, whatever the tenants do.
import { and, asc, desc, eq, lt, sql, type SQL } from 'drizzle-orm'
import { planLimits, planQuotas, plans } from '../model/schema/plans.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'
import { isIn } from './is-in.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { completeRow, type Statement } from './statement.ts'

export type PlanRow = typeof plans.$inferSelect
export type LimitRow = typeof planLimits.$inferSelect
export type QuotaRow = typeof planQuotas.$inferSelect

export interface PlanRecord extends PlanRow {
  readonly limits: readonly LimitRow[]
  readonly quotas: readonly QuotaRow[]
}

/** A plan as it will be stored. */
export function newPlanRecord(
  given: typeof plans.$inferInsert,
  limits: readonly LimitRow[],
  quotas: readonly QuotaRow[],
): PlanRecord {
  return { ...completeRow(plans, given), limits, quotas }
}

export function insertPlan(db: Database, { limits, quotas, ...row }: PlanRecord): readonly Statement[] {
  return [db.insert(plans).values(row), ...insertLimits(db, limits), ...insertQuotas(db, quotas)]
}

/** Changes a plan. Limits and quotas that are among the changes take the place of all that were there. */
export function updatePlan(
  db: Database,
  row: PlanRecord,
  { limits, quotas, ...set }: Partial<PlanRecord>,
): readonly Statement[] {
  const same = and(eq(plans.id, row.id), eq(plans.version, row.version))
  return [
    db.update(plans).set(set).where(same),
    ...(limits === undefined
      ? []
      : [db.delete(planLimits).where(eq(planLimits.planId, row.id)), ...insertLimits(db, limits)]),
    ...(quotas === undefined
      ? []
      : [db.delete(planQuotas).where(eq(planQuotas.planId, row.id)), ...insertQuotas(db, quotas)]),
  ]
}

// A statement each: one for all would exceed D1's 100 parameters at the twelfth limit.
function insertLimits(db: Database, limits: readonly LimitRow[]): readonly Statement[] {
  return limits.map((limit) => db.insert(planLimits).values(limit))
}

function insertQuotas(db: Database, quotas: readonly QuotaRow[]): readonly Statement[] {
  return quotas.map((quota) => db.insert(planQuotas).values(quota))
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

/**
 * The condition under which a row may refer to a plan, for the batch that writes the row: the plan may be deleted between the
 * look and the write. Undefined where the row lies in another database than the plans, which one batch cannot span.
 */
export function planStands(
  databases: Databases,
  organizationId: string,
  planId: string | null | undefined,
): SQL | undefined {
  if (!planId || databaseOf(databases, organizationId) !== databases.primary) return undefined
  return sql`EXISTS (SELECT 1 FROM ${plans} WHERE ${plans.id} = ${planId} AND ${plans.state} = 'active')`
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
