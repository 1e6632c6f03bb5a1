// Who calls the control plane? The holder of the deployment's ADMIN_TOKEN, which reaches everything, or of a session.
import { createMiddleware } from 'hono/factory'
import { equalSecrets } from '../keys/equal-secrets.ts'
import { isCleartext } from '../policy/loopback.ts'
import { permissionsOfOperator } from '../policy/permissions.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { auditContext } from './audit-context.ts'
import type { ControlDeps, ControlEnv } from './deps.ts'
import type { Caller } from './principals.ts'
import { refused } from './refused.ts'
import { authenticateSession, type Authenticated } from './session-auth.ts'

const ADMIN = {
  id: 'admin_token',
  reach: 'platform',
  permissions: permissionsOfOperator('owner'),
  // Nobody in particular: whoever reads the audit trail should ask who held the token.
  actor: { type: 'operator', id: 'admin_token', break_glass: true },
} satisfies Caller

/** Sets the principal or answers 401. The answer says nothing of why: a missing, a malformed and a wrong token look alike. */
export const requireOperator = createMiddleware<ControlEnv>(async (c, next) => {
  // Before the credential is looked at: over cleartext, good and bad ones get the same answer.
  if (isCleartext(c.req.url, c.env.config.localDevelopment)) return refused(c, refuse('tls_required'))
  // A credential in the header decides alone, be it good or bad: who sends one means to be that, not whom a cookie names.
  const header = c.req.header('authorization')
  const known = header === undefined ? await authenticateSession(c) : await authenticateBearer(c.env, header)
  if (!known.ok) return refused(c, known.error)
  const { caller, session } = known.value
  c.set('principal', { ...caller, context: auditContext(c.req.raw.headers, c.env.requestId) })
  c.set('session', session)
  return next()
})

async function authenticateBearer(
  { config }: ControlDeps,
  header: string,
): Promise<Result<Authenticated, Refusal>> {
  const token = bearerToken(header)
  const isAdmin = token !== null && (await equalSecrets(token, config.adminToken))
  return isAdmin ? ok({ caller: ADMIN, session: null }) : err(refuse('unauthorized'))
}

// RFC 6750, section 2.1. Repeated headers arrive joined by ", ", and no token holds a comma or a space: they are refused.
function bearerToken(header: string): string | null {
  return /^bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1] ?? null
}
