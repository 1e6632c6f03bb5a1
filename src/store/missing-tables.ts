// Which tables are not as this version needs them. One statement for each, and no row is read.
import { getTableName, is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as addresses from '../model/schema/addresses.ts'
import * as apiKeys from '../model/schema/api-keys.ts'
import * as foreignHashes from '../model/schema/foreign-hashes.ts'
import * as plans from '../model/schema/plans.ts'
import * as records from '../model/schema/records.ts'
import * as refusals from '../model/schema/refusals.ts'
import * as routing from '../model/schema/routing.ts'
import * as sessions from '../model/schema/sessions.ts'
import * as tenants from '../model/schema/tenants.ts'
import * as usage from '../model/schema/usage.ts'
import type { Databases } from './database.ts'
import { isMissingSchema } from './failure.ts'
import { probeTable } from './table-probe.ts'

const TABLES = [
  addresses,
  apiKeys,
  foreignHashes,
  plans,
  records,
  refusals,
  routing,
  sessions,
  tenants,
  usage,
]
  .flatMap((schema): unknown[] => Object.values(schema))
  .filter((value) => is(value, SQLiteTable))

/** @returns their names, sorted; throws where a database does not answer */
export async function missingTables({ shards }: Databases): Promise<readonly string[]> {
  const found = await Promise.all(shards.flatMap((shard) => TABLES.map((table) => missing(shard, table))))
  return [...new Set(found.filter((name) => name !== null))].toSorted()
}

async function missing(shard: D1Database, table: SQLiteTable): Promise<string | null> {
  try {
    await probeTable(shard, table)
    return null
  } catch (error) {
    if (isMissingSchema(error)) return getTableName(table)
    throw error
  }
}
