// A preflight is answered from the route's policy, never authenticated, and costs nothing. Loaded by the first one.
import type { RouteFacts } from '../model/snapshot.ts'
import { allowedOrigin } from './cors.ts'

/**
 * Answers a preflight. An origin that the policy does not know gets a 204 without permission: the browser then refuses.
 * @param methods what the routes on this path take; empty: every method
 */
export function preflightAnswer(
  { cors }: RouteFacts,
  request: Request,
  methods: readonly string[],
): Response {
  const headers = new Headers({ 'cache-control': 'no-store' })
  headers.set('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers')
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
