// What the columns of every table have in common.
// Times are epoch milliseconds. No CASCADE anywhere: D1 ignores PRAGMA foreign_keys=OFF, so a table rebuild would fire it.
import { sql } from 'drizzle-orm'
import { check, integer, text } from 'drizzle-orm/sqlite-core'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'

export type JsonObject = Record<string, unknown>

export const id = () => text('id').primaryKey()
export const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>()
/**
 * A plan's id without a foreign key: plans live in the first database, organizations may live in another
 * (src/store/database.ts), and SQLite checks references within one database only.
 */
export const planReference = () => text('plan_id')
/** Every changeable resource: optimistic concurrency and its two times. */
export const tracked = () => ({
  version: integer('version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})
export const oneOf = (name: string, column: AnySQLiteColumn, values: readonly string[]) =>
  check(name, sql`${column} IN (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`)
