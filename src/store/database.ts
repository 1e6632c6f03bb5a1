// Which database holds what, and how it is opened: the only place that knows there may be more than one.
// Settings, plans, upstreams, routes and operators live in the first; everything of a tenant lives with its organization.
import { drizzle, type DrizzleD1Database } from 'drizzle-orm/d1'

export interface Databases {
  /** Holds the configuration of the gateway. */
  readonly primary: D1Database
  /** Hold the tenants. Today one, which is `primary` itself; later the bindings DB, DB_1, ... in this order. */
  readonly shards: readonly D1Database[]
}

export type Database = DrizzleD1Database

/**
 * The one answer to "which database holds this organization?".
 *
 * Rendezvous hashing: each shard is weighed with the id, the heaviest holds it. Unlike `hash % n`, adding a shard moves
 * only the organizations that the new one wins, 1 in n.
 */
export function databaseOf(databases: Databases, organizationId: string): D1Database {
  let holder = databases.primary
  let heaviest = -1
  for (const [index, shard] of databases.shards.entries()) {
    const weight = fnv1a(`${index}:${organizationId}`)
    if (weight > heaviest) [holder, heaviest] = [shard, weight]
  }
  return holder
}

/**
 * Opens a session on the primary copy. A replica may lag behind the change that revoked a key, or not show the resource
 * that the same operator made a moment ago.
 */
export function open(database: D1Database): Database {
  const session = database.withSession('first-primary')
  // drizzle's type asks for a whole D1Database, of which its code calls `prepare` and `batch`.
  return drizzle({
    prepare: (query: string) => session.prepare(query),
    batch: <T>(statements: D1PreparedStatement[]) => session.batch<T>(statements),
    exec: (query: string) => database.exec(query),
    withSession: (constraint?: string) => database.withSession(constraint),
    dump: () => database.dump(),
  })
}

// FNV-1a, 32 bits, and murmur3's last mixing: FNV alone leaves the high bits of short, similar texts alike.
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
