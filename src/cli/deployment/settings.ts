// Whether a wrangler.toml has what the Worker of this version needs: an update may need a binding that a folder does not declare yet.
// Pure.
import { parse, stringify, type TomlTable, type TomlValue } from 'smol-toml'
import { err, ok, type Result } from '../../result.ts'

export interface Lack {
  readonly what: string
  /** TOML to put into the file. */
  readonly add: string
}

/** Lists of tables, and the member by which one of them is known. FAILURES is not among them: it may be left out. */
const TABLES = [
  { path: ['d1_databases'], by: 'binding', name: 'the database' },
  { path: ['kv_namespaces'], by: 'binding', name: 'the KV namespace' },
  { path: ['durable_objects', 'bindings'], by: 'name', name: 'the Durable Object' },
  { path: ['migrations'], by: 'tag', name: 'the migration of Durable Objects' },
] as const

/**
 * @param own text of the folder's wrangler.toml
 * @param needed text of this version's own
 * @returns what is lacking, in the order of the file; or why the text cannot be read
 */
export function lacksOf(own: string, needed: string): Result<readonly Lack[], string> {
  const reference = parse(needed)
  let settings: TomlTable
  try {
    settings = parse(own)
  } catch (error) {
    return err(error instanceof Error ? error.message : 'is no TOML')
  }
  return ok([
    ...lackingDate(settings, reference),
    ...lackingTexts(settings, reference, ['compatibility_flags'], 'the compatibility flag'),
    ...TABLES.flatMap((table) => lackingTables(settings, reference, table)),
    ...lackingTexts(settings, reference, ['triggers', 'crons'], 'the cron trigger'),
  ])
}

function lackingDate(own: TomlTable, { compatibility_date: needed }: TomlTable): readonly Lack[] {
  const date = own.compatibility_date
  // Dates of this form sort as texts (ISO 8601).
  if (typeof needed !== 'string' || (typeof date === 'string' && date >= needed)) return []
  return [
    { what: `compatibility_date of ${needed} or later`, add: stringify({ compatibility_date: needed }) },
  ]
}

function lackingTexts(
  own: TomlTable,
  needed: TomlTable,
  path: readonly string[],
  name: string,
): readonly Lack[] {
  const there = listAt(own, path)
  return listAt(needed, path)
    .filter((text) => !there.includes(text))
    .map((text) => ({ what: `${name} ${label(text)}`, add: snippet(path, [...there, text]) }))
}

function lackingTables(
  own: TomlTable,
  needed: TomlTable,
  { path, by, name }: (typeof TABLES)[number],
): readonly Lack[] {
  const there = new Set(listAt(own, path).map((table) => memberOf(table, by)))
  return listAt(needed, path)
    .filter((table) => !there.has(memberOf(table, by)))
    .map((table) => ({ what: `${name} ${label(memberOf(table, by))}`, add: snippet(path, [table]) }))
}

// What distinguishes one is a text in every file that wrangler reads.
function label(value: TomlValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function listAt(table: TomlTable, path: readonly string[]): readonly TomlValue[] {
  const found = path.reduce<TomlValue | undefined>((value, name) => memberOf(value, name), table)
  return Array.isArray(found) ? found : []
}

function memberOf(value: TomlValue | undefined, name: string): TomlValue | undefined {
  return isTable(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

function snippet(path: readonly string[], list: readonly TomlValue[]): string {
  const whole = path.toReversed().reduce<TomlValue>((value, name) => ({ [name]: value }), [...list])
  return isTable(whole) ? stringify(whole).trim() : ''
}
