// Migrations only add, and are what drizzle-kit makes of the schema today.
import { readFileSync, readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { generateSQLiteDrizzleJson } from 'drizzle-kit/api'
import { getTableConfig, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, it } from 'vitest'
import journal from '../../migrations/meta/_journal.json' with { type: 'json' }
import { schema } from '../../tools/docs/schema.ts'

const files = readdirSync('migrations')
  .filter((name) => name.endsWith('.sql'))
  .sort()
const latest = String(journal.entries.length - 1).padStart(4, '0')
const recordedTables = recorded(`migrations/meta/${latest}_snapshot.json`)

/**
 * What takes away. A table rebuild (`__new_`) drops the old table, and D1 ignores PRAGMA foreign_keys=OFF within a
 * migration, so the drop would fire every CASCADE. A dropped or renamed column breaks the version that still runs
 * while the next one is deployed.
 */
const REFUSED = ['DROP TABLE', 'DROP COLUMN', '__new_', 'CASCADE', 'RENAME']

function refusedIn(sql: string): readonly string[] {
  const plain = sql.replaceAll(/\s+/g, ' ').toLowerCase()
  return REFUSED.filter((phrase) => plain.includes(phrase.toLowerCase()))
}

it.each(files)('%s only adds', (name) => {
  expect(refusedIn(readFileSync(`migrations/${name}`, 'utf8'))).toEqual([])
})

it.each([
  ['DROP TABLE', 'DROP TABLE `plans`;'],
  ['DROP TABLE', 'drop\n  table if exists plans;'],
  ['DROP COLUMN', 'ALTER TABLE `plans` DROP COLUMN `name`;'],
  ['__new_', 'CREATE TABLE `__new_plans` (`id` text);'],
  ['CASCADE', 'FOREIGN KEY (`a`) REFERENCES `b`(`id`) ON UPDATE no action ON DELETE cascade'],
  ['RENAME', 'ALTER TABLE `plans` RENAME TO `tiers`;'],
])('refuses %s in %j', (phrase, sql) => {
  expect(refusedIn(sql)).toContain(phrase)
})

it('every migration stands in the journal, in order', () => {
  expect(files).toEqual(journal.entries.map(({ tag }) => `${tag}.sql`))
  expect(journal.entries.map(({ tag }, i) => tag.startsWith(String(i).padStart(4, '0')))).not.toContain(false)
})

it('their snapshot is the schema: else run `npm run db:generate`', async () => {
  expect(await tablesOf(schema)).toEqual(recordedTables)
})

it('notices a table, a lost table and a changed one without a migration', async () => {
  const { outbox: _outbox, ...rest } = schema
  const columns = { id: text('id').primaryKey() }
  expect(await tablesOf({ ...schema, extra: sqliteTable('extra', columns) })).not.toEqual(recordedTables)
  expect(await tablesOf(rest)).not.toEqual(recordedTables)
  expect(await tablesOf({ ...rest, outbox: sqliteTable('outbox', columns) })).not.toEqual(recordedTables)
})

it('applied in order, they make the columns and indexes of the schema', () => {
  const database = new DatabaseSync(':memory:')
  for (const name of files) database.exec(readFileSync(`migrations/${name}`, 'utf8'))
  const listed = (pragma: string, table: string) =>
    database.prepare(`SELECT name FROM ${pragma}(?) WHERE name NOT LIKE 'sqlite_%' ORDER BY name`).all(table)
  for (const table of Object.values(schema)) {
    const { name, columns, indexes } = getTableConfig(table)
    expect(listed('pragma_table_info', name).map((row) => row.name)).toEqual(
      columns.map((c) => c.name).sort(),
    )
    expect(listed('pragma_index_list', name).map((row) => row.name)).toEqual(
      indexes.map((x) => x.config.name).sort(),
    )
  }
})

/** Tables with columns, keys, indexes and checks, as drizzle-kit describes them. */
async function tablesOf(tables: Record<string, unknown>): Promise<unknown> {
  return (await generateSQLiteDrizzleJson(tables)).tables
}

function recorded(path: string): unknown {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
  return typeof value === 'object' && value !== null && 'tables' in value ? value.tables : null
}
