// Whether a request comes from a page of ours. A browser sends a session's cookie along with whatever another site's page
// asks for; who sends a credential of its own in a header needs no such proof.
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { refuse } from '../problem.ts'
import type { ControlEnv } from './deps.ts'
import { refused } from './refused.ts'

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** True for what changes nothing, and for what a browser says is a page of this origin. */
export function isFromOwnPage({ method, url, headers }: Request): boolean {
  if (READS.has(method)) return true
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  // Each of the two that is there must say so, and one must be there: no browser of today sends neither with a write.
  if (site !== null && site !== 'same-origin') return false
  if (origin !== null && origin !== new URL(url).origin) return false
  return site !== null || origin !== null
}

/** For endpoints that set or clear a session without a credential. */
export const ownPageOnly: MiddlewareHandler<ControlEnv> = createMiddleware<ControlEnv>(async (c, next) =>
  isFromOwnPage(c.req.raw) ? next() : refused(c, refuse('cross_site_request')),
)
