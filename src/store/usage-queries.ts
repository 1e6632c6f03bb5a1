// What usage is asked for: how a key, a project, a route or an organization was used over time, and which keys most.
// Every query stays within its reach. How long a period may be is for its caller to say: all rows of it are read.
import { and, desc, eq, gte, lt, ne, sql, type SQL } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { LATENCY_BOUNDS_MS, type Histogram } from '../limits/usage.ts'
import { apiKeys } from '../model/schema/api-keys.ts'
import { usage } from '../model/schema/usage.ts'
import type { UsageGrain } from '../model/vocabulary.ts'
import type { Database, Databases } from './database.ts'
import { openWithin, within, type Reach } from './reach.ts'
import { toPoints, type UsagePoint, type UsageSum } from './usage-points.ts'

export interface UsagePeriod {
  readonly grain: UsageGrain
  /** Buckets that begin from here, epoch milliseconds. */
  readonly fromMs: number
  /** And before here. */
  readonly toMs: number
}

/** Nothing: all that is in reach. */
export interface UsageFilter {
  readonly keyId?: string | undefined
  readonly projectId?: string | undefined
  readonly routeId?: string | undefined
}

export interface TopKey {
  readonly keyId: string
  readonly projectId: string
  readonly organizationId: string
  /** Requests, refused ones included. */
  readonly count: number
}

/** Points in the order of time; a bucket without requests has none. */
export async function readUsage(
  databases: Databases,
  reach: Reach,
  filter: UsageFilter,
  period: UsagePeriod,
): Promise<readonly UsagePoint[]> {
  return toPoints(await readUsageSums(databases, reach, filter, period))
}

/** What points, and totals, are made of. */
export async function readUsageSums(
  databases: Databases,
  reach: Reach,
  filter: UsageFilter,
  period: UsagePeriod,
): Promise<readonly UsageSum[]> {
  const lists = openWithin(databases, reach).map((db) => usageQuery(db, reach, filter, period))
  return (await Promise.all(lists)).flat()
}

/** The keys with the most requests, most first. A key's organization is in one database, and so are all its counts. */
export async function readTopKeys(
  databases: Databases,
  reach: Reach,
  period: UsagePeriod,
  limit: number,
): Promise<readonly TopKey[]> {
  const lists = openWithin(databases, reach).map((db) => topKeysQuery(db, reach, period, limit))
  return (await Promise.all(lists))
    .flat()
    .sort((a, b) => b.count - a.count)
    .slice(0, limit)
}

/** Exported for the test that reads its query plan. */
export function usageQuery(db: Database, reach: Reach, filter: UsageFilter, period: UsagePeriod) {
  return filter.keyId === undefined && filter.projectId === undefined
    ? ofAll(db, reach, filter, period)
    : ofKeys(db, reach, filter, period)
}

/** Exported for the test that reads its query plan. */
export function topKeysQuery(db: Database, reach: Reach, period: UsagePeriod, limit: number) {
  return db
    .select({
      keyId: usage.keyId,
      projectId: usage.projectId,
      organizationId: usage.organizationId,
      count: sql<number>`sum(${usage.count})`,
    })
    .from(usage)
    .where(
      and(
        within(reach, usage.organizationId, { project: usage.projectId }),
        during(period),
        ne(usage.keyId, ''),
      ),
    )
    .groupBy(usage.keyId)
    .orderBy(desc(sql`sum(${usage.count})`), usage.keyId)
    .limit(limit)
}

function ofAll(db: Database, reach: Reach, { routeId }: UsageFilter, period: UsagePeriod) {
  return db
    .select(SUMS)
    .from(usage)
    .where(
      and(
        within(reach, usage.organizationId, { project: usage.projectId }),
        during(period),
        given(usage.routeId, routeId),
      ),
    )
    .groupBy(usage.start, usage.statusClass, usage.outcome)
}

// The keys come first, so that each is an index look-up: a key's own row says whose it is, and a project's usage is that of
// all keys it ever had. CROSS JOIN is SQLite's way to fix the order of a join.
function ofKeys(db: Database, reach: Reach, { keyId, projectId, routeId }: UsageFilter, period: UsagePeriod) {
  return db
    .select(SUMS)
    .from(apiKeys)
    .crossJoin(usage)
    .where(
      and(
        given(apiKeys.id, keyId),
        given(apiKeys.projectId, projectId),
        within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
        eq(usage.organizationId, apiKeys.organizationId),
        eq(usage.keyId, apiKeys.id),
        during(period),
        given(usage.routeId, routeId),
      ),
    )
    .groupBy(usage.start, usage.statusClass, usage.outcome)
}

const SUMS = {
  startMs: usage.start,
  statusClass: usage.statusClass,
  outcome: usage.outcome,
  count: sql<number>`sum(${usage.count})`,
  gatewayMs: sumOfHistogram(usage.gatewayMs),
  originMs: sumOfHistogram(usage.originMs),
}

// Bucket by bucket; `total`, because `sum` of what is missing is NULL.
function sumOfHistogram(column: AnySQLiteColumn) {
  const totals = LATENCY_BOUNDS_MS.map((_, i) => sql`total(${column} ->> ${sql.raw(String(i))})`)
  return sql`json_array(${sql.join(totals, sql`, `)})`.mapWith(parseHistogram)
}

function parseHistogram(text: string): Histogram {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by `json_array`
  return JSON.parse(text) as Histogram
}

function during({ grain, fromMs, toMs }: UsagePeriod): SQL | undefined {
  return and(eq(usage.grain, grain), gte(usage.start, fromMs), lt(usage.start, toMs))
}

function given(column: AnySQLiteColumn, value: string | undefined): SQL | undefined {
  return value === undefined ? undefined : eq(column, value)
}
