// Who calls the control plane? Today one credential exists, the deployment's ADMIN_TOKEN, which reaches everything.
import { createMiddleware } from 'hono/factory'
import { equalSecrets } from '../keys/equal-secrets.ts'
import { isCleartext } from '../policy/loopback.ts'
import { permissionsOfOperator } from '../policy/permissions.ts'
import { refuse } from '../problem.ts'
import type { ControlEnv, Principal } from './deps.ts'
import { auditContext } from './audit-context.ts'
import { refused } from './refused.ts'

const ADMIN = {
  id: 'admin_token',
  reach: 'platform',
  permissions: permissionsOfOperator('owner'),
  // Nobody in particular: whoever reads the audit trail should ask who held the token.
  actor: { type: 'operator', id: 'admin_token', break_glass: true },
} satisfies Omit<Principal, 'context'>

/** Sets the principal or answers 401. The answer says nothing of why: a missing, a malformed and a wrong token look alike. */
export const requireOperator = createMiddleware<ControlEnv>(async (c, next) => {
  // Before the credential is looked at: over cleartext, good and bad ones get the same answer.
  if (isCleartext(c.req.url, c.env.config.localDevelopment)) return refused(c, refuse('tls_required'))
  const token = bearerToken(c.req.header('authorization') ?? '')
  if (token === null || !(await equalSecrets(token, c.env.config.adminToken)))
    return refused(c, refuse('unauthorized'))
  c.set('principal', { ...ADMIN, context: auditContext(c.req.raw.headers, c.env.requestId) })
  return next()
})

// RFC 6750, section 2.1. Repeated headers arrive joined by ", ", and no token holds a comma or a space: they are refused.
function bearerToken(header: string): string | null {
  return /^bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1] ?? null
}
