// Whether a table is there as this version needs it. No row is read.
import { getTableColumns, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { open } from './database.ts'

/**
 * Throws if the table, or a column of it, is not there. The columns are named with their table: SQLite takes a name in double quotes
 * that it does not know for a text (sqlite.org/quirks.html, section 8), and a plain select would see nothing missing.
 */
export async function probeTable(shard: D1Database, table: SQLiteTable): Promise<void> {
  const columns = Object.values(getTableColumns(table)).map((column) => sql`${column}`)
  await open(shard).run(sql`SELECT ${sql.join(columns, sql`, `)} FROM ${table} WHERE 0`)
}
