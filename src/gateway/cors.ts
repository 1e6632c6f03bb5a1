// CORS of a route (Fetch standard, section 3.3). A preflight is answered from the policy, never authenticated, and costs
// nothing; the headers stand on refusals too, or a page could not read why it was refused.
import type { CorsPolicy } from '../model/policy.ts'
import type { RouteFacts } from '../model/snapshot.ts'
import { allowsWebOrigin } from '../policy/network.ts'

const DEFAULT_EXPOSED = [
  'X-Request-Id',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-API-Key-Expiring',
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

/**
 * Answers a preflight. An origin that the policy does not know gets a 204 without permission: the browser then refuses.
 * @param methods what the routes on this path take; empty: every method
 */
export function preflightResponse(request: Request, route: RouteFacts, methods: readonly string[]): Response {
  const headers = new Headers({ 'cache-control': 'no-store' })
  headers.set('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
  const { cors } = route
  const allowOrigin = cors === null ? null : allowedOrigin(cors, request.headers.get('origin'))
  if (cors === null || allowOrigin === null) return new Response(null, { status: 204, headers })
  const asked = request.headers.get('access-control-request-method') ?? ''
  const allowed = cors.methods ?? (methods.length === 0 ? [asked] : methods)
  headers.set('access-control-allow-origin', allowOrigin)
  headers.set('access-control-allow-methods', allowed.join(', '))
  // `*` would not cover Authorization (Fetch, section 3.3.4), so what is asked for is named.
  const allowHeaders = cors.headers?.join(', ') ?? request.headers.get('access-control-request-headers') ?? ''
  if (allowHeaders !== '') headers.set('access-control-allow-headers', allowHeaders)
  if (cors.credentials === true) headers.set('access-control-allow-credentials', 'true')
  headers.set('access-control-max-age', String(cors.maxAgeSeconds ?? 600))
  return new Response(null, { status: 204, headers })
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

function allowedOrigin(cors: CorsPolicy, webOrigin: string | null): string | null {
  if (webOrigin === null) return null
  // With credentials `*` is no wildcard, and echoing any origin would let every page act as the user: both refused.
  if (cors.origins.includes('*')) return cors.credentials === true ? null : '*'
  return allowsWebOrigin(cors.origins, webOrigin) ? webOrigin : null
}
