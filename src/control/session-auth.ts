// A session's cookie as a credential. Everything is judged anew at each request, from the rows: a session that was ended, and
// whoever was removed or suspended, is nobody at the next one.
import type { Context } from 'hono'
import { isAlive, isSeenAnew } from '../policy/session.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { findHeldSession, type HeldSession } from '../store/held-session.ts'
import { touchSession, type SessionRow } from '../store/sessions.ts'
import type { ControlDeps, ControlEnv } from './deps.ts'
import { logFailure } from './failure.ts'
import { readHostCookie } from './host-cookie.ts'
import { isFromOwnPage } from './own-page.ts'
import { principalOf, type Caller } from './principals.ts'
import { readToken } from './session-token.ts'

/** Who calls, and by which session; null for a credential in a header. */
export interface Authenticated {
  readonly caller: Caller
  readonly session: SessionRow | null
}

/** A cookie that is missing, malformed, of an ended session or of somebody who may no longer act: all the same 401. */
export async function authenticateSession(c: Context<ControlEnv>): Promise<Result<Authenticated, Refusal>> {
  const token = readHostCookie(c, 'latchkey_session')
  if (token === null) return err(refuse('unauthorized'))
  // Before the cookie is looked up: another site's page learns nothing of whether it is good.
  if (!isFromOwnPage(c.req.raw)) return err(refuse('cross_site_request'))
  const held = await findLiveSession(c.env, token)
  if (held === null) return err(refuse('unauthorized'))
  noteUse(c.env, held.session)
  return ok({ caller: principalOf(held.holder), session: held.session })
}

/** The session of a cookie's value; null when it is over or nobody's. */
export async function findLiveSession(
  { databases, now }: ControlDeps,
  token: string,
): Promise<HeldSession | null> {
  const name = await readToken(token)
  if (name === null) return null
  const at = now()
  const held = await findHeldSession(databases, name, at)
  return held !== null && isAlive(held.session, at) ? held : null
}

// Not awaited by the answer. Where it fails, the session ends earlier than it might have.
function noteUse(deps: ControlDeps, session: SessionRow): void {
  const at = deps.now()
  if (!isSeenAnew(session, at)) return
  const touched = touchSession(deps.databases, session, at)
  deps.waitUntil(touched.catch((error: unknown) => logFailure(deps, 'session_not_touched', error)))
}
