// Many rows in few statements. They travel as one JSON parameter, where a parameter for each value would exceed the 100 that D1
// takes at the fifth key; and as another one where it would exceed the 2 MB that D1 takes of a value.
import { getTableColumns, sql, type InferSelectModel, type SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from './database.ts'
import type { Statement } from './statement.ts'

/** What takes the place of a value, such as a condition that must hold. @param value as it was given */
export type Replacements = Readonly<Record<string, (value: SQL) => SQL>>

const MAX_PARAMETER_BYTES = 1_500_000

/** Inserts whole rows, in their order. */
export function insertRows<T extends SQLiteTable>(
  db: Database,
  table: T,
  rows: readonly InferSelectModel<T>[],
  replaced: Replacements = {},
): readonly Statement[] {
  if (rows.length === 0) return []
  const columns = columnsOf(table)
  const values = columns.map(([name]) => replaced[name]?.(given(name)) ?? given(name))
  return parametersOf(itemsOf(columns, rows)).map((items) =>
    db.insert(table).select(sql`SELECT ${sql.join(values, sql`, `)} FROM ${source(items)}`),
  )
}

/** JSON arrays that together hold all items. */
function parametersOf(items: readonly object[]): readonly string[] {
  const parameters: string[][] = []
  let bytes = Infinity
  for (const item of items.map((one) => JSON.stringify(one))) {
    const itemBytes = new TextEncoder().encode(item).byteLength + 1
    bytes += itemBytes
    if (bytes > MAX_PARAMETER_BYTES) {
      parameters.push([])
      bytes = itemBytes
    }
    parameters.at(-1)?.push(item)
  }
  return parameters.map((parts) => `[${parts.join(',')}]`)
}

/** These members of rows, as a table that a statement reads from: each row is `item`, see `given`. */
export function rowsAsTable(table: SQLiteTable, names: readonly string[], rows: readonly object[]): SQL {
  const columns = columnsOf(table).filter(([name]) => names.includes(name))
  return source(JSON.stringify(itemsOf(columns, rows)))
}

function columnsOf(table: SQLiteTable): readonly (readonly [name: string, column: SQLiteColumn])[] {
  return Object.entries(getTableColumns(table))
}

/** A member of the row that is being read. @param name of a column's property: never anything that a caller sent */
export function given(name: string): SQL {
  return sql`item ->> ${sql.raw(`'${name}'`)}`
}

function source(items: string): SQL {
  return sql`(SELECT value AS item FROM json_each(${items})) AS given`
}

function itemsOf(
  columns: readonly (readonly [name: string, column: SQLiteColumn])[],
  rows: readonly object[],
): readonly object[] {
  return rows.map((row) => {
    const values = new Map<string, unknown>(Object.entries(row))
    return Object.fromEntries(columns.map(([name, column]) => [name, driverValue(column, values.get(name))]))
  })
}

function driverValue(column: SQLiteColumn, value: unknown): unknown {
  return value === null || value === undefined ? null : column.mapToDriverValue(value)
}
