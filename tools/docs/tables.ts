// The tables of docs/storage.md, from the drizzle schema.
import { SQL } from 'drizzle-orm'
import {
  getTableConfig,
  SQLiteSyncDialect,
  type SQLiteColumn,
  type SQLiteTable,
} from 'drizzle-orm/sqlite-core'
import { schema } from './schema.ts'

/** What a table is for. A table without a line here does not compile. */
const PURPOSES: Readonly<Record<keyof typeof schema, string>> = {
  organizations: 'Customers of the API owner.',
  teams: 'Groups inside an organization that manage projects of their own.',
  projects:
    'The consumers: an application that calls the API. Owned by an organization or by one of its teams.',
  apiKeys: 'One row for each key ever issued, without the key itself.',
  foreignHashes:
    'How imported keys are known until their first use, where another system hashed them otherwise than with SHA-256.',
  keyTags: 'The tags of keys, once more, so that a list by tag is an index look-up.',
  keyTerms: 'What else keys are found by: words of their names, values of their metadata.',
  plans: 'Named sets of limits and quotas.',
  planLimits: 'Rate limits of a plan.',
  planQuotas: 'Quotas of a plan: by the hour, day, week or month, or for good.',
  upstreams: 'Origins that requests are forwarded to.',
  routes: 'Which request goes to which upstream, and what it must show.',
  settings: 'Values of the deployment by name, made by the first request and rotated later.',
  operators: 'People and programs that may call the control plane.',
  members: 'People of an organization, who see its part of the control plane.',
  sessions: 'Who is logged in: the cookie only as a hash.',
  portalLinks: 'One-time links into the portal: the token only as a hash.',
  auditEvents: 'Who did what, in a hash chain for each organization.',
  outbox: 'Committed changes that still have to reach the invalidation feed.',
  idempotencyRecords: 'Answers to writes that carried an `Idempotency-Key`, for 24 hours.',
  usage:
    'What was asked of the gateway: absolute counts by minute (kept 48 hours), hour (90 days) and day (2 years).',
  refusals:
    'A few of the requests that were refused in the last hours (`REFUSAL_HOURS`), with the address of the client.',
  observedAddresses:
    'From where keys were used in the last days (`ADDRESS_DAYS`): 64 addresses of a key, IPv6 by the /64.',
}

const dialect = new SQLiteSyncDialect()

const TABLES: ReadonlyMap<string, SQLiteTable> = new Map(Object.entries(schema))

// In the order of PURPOSES: an imported module lists its names in one order in Node and in another under vite.
export function tableSections(): string {
  return Object.entries(PURPOSES)
    .flatMap(([name, purpose]) => {
      const table = TABLES.get(name)
      return table === undefined ? [] : [tableSection(table, purpose)]
    })
    .join('\n\n')
}

function tableSection(table: SQLiteTable, purpose: string): string {
  const { name, columns, indexes, primaryKeys, foreignKeys, checks } = getTableConfig(table)
  const references = new Map(foreignKeys.map((key) => describeReference(key.reference())))
  const rules = [
    ...primaryKeys.map((key) => `primary key (${names(key.columns)})`),
    ...indexes.map(({ config }) => describeIndex(config)),
    ...checks.map((check) => `check ${code(sqlText(check.value))}`),
  ]
  return [
    `### ${name}`,
    purpose,
    [
      '| column | type | null | default | refers to |',
      '| --- | --- | --- | --- | --- |',
      ...columns.map((column) => columnRow(column, references)),
    ].join('\n'),
    rules.map((rule) => `- ${rule}`).join('\n'),
  ].join('\n\n')
}

function columnRow(column: SQLiteColumn, references: ReadonlyMap<string, string>): string {
  const type =
    column.dataType === 'json'
      ? 'text, JSON'
      : column.dataType === 'boolean'
        ? 'integer, 0 or 1'
        : column.getSQLType()
  const key = column.primary ? `${type}, primary key` : type
  return `| ${[code(column.name), key, column.notNull ? 'no' : 'yes', defaultOf(column), references.get(column.name) ?? ''].join(' | ')} |`
}

function defaultOf(column: SQLiteColumn): string {
  if (!column.hasDefault) return ''
  const value: unknown = column.default
  return code(typeof value === 'string' ? `'${value}'` : JSON.stringify(value))
}

interface Reference {
  readonly columns: readonly SQLiteColumn[]
  readonly foreignTable: SQLiteTable
  readonly foreignColumns: readonly SQLiteColumn[]
}

function describeReference({
  columns,
  foreignTable,
  foreignColumns,
}: Reference): [column: string, target: string] {
  return [names(columns), `${getTableConfig(foreignTable).name}.${names(foreignColumns)}`]
}

interface IndexConfig {
  readonly name: string
  readonly unique: boolean
  readonly columns: readonly (SQLiteColumn | SQL)[]
  readonly where: SQL | undefined
}

function describeIndex({ name, unique, columns, where }: IndexConfig): string {
  const on = columns.map((column) => (column instanceof SQL ? sqlText(column) : column.name)).join(', ')
  const partial = where === undefined ? '' : ` where ${code(sqlText(where))}`
  return `${unique ? 'unique' : 'index'} \`${name}\` (${on})${partial}`
}

function names(columns: readonly SQLiteColumn[]): string {
  return columns.map((column) => column.name).join(', ')
}

function sqlText(fragment: SQL): string {
  return dialect.sqlToQuery(fragment).sql.replaceAll(/"\w+"\."(\w+)"/g, '$1')
}

// A pipe would end a cell even inside code.
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}
