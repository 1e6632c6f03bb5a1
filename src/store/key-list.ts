// Lists of keys. Each combination of filters walks an index that is in the order of ids already: a test reads the plan of
// every one and refuses a scan or a sort.
import { and, desc, eq, getTableColumns, gt, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm'
import { apiKeys, keyTags } from '../model/schema/api-keys.ts'
import type { ShownKeyState } from '../model/effective.ts'
import type { KeyRow } from './api-keys.ts'
import type { Database, Databases } from './database.ts'
import { isCalled, isLeft, type ExternalIdFilter } from './external-id.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { openWithin, within, type Reach } from './reach.ts'

export interface KeyFilter extends ExternalIdFilter {
  readonly projectId?: string | undefined
  readonly state?: ShownKeyState | undefined
  readonly last4?: string | undefined
  readonly tag?: string | undefined
}

export async function listKeys(
  databases: Databases,
  reach: Reach,
  filter: KeyFilter,
  page: PageRequest,
  now: number,
): Promise<Page<KeyRow>> {
  const lists = openWithin(databases, reach).map((db) => keysQuery(db, reach, filter, page, now))
  return toPage(await Promise.all(lists), page)
}

/** Exported for the test that reads its query plan. `now` is epoch milliseconds: expiry follows from it. */
export function keysQuery(db: Database, reach: Reach, filter: KeyFilter, page: PageRequest, now: number) {
  return filter.tag === undefined
    ? byKey(db, reach, filter, page, now)
    : byTag(db, reach, filter.tag, filter, page, now)
}

function byKey(db: Database, reach: Reach, filter: KeyFilter, page: PageRequest, now: number) {
  return db
    .select(getTableColumns(apiKeys))
    .from(apiKeys)
    .where(
      and(within(reach, apiKeys.organizationId), lt(apiKeys.id, before(page)), ...conditions(filter, now)),
    )
    .orderBy(desc(apiKeys.id))
    .limit(rowsToRead(page))
}

// CROSS JOIN is SQLite's way to fix the order of a join: left to choose, it may walk the keys and sort at the end.
function byTag(db: Database, reach: Reach, tag: string, filter: KeyFilter, page: PageRequest, now: number) {
  return db
    .select(getTableColumns(apiKeys))
    .from(keyTags)
    .crossJoin(apiKeys)
    .where(
      and(
        within(reach, keyTags.organizationId),
        eq(keyTags.tag, tag),
        lt(keyTags.keyId, before(page)),
        eq(apiKeys.id, keyTags.keyId),
        within(reach, apiKeys.organizationId),
        ...conditions(filter, now),
      ),
    )
    .orderBy(desc(keyTags.keyId))
    .limit(rowsToRead(page))
}

function conditions(filter: KeyFilter, now: number): readonly (SQL | undefined)[] {
  const { projectId, last4, state } = filter
  return [
    isCalled(filter, apiKeys.externalId),
    projectId === undefined ? undefined : eq(apiKeys.projectId, projectId),
    last4 === undefined ? undefined : eq(apiKeys.last4, last4),
    state === undefined ? isLeft(apiKeys.state) : SHOWN_AS[state](now),
  ]
}

// The same rule as `shownState` in src/model/effective.ts. The states are literals, not parameters: SQLite uses an index
// `WHERE state = 'active'` only for a statement that says so itself.
const SHOWN_AS: Readonly<Record<ShownKeyState, (now: number) => SQL | undefined>> = {
  pending: (now) => and(sql`${apiKeys.state} = 'pending'`, notEnded(now)),
  active: (now) => and(sql`${apiKeys.state} = 'active'`, notEnded(now)),
  disabled: (now) => and(sql`${apiKeys.state} = 'disabled'`, notEnded(now)),
  expired: (now) => and(sql`${apiKeys.state} NOT IN ('revoked', 'deleted')`, ended(now)),
  revoked: () => sql`${apiKeys.state} = 'revoked'`,
}

function ended(now: number): SQL | undefined {
  return or(lte(apiKeys.expiresAt, now), lte(apiKeys.rotationGraceEndsAt, now))
}

// Not `NOT ended`: a key without an expiry has NULL there, and NOT NULL is NULL.
function notEnded(now: number): SQL | undefined {
  return and(
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
    or(isNull(apiKeys.rotationGraceEndsAt), gt(apiKeys.rotationGraceEndsAt, now)),
  )
}
