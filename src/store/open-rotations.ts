// Rotations that wait for the silence of their old key.
import { and, eq, gt, isNotNull, notInArray, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { apiKeys } from '../model/schema/api-keys.ts'
import type { KeyRow } from './api-keys.ts'
import { open, type Database } from './database.ts'

export interface OpenRotation {
  readonly old: KeyRow
  /** When the successor was made, epoch milliseconds. */
  readonly startedAt: number
}

/** Rotations whose old key was silent for as long as they wait for, the grace that ends first first. */
export async function listSilentRotations(
  shard: D1Database,
  now: number,
  limit: number,
): Promise<readonly OpenRotation[]> {
  return silentRotationsQuery(open(shard), now, limit)
}

/** The rotation of this key as it is now; null where there is none, or where the new key has ended. */
export async function findRotation(db: Database, oldId: string): Promise<OpenRotation | null> {
  const lasting = notInArray(successors.state, ['revoked', 'deleted'])
  return (
    (await rotations(db)
      .where(and(eq(apiKeys.id, oldId), lasting))
      .get()) ?? null
  )
}

/** Exported for the test that reads its query plan. The same rule as `isSilent` in src/policy/rotation.ts. */
export function silentRotationsQuery(db: Database, now: number, limit: number) {
  const lastSign = sql`max(${successors.createdAt}, ifnull(${apiKeys.lastUsedAt}, 0))`
  return rotations(db)
    .where(
      and(
        isNotNull(apiKeys.rotationQuietMs),
        gt(apiKeys.rotationGraceEndsAt, now),
        notInArray(apiKeys.state, ['revoked', 'deleted']),
        // With both ended, nobody would be left with a key.
        notInArray(successors.state, ['revoked', 'deleted']),
        sql`${lastSign} + ${apiKeys.rotationQuietMs} <= ${now}`,
      ),
    )
    .orderBy(apiKeys.rotationGraceEndsAt)
    .limit(limit)
}

const successors = alias(apiKeys, 'successors')

function rotations(db: Database) {
  return db
    .select({ old: apiKeys, startedAt: sql<number>`${successors.createdAt}`.as('started_at') })
    .from(apiKeys)
    .innerJoin(successors, eq(successors.id, apiKeys.rotatedToId))
    .$dynamic()
}
