// What the overview says of keys: how many there are in which state, how many came and went on which day, and which were revoked last.
// A deleted project or organization has no keys any more. All of it is bounded: keys may be a million.
import { and, desc, eq, isNotNull, sql, type SQL } from 'drizzle-orm'
import type { ShownKeyState } from '../model/effective.ts'
import { apiKeys } from '../model/schema/api-keys.ts'
import { organizations, projects } from '../model/schema/tenants.ts'
import type { Database, Databases } from './database.ts'
import { isLeft } from './external-id.ts'
import { openWithin, within, type Reach } from './reach.ts'

/** Keys that are counted, of each database: a tenth of a second. */
export const MAX_COUNTED = 100_000
/** Revoked keys that are looked at, of which some may be of other teams, or deleted. */
const MAX_REVOKED = 1_000

const DAY_MS = 86_400_000

/** Epoch milliseconds. */
export interface OverviewTimes {
  readonly now: number
  /** When the first day begins that is counted by itself. */
  readonly from: number
}

/** Keys that are alike. */
export interface KeyGroup {
  /** As it is shown; null: deleted. */
  readonly state: ShownKeyState | null
  /** Of an active key: within how many days it ends, 7 or 30; null: later, or never. */
  readonly endsWithin: 7 | 30 | null
  /** On which day from the first one, 0 and on; null: before. */
  readonly createdOn: number | null
  readonly revokedOn: number | null
  readonly count: number
}

export async function countKeysByDay(
  databases: Databases,
  reach: Reach,
  times: OverviewTimes,
): Promise<{ readonly groups: readonly KeyGroup[]; readonly isAll: boolean }> {
  const found = await Promise.all(openWithin(databases, reach).map((db) => keyGroupsQuery(db, reach, times)))
  const isAll = found.every((groups) => groups.reduce((sum, { count }) => sum + count, 0) <= MAX_COUNTED)
  return { groups: found.flat(), isAll }
}

/**
 * CROSS JOIN: project by project, each by an index that holds all that is asked for. Exported for the test that reads its query plan.
 */
export function keyGroupsQuery(db: Database, reach: Reach, { now, from }: OverviewTimes) {
  const some = db
    .select({
      state: apiKeys.state,
      createdAt: apiKeys.createdAt,
      revokedAt: apiKeys.revokedAt,
      endsAt: END.as('ends_at'),
    })
    .from(organizations)
    .crossJoin(projects)
    .crossJoin(apiKeys)
    .where(
      and(
        // As a list, which is the same as `isLeft`: SQLite walks no index for what is not so.
        sql`${organizations.state} IN ('active', 'suspended')`,
        eq(projects.organizationId, organizations.id),
        isLeft(projects.state),
        eq(apiKeys.projectId, projects.id),
        within(reach, organizations.id, 'every_team'),
        within(reach, projects.organizationId, { team: projects.teamId }),
      ),
    )
    .limit(MAX_COUNTED + 1)
    .as('some')
  // D1 takes numbers as REAL, of which a quotient has a rest.
  const dayOf = (at: SQL | typeof some.createdAt | typeof some.revokedAt) =>
    sql<number | null>`CASE WHEN ${at} >= ${from} THEN CAST((${at} - ${from}) / ${DAY_MS} AS INTEGER) END`
  const isEnded = sql`${some.endsAt} <= ${now}`
  return db
    .select({
      state: sql<ShownKeyState | null>`CASE WHEN ${some.state} = 'deleted' THEN NULL WHEN ${some.state} = 'revoked' THEN 'revoked' WHEN ${isEnded} THEN 'expired' ELSE ${some.state} END`,
      endsWithin: sql<
        7 | 30 | null
      >`CASE WHEN ${some.state} <> 'active' OR ${isEnded} THEN NULL WHEN ${some.endsAt} <= ${now + 7 * DAY_MS} THEN 7 WHEN ${some.endsAt} <= ${now + 30 * DAY_MS} THEN 30 END`,
      createdOn: dayOf(some.createdAt),
      revokedOn: dayOf(some.revokedAt),
      count: sql<number>`count(*)`,
    })
    .from(some)
    .groupBy(sql`1`, sql`2`, sql`3`, sql`4`)
}

/** The same rule as `effectiveEnd` in src/model/effective.ts: one that is NULL says nothing. */
const END = sql<
  number | null
>`min(ifnull(${apiKeys.expiresAt}, ${apiKeys.rotationGraceEndsAt}), ifnull(${apiKeys.rotationGraceEndsAt}, ${apiKeys.expiresAt}))`

export interface RevokedKey {
  readonly id: string
  readonly name: string
  readonly start: string
  readonly last4: string
  readonly hash: string
  readonly organizationId: string
  /** Epoch milliseconds. */
  readonly revokedAt: number
  readonly reason: string | null
}

/** Newest first. */
export async function listRevoked(
  databases: Databases,
  reach: Reach,
  limit: number,
): Promise<readonly RevokedKey[]> {
  const found = await Promise.all(openWithin(databases, reach).map((db) => revokedQuery(db, reach, limit)))
  return found
    .flat()
    .sort((a, b) => b.revokedAt - a.revokedAt)
    .slice(0, limit)
}

/** Exported for the test that reads its query plan. */
export function revokedQuery(db: Database, reach: Reach, limit: number) {
  const newest = db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      start: apiKeys.start,
      last4: apiKeys.last4,
      hash: apiKeys.hash,
      state: apiKeys.state,
      organizationId: apiKeys.organizationId,
      projectId: apiKeys.projectId,
      revokedAt: sql<number>`${apiKeys.revokedAt}`.as('revoked_at'),
      reason: apiKeys.revocationReason,
    })
    .from(apiKeys)
    .where(and(isNotNull(apiKeys.revokedAt), within(reach, apiKeys.organizationId, 'every_team')))
    .orderBy(desc(apiKeys.revokedAt))
    .limit(MAX_REVOKED)
    .as('newest')
  return db
    .select()
    .from(newest)
    .where(
      and(eq(newest.state, 'revoked'), within(reach, newest.organizationId, { project: newest.projectId })),
    )
    .orderBy(desc(newest.revokedAt))
    .limit(limit)
}
