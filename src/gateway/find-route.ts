// Step 1 with everything that can be refused before anybody is asked who they are.
import type { UpstreamFacts } from '../model/snapshot.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { answersPreflight, isPreflight } from './cors.ts'
import type { Exchange, Match } from './exchange.ts'
import { acceptsPath } from './path.ts'
import type { RouteMatch } from './route.ts'
import type { Fetch } from './upstream.ts'

/** Methods that would show an origin's view of the headers we inject, or open a tunnel (RFC 9110, 9.3.6 and 9.3.8). */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT'])
const COMMON_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

export function findRoute(exchange: Exchange): Result<Match, Refusal> {
  const { request, target, config } = exchange
  if (FORBIDDEN_METHODS.has(request.method.toUpperCase())) {
    return err(refuse('method_not_allowed', { allow: COMMON_METHODS }))
  }
  const match = matchRoute(exchange)
  if (match.kind === 'none') return err(nothingFound(exchange))
  if (match.kind === 'method') return err(refuse('method_not_allowed', { allow: match.allow }))
  const { route } = match
  if (!acceptsPath(route.pathMode, target)) {
    return err(refuse('request_invalid', { detail: 'The path can be read in more than one way.' }))
  }
  const upstream = config.upstreams.get(route.upstreamId)
  const fetch = upstream === undefined ? null : fetchOf(upstream, exchange)
  if (upstream === undefined || fetch === null) {
    return err(refuse('not_configured', { detail: 'The upstream of this route is not there.' }))
  }
  return ok({ route, upstream, fetch })
}

// A preflight asks on behalf of another method, so the route of that method has the policy. An open route without one
// leaves preflights to its origin: such a request is then an OPTIONS request like any other, with that route's rules.
export function matchRoute({ request, target, config }: Exchange): RouteMatch {
  if (isPreflight(request)) {
    const asked = request.headers.get('access-control-request-method') ?? ''
    const match = config.routes.match(target.host, asked, target.path)
    if (match.kind === 'route' && answersPreflight(match.route)) return match
  }
  return config.routes.match(target.host, request.method, target.path)
}

function nothingFound({ config, deps }: Exchange): Refusal {
  const isFresh = !config.snapshot.wasRouted && deps.config.originUrl === null
  if (!isFresh) return refuse('route_not_found')
  return refuse('not_configured', {
    detail: 'There is no route yet. Set the variable ORIGIN_URL, or create an upstream and a route.',
  })
}

function fetchOf(upstream: UpstreamFacts, { deps }: Exchange): Fetch | null {
  if ('url' in upstream.target) return deps.fetch
  const service = deps.service(upstream.target.service)
  return service === null ? null : (url, init) => service.fetch(url, init)
}
