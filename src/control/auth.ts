// Who calls the control plane? The holder of an operator's key, of a session, or of the deployment's ADMIN_TOKEN, which reaches
// everything and is told of each time.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { equalSecrets } from '../keys/equal-secrets.ts'
import { redactKeys } from '../keys/redact.ts'
import { isCleartext } from '../policy/loopback.ts'
import { permissionsOfOperator } from '../policy/permissions.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import type { AuditContext } from '../store/audit-chain.ts'
import { auditContext } from './audit-context.ts'
import type { ControlDeps, ControlEnv } from './deps.ts'
import { authenticateKey } from './operator-key.ts'
import { operatorPrincipal, type Caller } from './principals.ts'
import { refused } from './refused.ts'
import { authenticateSession, type Authenticated } from './session-auth.ts'

const MAX_LOGGED_PATH = 256

/** Whoever holds the ADMIN_TOKEN. */
export const ADMIN = {
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
  const context = auditContext(c.req.raw.headers, c.env.requestId)
  if (caller.actor.break_glass) logBreakGlass(c, context)
  c.set('principal', { ...caller, context })
  c.set('session', session)
  return next()
})

async function authenticateBearer(
  deps: ControlDeps,
  header: string,
): Promise<Result<Authenticated, Refusal>> {
  const token = bearerToken(header)
  if (token === null) return err(refuse('unauthorized'))
  if (await equalSecrets(token, deps.config.adminToken)) return ok({ caller: ADMIN, session: null })
  const holder = await authenticateKey(deps, token)
  return holder.ok ? ok({ caller: operatorPrincipal(holder.value), session: null }) : holder
}

// Reads too, of which the audit trail says nothing. A path holds what its sender put there, a key by mistake among it.
function logBreakGlass(c: Context<ControlEnv>, { request_id, address }: AuditContext): void {
  const path = redactKeys(c.req.path.slice(0, MAX_LOGGED_PATH))
  c.env.log({ event: 'break_glass', request_id, address, method: c.req.method, path })
}

// RFC 6750, section 2.1. Repeated headers arrive joined by ", ", and no token holds a comma or a space: they are refused.
function bearerToken(header: string): string | null {
  return /^bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1] ?? null
}
