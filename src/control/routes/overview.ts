// GET /_latchkey/v1/overview: what stands on the first page of the portal and nothing else tells. Requests, latencies and refusals are
// those of /v1/usage, idle keys and those due for rotation those of /v1/compliance.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { countKeysByDay, listRevoked } from '../../store/overview.ts'
import { findPublications } from '../../store/publications.ts'
import { narrow, type Reach } from '../../store/reach.ts'
import type { ControlDeps, ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { needs } from '../needs.ts'
import { answer, readProblems } from '../operation.ts'
import { Overview, overviewTimes, viewKeyOverview, viewRevocation } from '../schemas/overview.ts'

const MAX_REVOCATIONS = 10

const get = createRoute({
  method: 'get',
  path: '/_latchkey/v1/overview',
  summary:
    'Keys by state and day, and the newest revocations: of everything in reach, or of one organization',
  ...needs('usage:read'),
  request: { query: z.strictObject({ organization_id: field.id('organization').optional() }) },
  responses: { 200: answer('The overview', Overview), ...readProblems() },
})

export type OverviewEndpoints = typeof get

export function mountOverview(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => {
    const reach = narrow(c.var.principal.reach, c.req.valid('query').organization_id)
    return c.json(await overviewOf(c.env, reach), 200)
  })
}

/** @param reach null: nothing is in it */
async function overviewOf(
  { databases, now }: ControlDeps,
  reach: Reach | null,
): Promise<z.infer<typeof Overview>> {
  const times = overviewTimes(now())
  if (reach === null) return { keys: viewKeyOverview([], times, 'all'), revocations: [] }
  const [counted, revoked] = await Promise.all([
    countKeysByDay(databases, reach, times),
    listRevoked(databases, reach, MAX_REVOCATIONS),
  ])
  const changes = revoked.map(({ hash, revokedAt }) => ({ hash, at: revokedAt }))
  const publications = await findPublications(databases, changes)
  return {
    keys: viewKeyOverview(counted.groups, times, counted.isAll ? 'all' : 'at_least'),
    revocations: revoked.map((key) => viewRevocation(key, publications)),
  }
}
