// CORS of a route (Fetch standard, section 3.3): which requests are preflights (preflight.ts answers them), and the headers
// of every other answer. They stand on refusals too, or a page could not read why it was refused.
import type { CorsPolicy } from '../model/policy.ts'
import type { RouteFacts } from '../model/snapshot.ts'
import { allowsWebOrigin } from '../policy/web-origin.ts'

const DEFAULT_EXPOSED = [
  'X-Request-Id',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-Quota-Warning',
  'X-API-Key-Expiring',
  'Deprecation',
  'Sunset',
]

export function isPreflight(request: Request): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers.has('origin') &&
    request.headers.has('access-control-request-method')
  )
}

/** False where the origin answers preflights itself: an open route without a policy. */
export function answersPreflight(route: RouteFacts): boolean {
  return route.cors !== null || route.auth !== 'none'
}

/** Puts the route's policy on an answer, in place of whatever the origin said about CORS. */
export function applyCors(headers: Headers, webOrigin: string | null, cors: CorsPolicy | null): void {
  if (cors === null) return
  const said = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
  for (const name of said) headers.delete(name)
  headers.append('vary', 'Origin')
  const allowOrigin = allowedOrigin(cors, webOrigin)
  if (allowOrigin === null) return
  headers.set('access-control-allow-origin', allowOrigin)
  headers.set('access-control-expose-headers', [...DEFAULT_EXPOSED, ...(cors.exposeHeaders ?? [])].join(', '))
  if (cors.credentials === true) headers.set('access-control-allow-credentials', 'true')
}

/** What `Access-Control-Allow-Origin` says to a page; null: nothing. */
export function allowedOrigin(cors: CorsPolicy, webOrigin: string | null): string | null {
  if (webOrigin === null) return null
  // With credentials `*` is no wildcard, and echoing any origin would let every page act as the user: both refused.
  if (cors.origins.includes('*')) return cors.credentials === true ? null : '*'
  return allowsWebOrigin(cors.origins, webOrigin) ? webOrigin : null
}
