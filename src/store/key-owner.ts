// Who answers for a key: a member of the key's own organization.
import { and, eq, ne } from 'drizzle-orm'
import { members } from '../model/schema/tenants.ts'
import { databaseOf, open, type Databases } from './database.ts'

export async function isMember(
  databases: Databases,
  organizationId: string,
  memberId: string,
): Promise<boolean> {
  const row = await open(databaseOf(databases, organizationId))
    .select({ id: members.id })
    .from(members)
    .where(
      and(eq(members.id, memberId), eq(members.organizationId, organizationId), ne(members.state, 'removed')),
    )
    .get()
  return row !== undefined
}
