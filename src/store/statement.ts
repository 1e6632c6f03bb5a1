// What a batch is made of, and how a batch of statements that are known at run time only is run.
import { getTableColumns, type InferInsertModel, type InferSelectModel } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from './database.ts'

export type Statement = BatchItem<'sqlite'>

/** Runs statements as one transaction: all of them, or none. */
export async function runBatch(db: Database, [first, ...rest]: readonly Statement[]): Promise<void> {
  if (first !== undefined) await db.batch([first, ...rest])
}

/**
 * A row with everything that the table's defaults add, known before it is written: its account in the audit trail is part of
 * the same batch. A test compares it with what D1 made of it.
 */
export function completeRow<T extends SQLiteTable>(
  table: T,
  given: InferInsertModel<T>,
): InferSelectModel<T> {
  const values = new Map(Object.entries(given))
  const whole = Object.entries(getTableColumns(table)).map(([name, column]): [string, unknown] => [
    name,
    values.get(name) ?? column.default ?? null,
  ])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a value for each column of the table
  return Object.fromEntries(whole) as InferSelectModel<T>
}
