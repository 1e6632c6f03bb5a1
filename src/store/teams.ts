// Teams: an organization's own division. They have no endpoints yet; projects refer to them.
import { and, eq, ne } from 'drizzle-orm'
import { teams } from '../model/schema/tenants.ts'
import { databaseOf, open, type Databases } from './database.ts'

export type TeamRow = typeof teams.$inferSelect

/** A team of this organization that is not deleted. */
export async function findTeam(
  databases: Databases,
  organizationId: string,
  id: string,
): Promise<TeamRow | null> {
  const row = await open(databaseOf(databases, organizationId))
    .select()
    .from(teams)
    .where(and(eq(teams.id, id), eq(teams.organizationId, organizationId), ne(teams.state, 'deleted')))
    .get()
  return row ?? null
}
