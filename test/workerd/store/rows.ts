// Rows written straight into D1, for tests of what reads them.
import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { newId } from '../../../src/ids.ts'
import { apiKeys, keyTags } from '../../../src/model/schema/api-keys.ts'
import { organizations, projects, teams } from '../../../src/model/schema/tenants.ts'
import type { Reach } from '../../../src/store/reach.ts'

export const NOW = Date.parse('2026-11-01T00:00:00Z')
export const times = { createdAt: NOW, updatedAt: NOW }
export const databases = { primary: env.DB, shards: [env.DB] }
export const db = drizzle(env.DB)

export function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

export function only(organizationId: string): Reach {
  return { organizationId }
}

export async function insertOrganization(
  row: Partial<typeof organizations.$inferInsert> = {},
): Promise<string> {
  const id = row.id ?? newId('organization')
  await db.insert(organizations).values({ id, name: 'Acme', ...times, ...row })
  return id
}

export async function insertTeam(
  organizationId: string,
  row: Partial<typeof teams.$inferInsert> = {},
): Promise<string> {
  const id = newId('team')
  await db.insert(teams).values({ id, organizationId, name: 'Web', ...times, ...row })
  return id
}

export async function insertProject(
  organizationId: string,
  row: Partial<typeof projects.$inferInsert> = {},
): Promise<string> {
  const id = newId('project')
  await db.insert(projects).values({ id, organizationId, name: 'App', ...times, ...row })
  return id
}

/** A key with its tags. */
export async function insertKey(
  organizationId: string,
  projectId: string,
  row: Partial<typeof apiKeys.$inferInsert> = {},
): Promise<{ id: string; hash: string }> {
  const id = newId('key')
  const hash = row.hash ?? Array.from(random(32), (byte) => byte.toString(16).padStart(2, '0')).join('')
  await db.insert(apiKeys).values({
    id,
    organizationId,
    projectId,
    lineage: id,
    hash,
    start: 'lk_live_abcd',
    last4: 'wxyz',
    name: 'Key',
    createdBy: 'test',
    ...times,
    ...row,
  })
  for (const tag of row.tags ?? []) await db.insert(keyTags).values({ organizationId, tag, keyId: id })
  return { id, hash }
}
