// What a login and a logout do to the browser: its cookie, and the session that it had before.
import type { Context } from 'hono'
import { SESSION_LIFE_MS } from '../policy/session.ts'
import type { Refusal } from '../problem.ts'
import { ok, type Result } from '../result.ts'
import type { HeldSession } from '../store/held-session.ts'
import { auditContext } from './audit-context.ts'
import type { ControlEnv } from './deps.ts'
import { logFailure } from './failure.ts'
import { clearHostCookie, readHostCookie, setHostCookie } from './host-cookie.ts'
import { principalOf } from './principals.ts'
import { findLiveSession } from './session-auth.ts'
import type { StartedSession } from './session-changes.ts'
import { endSession } from './session-endings.ts'

/** Gives the browser its new session, and ends the one that it came with. */
export async function logIn(c: Context<ControlEnv>, { token }: StartedSession): Promise<void> {
  // The login stands whatever becomes of the old session, which nobody holds any more.
  await endCarried(c).catch((error: unknown) => logFailure(c.env, 'session_not_ended', error))
  setHostCookie(c, 'latchkey_session', token, SESSION_LIFE_MS)
}

/** Ends the session that the browser carries. One that is over already is no failure. */
export async function logOut(c: Context<ControlEnv>): Promise<Result<null, Refusal>> {
  const ended = await endCarried(c)
  if (!ended.ok && ended.error.code !== 'not_found') return ended
  clearHostCookie(c, 'latchkey_session')
  return ok(null)
}

/** The session that the browser has; null: none that is alive. */
export async function findCarried(c: Context<ControlEnv>): Promise<HeldSession | null> {
  const token = readHostCookie(c, 'latchkey_session')
  return token === null ? null : findLiveSession(c.env, token)
}

async function endCarried(c: Context<ControlEnv>): Promise<Result<unknown, Refusal>> {
  const held = await findCarried(c)
  if (held === null) return ok(null)
  const context = auditContext(c.req.raw.headers, c.env.requestId)
  return endSession(c.env, { ...principalOf(held.holder), context }, held.session.id)
}
