// Routes: which requests go to which upstream, and under which conditions. Configuration: in the first database.
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { routes } from '../model/schema/routing.ts'
import { open, type Database, type Databases } from './database.ts'
import { before, rowsToRead, toPage, type Page, type PageRequest } from './page.ts'
import { completeRow, type Statement } from './statement.ts'

export type RouteRow = typeof routes.$inferSelect
export type NewRouteRow = typeof routes.$inferInsert

export interface RouteFilter {
  readonly upstreamId?: string | undefined
}

/** A route as it will be stored. */
export function newRouteRow(given: NewRouteRow): RouteRow {
  return completeRow(routes, given)
}

export function insertRoute(db: Database, row: RouteRow): readonly Statement[] {
  return [db.insert(routes).values(row)]
}

export function updateRoute(db: Database, row: RouteRow, set: Partial<RouteRow>): readonly Statement[] {
  const same = and(eq(routes.id, row.id), eq(routes.version, row.version))
  return [db.update(routes).set(set).where(same)]
}

export async function findRoute(databases: Databases, id: string): Promise<RouteRow | null> {
  const row = await open(databases.primary)
    .select()
    .from(routes)
    .where(and(eq(routes.id, id), eq(routes.state, 'active')))
    .get()
  return row ?? null
}

/** True while active routes lead to this upstream. */
export async function hasRoutes(databases: Databases, upstreamId: string): Promise<boolean> {
  const { items } = await listRoutes(databases, { upstreamId }, { after: null, limit: 1 })
  return items.length > 0
}

export async function listRoutes(
  databases: Databases,
  filter: RouteFilter,
  page: PageRequest,
): Promise<Page<RouteRow>> {
  return toPage([await routesQuery(open(databases.primary), filter, page)], page)
}

/** Exported for the test that reads its query plan. */
export function routesQuery(db: Database, { upstreamId }: RouteFilter, page: PageRequest) {
  return db
    .select()
    .from(routes)
    .where(
      and(
        upstreamId === undefined ? undefined : eq(routes.upstreamId, upstreamId),
        eq(routes.state, 'active'),
        lt(routes.id, before(page)),
      ),
    )
    .orderBy(desc(routes.id))
    .limit(rowsToRead(page))
}

/** Far more than a form can show. */
export const MAX_ASKED_SCOPES = 500

/** The scopes that active routes ask for, each once, in their order. */
export async function readAskedScopes({ primary }: Databases): Promise<readonly string[]> {
  const rows = await askedScopesQuery(open(primary))
  return rows.map(({ scope }) => scope)
}

/** Exported for the test that reads its query plan. */
export function askedScopesQuery(db: Database) {
  const each = sql`json_each(${routes.scopes}) AS asked`
  return db
    .selectDistinct({ scope: sql<string>`asked.value` })
    .from(routes)
    .crossJoin(each)
    .where(eq(routes.state, 'active'))
    .orderBy(sql`asked.value`)
    .limit(MAX_ASKED_SCOPES)
}
