// Who refers to a plan. A key whose plan vanished would have no limits, so a plan that somebody has is not deleted.
import { sql, type SQL } from 'drizzle-orm'
import { apiKeys } from '../model/schema/api-keys.ts'
import { organizations, projects } from '../model/schema/tenants.ts'
import { open, type Databases } from './database.ts'

/** True while an organization, a project or a key has this plan and can come to use it. */
export async function isPlanUsed({ primary, shards }: Databases, id: string): Promise<boolean> {
  const databases = [...new Set([primary, ...shards])]
  const rows = await Promise.all(
    databases.map((database) => open(database).get<{ used: number }>(sql`SELECT ${isUsed(id)} AS used`)),
  )
  return rows.some(({ used }) => used === 1)
}

/** The condition for the batch that deletes a plan: somebody may have taken it between the look and the write. */
export function planUnused(id: string): SQL {
  return sql`NOT ${isUsed(id)}`
}

/** The same of several, for one batch; undefined for none. */
export function plansUnused(ids: readonly string[]): SQL | undefined {
  return ids.length === 0 ? undefined : sql.join(ids.map(planUnused), sql` AND `)
}

// What is deleted stays deleted, and its keys with it. A revoked key that is restored has its plan looked at then.
function isUsed(id: string): SQL {
  return sql`(
    EXISTS (SELECT 1 FROM ${organizations} WHERE plan_id = ${id} AND state <> 'deleted')
    OR EXISTS (
      SELECT 1 FROM ${projects} p JOIN ${organizations} o ON o.id = p.organization_id
      WHERE p.plan_id = ${id} AND p.state <> 'deleted' AND o.state <> 'deleted'
    )
    OR EXISTS (
      SELECT 1 FROM ${apiKeys} k
      JOIN ${projects} p ON p.id = k.project_id
      JOIN ${organizations} o ON o.id = k.organization_id
      WHERE k.plan_id = ${id} AND k.state NOT IN ('revoked', 'deleted')
        AND p.state <> 'deleted' AND o.state <> 'deleted'
    )
  )`
}
