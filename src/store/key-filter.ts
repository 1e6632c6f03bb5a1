// What a list of keys is asked for, as conditions on the way that the list takes: those of the index that it walks, and those that
// each key on the way is held against.
import { and, eq, gt, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { apiKeys, keyTags, keyTerms } from '../model/schema/api-keys.ts'
import type { ShownKeyState } from '../model/effective.ts'
import type { Environment, KeyKind, KeyState } from '../model/vocabulary.ts'
import { isLeft, type ExternalIdFilter } from './external-id.ts'
import { within, type Reach } from './reach.ts'

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

export interface Walk {
  /** Holds ids of keys, in the order of which the walk goes. */
  readonly id: AnySQLiteColumn
  /** Of the index: every row that fits is looked at, newest first. */
  readonly along: readonly (SQL | undefined)[]
  /** Of the keys on the way. */
  readonly only: readonly (SQL | undefined)[]
}

/** @param now epoch milliseconds: expiry follows from it */
export function walkOf(reach: Reach, filter: KeyFilter, now: number): Walk {
  const { terms: [term, ...terms] = [], tag, ...rest } = filter
  if (term !== undefined)
    return {
      id: keyTerms.keyId,
      along: [within(reach, keyTerms.organizationId, 'every_team'), eq(keyTerms.term, term)],
      only: [...terms.map(hasTerm), ...(tag === undefined ? [] : [hasTag(tag)]), ...ofKeys(reach, rest, now)],
    }
  if (tag !== undefined)
    return {
      id: keyTags.keyId,
      along: [within(reach, keyTags.organizationId, 'every_team'), eq(keyTags.tag, tag)],
      only: ofKeys(reach, rest, now),
    }
  return { id: apiKeys.id, along: alongKeys(reach, rest), only: ofKeys(reach, rest, now) }
}

// The one index that is likely to find the fewest.
function alongKeys(reach: Reach, filter: KeyFilter): readonly (SQL | undefined)[] {
  const { externalId, last4, ownerMemberId, projectId, state } = filter
  if (externalId !== undefined) return [eq(apiKeys.externalId, externalId)]
  if (last4 !== undefined) return [eq(apiKeys.last4, last4)]
  if (ownerMemberId !== undefined) return [eq(apiKeys.ownerMemberId, ownerMemberId)]
  const stored = state === undefined ? undefined : STORED_AS[state]
  if (projectId !== undefined) return [eq(apiKeys.projectId, projectId), stored]
  return [within(reach, apiKeys.organizationId, 'every_team'), stored]
}

function ofKeys(reach: Reach, filter: KeyFilter, now: number): readonly (SQL | undefined)[] {
  const { state, unusedSince, endsBefore } = filter
  return [
    within(reach, apiKeys.organizationId, { project: apiKeys.projectId }),
    state === undefined ? isLeft(apiKeys.state) : SHOWN_AS[state](now),
    given(apiKeys.externalId, filter.externalId),
    given(apiKeys.last4, filter.last4),
    given(apiKeys.ownerMemberId, filter.ownerMemberId),
    given(apiKeys.projectId, filter.projectId),
    given(apiKeys.environment, filter.environment),
    given(apiKeys.kind, filter.kind),
    unusedSince === undefined
      ? undefined
      : sql`ifnull(${apiKeys.lastUsedAt}, ${apiKeys.createdAt}) < ${unusedSince}`,
    endsBefore === undefined
      ? undefined
      : sql`+(${lt(apiKeys.expiresAt, endsBefore)} OR ${lt(apiKeys.rotationGraceEndsAt, endsBefore)})`,
  ]
}

function given(column: AnySQLiteColumn, wanted: string | undefined): SQL | undefined {
  return wanted === undefined ? undefined : eq(column, wanted)
}

// One look-up for each key that is looked at.
function hasTag(tag: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${keyTags} AS t WHERE t.organization_id = ${apiKeys.organizationId} AND t.tag = ${tag} AND t.key_id = ${apiKeys.id})`
}

function hasTerm(term: string): SQL {
  return sql`EXISTS (SELECT 1 FROM ${keyTerms} AS t WHERE t.organization_id = ${apiKeys.organizationId} AND t.term = ${term} AND t.key_id = ${apiKeys.id})`
}

// The states are literals, not parameters: SQLite uses an index `WHERE state = 'active'` only for a statement that says so itself.
const stored = (state: KeyState) => sql`${apiKeys.state} = ${sql.raw(`'${state}'`)}`

/** What is shown as expired may be stored as anything. */
const STORED_AS: Readonly<Record<ShownKeyState, SQL | undefined>> = {
  pending: stored('pending'),
  active: stored('active'),
  disabled: stored('disabled'),
  expired: undefined,
  revoked: stored('revoked'),
}

/** The same rule as `shownState` in src/model/effective.ts. */
const SHOWN_AS: Readonly<Record<ShownKeyState, (now: number) => SQL | undefined>> = {
  pending: (now) => and(STORED_AS.pending, notEnded(now)),
  active: (now) => and(STORED_AS.active, notEnded(now)),
  disabled: (now) => and(STORED_AS.disabled, notEnded(now)),
  expired: (now) => and(sql`${apiKeys.state} NOT IN ('revoked', 'deleted')`, ended(now)),
  revoked: () => STORED_AS.revoked,
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
