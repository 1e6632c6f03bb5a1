// Which routes might have been meant by a request that another one answers, or none. Each is asked alone, with one thing about it
// or about the request changed, so that the answer is the route table's own.
import type { NearbyRoute } from '../model/explanation.ts'
import type { RouteFacts } from '../model/snapshot.ts'
import type { Target } from './path.ts'
import { compileRoutes, type RouteTable } from './route.ts'

const MAX_NEARBY = 5

/** @param chosen the route that answers, null for none */
export function nearbyRoutes(
  routes: readonly RouteFacts[],
  table: RouteTable,
  chosen: RouteFacts | null,
  method: string,
  target: Target,
): readonly NearbyRoute[] {
  return routes
    .filter((route) => route !== chosen)
    .flatMap((route) => {
      const near = nearnessOf(route, table, method, target)
      return near === null ? [] : [{ routeId: route.id, ...near }]
    })
    .slice(0, MAX_NEARBY)
}

function nearnessOf(
  route: RouteFacts,
  table: RouteTable,
  method: string,
  { host, path }: Target,
): Pick<NearbyRoute, 'reason' | 'detail'> | null {
  // Compiled once: of a thousand routes, most are near nothing, and each of them is asked everything.
  const own = compileRoutes([route])
  const alone = own.match(host, method, path).kind
  const owned = table.match(host, route.methods[0] ?? method, path)
  if (alone === 'method' && owned.kind === 'route' && owned.route === route)
    return { reason: 'method', detail: `It takes ${route.methods.join(', ')}, not ${method}.` }
  if (alone !== 'none')
    return {
      reason: 'outranked',
      detail: `It takes ${route.path}. A route of higher priority, or a more specific one, owns this path.`,
    }
  if (
    route.hosts.length > 0 &&
    compileRoutes([{ ...route, hosts: [] }]).match(host, method, path).kind === 'route'
  )
    return { reason: 'host', detail: `It is for ${route.hosts.join(', ')}, not ${host}.` }
  const meant = respellings(path).find((spelling) => own.match(host, method, spelling).kind === 'route')
  return meant === undefined
    ? null
    : { reason: 'spelling', detail: `It takes ${meant}, which is another path than ${path}.` }
}

// `/orders` and `/orders/` are two paths, and case counts.
function respellings(path: string): readonly string[] {
  const slashed = path.endsWith('/') ? path.slice(0, -1) || '/' : `${path}/`
  return [slashed, path.toLowerCase(), slashed.toLowerCase()]
}
