// Keys as somebody knows them who found one: by the key itself, or by what may be shown of it. Tombstones are among them.
import { and, desc, eq } from 'drizzle-orm'
import { apiKeys } from '../model/schema/api-keys.ts'
import type { KeyRow } from './api-keys.ts'
import type { Database, Databases } from './database.ts'
import { openWithin, within, type Reach } from './reach.ts'

/** What was found of a key. */
export type Trace =
  /** SHA-256 of the whole key, lower-case hex. */
  { readonly hash: string } | { readonly start: string; readonly last4: string }

/** Two keys of one project share their ends once in 10^14. */
const MAX_MATCHES = 10

/** Newest first. */
export async function findKnownKeys(
  databases: Databases,
  reach: Reach,
  trace: Trace,
): Promise<readonly KeyRow[]> {
  const found = await Promise.all(openWithin(databases, reach).map((db) => knownKeysQuery(db, reach, trace)))
  return found.flat().slice(0, MAX_MATCHES)
}

/** Exported for the test that reads its query plan. */
export function knownKeysQuery(db: Database, reach: Reach, trace: Trace) {
  const matches =
    'hash' in trace
      ? eq(apiKeys.hash, trace.hash)
      : and(eq(apiKeys.last4, trace.last4), eq(apiKeys.start, trace.start))
  return db
    .select()
    .from(apiKeys)
    .where(and(matches, within(reach, apiKeys.organizationId, { project: apiKeys.projectId })))
    .orderBy(desc(apiKeys.id))
    .limit(MAX_MATCHES)
}
