// Lists of keys. Each combination of filters walks an index that is in the order of ids already: a test reads the plan of
// every one and refuses a scan or a sort.
import { and, desc, eq, getTableColumns, gt, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm'
import { apiKeys, keyTags, keyTerms } from '../model/schema/api-keys.ts'
import type { ShownKeyState } from '../model/effective.ts'
import type { Environment, KeyKind } from '../model/vocabulary.ts'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
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
  /** All of them, see `key-terms.ts`. */
  readonly terms?: readonly string[] | undefined
  readonly ownerMemberId?: string | undefined
  readonly environment?: Environment | undefined
  readonly kind?: KeyKind | undefined
  /** Not used since then, and made before. Epoch milliseconds. */
  readonly unusedSince?: number | undefined
  /** By its expiry or the end of its grace. Epoch milliseconds. */
  readonly endsBefore?: number | undefined
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
  const { terms: [term, ...terms] = [], ...rest } = filter
  if (term !== undefined) return byTerm(db, reach, term, { ...rest, terms }, page, now)
  const { tag, ...others } = filter
  return tag === undefined ? byKey(db, reach, others, page, now) : byTag(db, reach, tag, others, page, now)
}

function byKey(db: Database, reach: Reach, filter: KeyFilter, page: PageRequest, now: number) {
  return db
    .select(getTableColumns(apiKeys))
    .from(apiKeys)
    .where(
      and(
        within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
        lt(apiKeys.id, before(page)),
        ...conditions(filter, now),
      ),
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
        within(reach, keyTags.organizationId, 'every_team'),
        eq(keyTags.tag, tag),
        lt(keyTags.keyId, before(page)),
        eq(apiKeys.id, keyTags.keyId),
        within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
        ...conditions(filter, now),
      ),
    )
    .orderBy(desc(keyTags.keyId))
    .limit(rowsToRead(page))
}

function byTerm(db: Database, reach: Reach, term: string, filter: KeyFilter, page: PageRequest, now: number) {
  return db
    .select(getTableColumns(apiKeys))
    .from(keyTerms)
    .crossJoin(apiKeys)
    .where(
      and(
        within(reach, keyTerms.organizationId, 'every_team'),
        eq(keyTerms.term, term),
        lt(keyTerms.keyId, before(page)),
        eq(apiKeys.id, keyTerms.keyId),
        within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
        ...conditions(filter, now),
      ),
    )
    .orderBy(desc(keyTerms.keyId))
    .limit(rowsToRead(page))
}

function conditions(filter: KeyFilter, now: number): readonly (SQL | undefined)[] {
  const { tag, state, terms = [], unusedSince, endsBefore } = filter
  return [
    isCalled(filter, apiKeys.externalId),
    given(apiKeys.projectId, filter.projectId),
    given(apiKeys.last4, filter.last4),
    given(apiKeys.ownerMemberId, filter.ownerMemberId),
    given(apiKeys.environment, filter.environment),
    given(apiKeys.kind, filter.kind),
    state === undefined ? isLeft(apiKeys.state) : SHOWN_AS[state](now),
    tag === undefined ? undefined : hasTag(tag),
    ...terms.map(hasTerm),
    unusedSince === undefined
      ? undefined
      : sql`ifnull(${apiKeys.lastUsedAt}, ${apiKeys.createdAt}) < ${unusedSince}`,
    endsBefore === undefined ? undefined : endBefore(endsBefore),
  ]
}

function given(column: AnySQLiteColumn, value: string | undefined): SQL | undefined {
  return value === undefined ? undefined : eq(column, value)
}

// With `+` no index serves it: those of expiries are in the order of expiries, and the page would have to be sorted.
function endBefore(time: number): SQL {
  return sql`+(${lt(apiKeys.expiresAt, time)} OR ${lt(apiKeys.rotationGraceEndsAt, time)})`
}

// One look-up for each key that is looked at.
function hasTag(tag: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${keyTags} AS t WHERE t.organization_id = ${apiKeys.organizationId} AND t.tag = ${tag} AND t.key_id = ${apiKeys.id})`
}

function hasTerm(term: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${keyTerms} AS t WHERE t.organization_id = ${apiKeys.organizationId} AND t.term = ${term} AND t.key_id = ${apiKeys.id})`
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
  // With `+` it is a value: as an OR, SQLite would look up the same row once for each side.
  return sql`+(${lte(apiKeys.expiresAt, now)} OR ${lte(apiKeys.rotationGraceEndsAt, now)})`
}

// Not `NOT ended`: a key without an expiry has NULL there, and NOT NULL is NULL.
function notEnded(now: number): SQL | undefined {
  return and(
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
    or(isNull(apiKeys.rotationGraceEndsAt), gt(apiKeys.rotationGraceEndsAt, now)),
  )
}
