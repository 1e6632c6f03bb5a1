// Whose data a query may see. Every verb that reads tenant data takes a reach and puts it into its WHERE, so that a
// forgotten filter is a type error and not a leak.
import { and, eq, sql, type SQL, type SQLWrapper } from 'drizzle-orm'
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core'
import { projects } from '../model/schema/tenants.ts'
import { databaseOf, open, type Database, type Databases } from './database.ts'

/** One organization, or of it what belongs to one team. */
export interface TenantReach {
  readonly organizationId: string
  readonly teamId?: string
}

/** A part of the data, or, for the operators of the platform, all of it. */
export type Reach = 'platform' | TenantReach

/**
 * Where a row says whose team's it is: itself, or by its project. `every_team`: a team's lead sees it too, because it is the
 * organization's own, or because the query asks for the team elsewhere.
 */
export type TeamPlace =
  { readonly team: AnySQLiteColumn } | { readonly project: AnySQLiteColumn } | 'every_team'

/**
 * The conditions that keep a query within reach. Nobody can ask for the organization and forget the team.
 * @param organization holds the organization's id
 */
export function within(reach: Reach, organization: SQLWrapper, place: TeamPlace): SQL | undefined {
  if (reach === 'platform') return undefined
  const { organizationId, teamId } = reach
  const ofTeam = teamId === undefined ? undefined : isOfTeam(teamId, place)
  return and(eq(organization, organizationId), ofTeam)
}

/** The narrower of a reach and an organization that the caller asked for; null where they exclude each other. */
export function narrow(reach: Reach, organizationId: string | undefined): Reach | null {
  if (organizationId === undefined) return reach
  if (reach === 'platform') return { organizationId }
  return reach.organizationId === organizationId ? reach : null
}

/** The team that a reach ends at; null: it knows no teams. */
export function teamOf(reach: Reach): string | null {
  return reach === 'platform' ? null : (reach.teamId ?? null)
}

/** Where the data within reach may lie. */
export function openWithin(databases: Databases, reach: Reach): readonly Database[] {
  const shards = reach === 'platform' ? databases.shards : [databaseOf(databases, reach.organizationId)]
  return shards.map(open)
}

// One look-up for each row that is looked at. As a list of projects or an EXISTS, SQLite may take the projects for the way
// in, and sort what it finds: all keys of the team for one page of them.
function isOfTeam(teamId: string, place: TeamPlace): SQL | undefined {
  if (place === 'every_team') return undefined
  if ('team' in place) return eq(place.team, teamId)
  return sql`(SELECT p.team_id FROM ${projects} AS p WHERE p.id = ${place.project}) = ${teamId}`
}
