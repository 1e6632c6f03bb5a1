// The new rows of a declared configuration: a statement or a few for each table, however many they are.
import { planLimits, planQuotas, plans } from '../model/schema/plans.ts'
import { routes, upstreams } from '../model/schema/routing.ts'
import { organizations, projects, teams } from '../model/schema/tenants.ts'
import type { KeyRow } from './api-keys.ts'
import type { Database } from './database.ts'
import { insertKeys } from './many-keys.ts'
import { insertRows } from './many-rows.ts'
import type { OrganizationRow } from './organizations.ts'
import type { PlanRecord } from './plans.ts'
import type { ProjectRow } from './projects.ts'
import type { RouteRow } from './routes.ts'
import type { Statement } from './statement.ts'
import type { TeamRow } from './teams.ts'
import type { UpstreamRow } from './upstreams.ts'

/** Rows that are new, by their table. */
export interface Inserts {
  readonly plans?: readonly PlanRecord[]
  readonly upstreams?: readonly UpstreamRow[]
  readonly routes?: readonly RouteRow[]
  readonly organizations?: readonly OrganizationRow[]
  readonly teams?: readonly TeamRow[]
  readonly projects?: readonly ProjectRow[]
  readonly keys?: readonly KeyRow[]
}

/** In the order in which they refer to each other. */
export function insertDeclared(db: Database, inserts: readonly Inserts[]): readonly Statement[] {
  const all = <T>(rowsOf: (insert: Inserts) => readonly T[] | undefined) =>
    inserts.flatMap((insert) => rowsOf(insert) ?? [])
  const planRecords = all((insert) => insert.plans)
  return [
    ...insertRows(db, plans, planRecords),
    ...insertRows(
      db,
      planLimits,
      planRecords.flatMap(({ limits }) => limits),
    ),
    ...insertRows(
      db,
      planQuotas,
      planRecords.flatMap(({ quotas }) => quotas),
    ),
    ...insertRows(
      db,
      upstreams,
      all((insert) => insert.upstreams),
    ),
    ...insertRows(
      db,
      routes,
      all((insert) => insert.routes),
    ),
    ...insertRows(
      db,
      organizations,
      all((insert) => insert.organizations),
    ),
    ...insertRows(
      db,
      teams,
      all((insert) => insert.teams),
    ),
    ...insertRows(
      db,
      projects,
      all((insert) => insert.projects),
    ),
    ...insertKeys(
      db,
      all((insert) => insert.keys),
    ),
  ]
}
