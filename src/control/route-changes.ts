// How a route is made, found and written, and what may become of it. The rules between its fields hold for the route as it
// would be stored, whichever of its fields a change gives.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { PLATFORM_CHAIN } from '../store/audit-chain.ts'
import { findRoute, insertRoute, newRouteRow, updateRoute, type RouteRow } from '../store/routes.ts'
import { findUpstream } from '../store/upstreams.ts'
import { change, type Changed } from './change.ts'
import { CONFIG_CHANGE } from './config-change.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { refuseReference, refuseValue } from './refused.ts'
import type { Decide, Resource } from './resource.ts'
import { routeConditions, viewRoute, type NewRoute, type RoutePatch } from './schemas/route.ts'

export const ROUTE: Resource<RouteRow> = {
  noun: 'route',
  find: ({ databases }, _, id) => findRoute(databases, id),
  chainOf: () => PLATFORM_CHAIN,
  teamOf: async () => null,
  update: updateRoute,
  show: viewRoute,
  nameOf: () => CONFIG_CHANGE,
  unique: ['name'],
}

export async function makeRoute(
  deps: ControlDeps,
  principal: Principal,
  given: z.infer<typeof NewRoute>,
): Promise<Result<Changed<RouteRow>, Refusal>> {
  const at = deps.now()
  const row = newRouteRow({
    ...routeConditions(given),
    id: newId('route'),
    upstreamId: given.upstream_id,
    path: given.path,
    createdAt: at,
    updatedAt: at,
  })
  const broken = brokenRouteRule(row)
  if (broken !== null) return err(broken)
  const about = { action: 'route.created', teamId: null, publish: CONFIG_CHANGE }
  const draft = async () =>
    (await findUpstream(deps.databases, row.upstreamId)) === null
      ? err(refuseReference('/upstream_id'))
      : ok(draftCreation(row, viewRoute, insertRoute, about))
  return change(deps, principal, { chain: PLATFORM_CHAIN, draft, unique: ROUTE.unique, show: viewRoute })
}

export function routeUpdate({ databases }: ControlDeps, patch: z.infer<typeof RoutePatch>): Decide<RouteRow> {
  return async (route) => {
    const set = routeConditions(patch)
    const broken = brokenRouteRule({ ...route, ...set })
    if (broken !== null) return err(broken)
    if (set.upstreamId !== undefined && (await findUpstream(databases, set.upstreamId)) === null)
      return err(refuseReference('/upstream_id'))
    return ok({ done: 'updated', set, heldBy: Object.keys(set).length === 0 ? 'nobody' : 'edge' })
  }
}

export const routeDeletion: Decide<RouteRow> = (_, at) =>
  ok({ done: 'deleted', set: { state: 'deleted', deletedAt: at }, heldBy: 'edge' })

/** The rules between fields. Each says what would go wrong if it were stored. */
export function brokenRouteRule({ auth, scopes, environment, pathMode, cors }: RouteRow): Refusal | null {
  const keyless = auth === 'optional' || auth === 'none'
  if (scopes.length > 0 && pathMode === 'raw')
    return refuseValue('/scopes', 'A raw path can be read in several ways: scopes cannot guard it.')
  // Otherwise whoever lacks the scope would only have to leave the key away.
  if (scopes.length > 0 && keyless)
    return refuseValue('/scopes', 'A route that lets requests without a key pass cannot ask for scopes.')
  if (environment !== null && keyless)
    return refuseValue(
      '/environment',
      'A route that lets requests without a key pass cannot ask for an environment.',
    )
  // Fetch standard, section 3.3.5: a browser ignores `*` with credentials; reflecting every origin would open the API.
  if (cors?.credentials === true && cors.origins.includes('*'))
    return refuseValue('/cors/origins', 'With credentials, every origin must be named.')
  return null
}
