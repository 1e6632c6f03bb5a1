// Whose data a query may see. Every verb that reads tenant data takes a reach and puts it into its WHERE, so that a
// forgotten filter is a type error and not a leak.
import { eq, type SQL } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { databaseOf, open, type Database, type Databases } from './database.ts'

/** One organization, or, for the operators of the platform, all of them. */
export type Reach = 'platform' | { readonly organizationId: string }

/** The condition that keeps a query within reach; `column` holds the organization's id. */
export function within(reach: Reach, column: AnySQLiteColumn): SQL | undefined {
  return reach === 'platform' ? undefined : eq(column, reach.organizationId)
}

/** The narrower of a reach and an organization that the caller asked for; null where they exclude each other. */
export function narrow(reach: Reach, organizationId: string | undefined): Reach | null {
  if (organizationId === undefined) return reach
  return reach === 'platform' || reach.organizationId === organizationId ? { organizationId } : null
}

/** Where the data within reach may lie. */
export function openWithin(databases: Databases, reach: Reach): readonly Database[] {
  const shards = reach === 'platform' ? databases.shards : [databaseOf(databases, reach.organizationId)]
  return shards.map(open)
}
