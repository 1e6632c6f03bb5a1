// Many rows in one statement. All of them travel as one JSON parameter, where a parameter for each value would exceed the 100
// that D1 takes at the fifth key.
import { getTableColumns, sql, type InferSelectModel, type SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** What takes the place of a value, such as a condition that must hold. @param value as it was given */
export type Replacements = Readonly<Record<string, (value: SQL) => SQL>>

/** Inserts whole rows. */
export function insertRows<T extends SQLiteTable>(
  db: Database,
  table: T,
  rows: readonly InferSelectModel<T>[],
  replaced: Replacements = {},
): readonly Statement[] {
  if (rows.length === 0) return []
  const columns = columnsOf(table)
  const values = columns.map(([name]) => replaced[name]?.(given(name)) ?? given(name))
  const statement = db
    .insert(table)
    .select(sql`SELECT ${sql.join(values, sql`, `)} FROM ${source(columns, rows)}`)
  return [statement]
}

/** These members of rows, as a table that a statement reads from: each row is `item`, see `given`. */
export function rowsAsTable(table: SQLiteTable, names: readonly string[], rows: readonly object[]): SQL {
  return source(
    columnsOf(table).filter(([name]) => names.includes(name)),
    rows,
  )
}

function columnsOf(table: SQLiteTable): readonly (readonly [name: string, column: SQLiteColumn])[] {
  return Object.entries(getTableColumns(table))
}

/** A member of the row that is being read. @param name of a column's property: never anything that a caller sent */
export function given(name: string): SQL {
  return sql`item ->> ${sql.raw(`'${name}'`)}`
}

function source(
  columns: readonly (readonly [name: string, column: SQLiteColumn])[],
  rows: readonly object[],
): SQL {
  const items = rows.map((row) => {
    const values = new Map<string, unknown>(Object.entries(row))
    return Object.fromEntries(columns.map(([name, column]) => [name, driverValue(column, values.get(name))]))
  })
  return sql`(SELECT value AS item FROM json_each(${JSON.stringify(items)})) AS given`
}

function driverValue(column: SQLiteColumn, value: unknown): unknown {
  return value === null || value === undefined ? null : column.mapToDriverValue(value)
}
