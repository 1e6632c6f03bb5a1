// Lists by the caller's own id of a thing: what a client that keeps its state elsewhere asks before it creates.
import { eq, sql, type SQL } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'

export interface ExternalIdFilter {
  readonly externalId?: string | undefined
}

/** The condition of a filter; undefined where it asks for nothing. */
export function isCalled({ externalId }: ExternalIdFilter, column: AnySQLiteColumn): SQL | undefined {
  return externalId === undefined ? undefined : eq(column, externalId)
}

/**
 * True of what is not deleted. A literal and not a parameter: SQLite uses an index `WHERE state <> 'deleted'`, such as that of
 * external ids, only for a statement that says so itself.
 */
export function isLeft(state: AnySQLiteColumn): SQL {
  return sql`${state} <> 'deleted'`
}
