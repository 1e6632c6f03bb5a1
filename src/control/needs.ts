// What an endpoint needs of its caller, said where its path stands: it guards the endpoint, and stands in the OpenAPI document.
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Permission } from '../policy/permissions.ts'
import { refuse } from '../problem.ts'
import type { ControlEnv } from './deps.ts'
import { idempotent } from './idempotency.ts'
import { refused } from './refused.ts'

/** Under this name the OpenAPI document tells an endpoint's permission. */
export const PERMISSION_FIELD = 'x-permission'

// Either of them.
const CREDENTIALS = [{ operator: [] }, { session: [] }]

/** @param behind what comes after the caller is known to be allowed: it refuses before the key of a repeated write is looked at */
export function needs(permission: Permission, ...behind: readonly MiddlewareHandler<ControlEnv>[]) {
  return {
    security: CREDENTIALS,
    [PERMISSION_FIELD]: permission,
    middleware: [requirePermission(permission), ...behind, idempotent],
  }
}

/**
 * For a question that is asked by POST because no URL may hold what it is about. It changes nothing that a repetition would change twice,
 * and a kept answer would be told when it is no longer so: an `Idempotency-Key` is not looked at.
 */
export function needsAnswer(permission: Permission, ...behind: readonly MiddlewareHandler<ControlEnv>[]) {
  return {
    security: CREDENTIALS,
    [PERMISSION_FIELD]: permission,
    middleware: [requirePermission(permission), ...behind],
  }
}

/** For what is about the caller itself, which needs no permission. */
export function needsCaller(...behind: readonly MiddlewareHandler<ControlEnv>[]) {
  return { security: CREDENTIALS, [PERMISSION_FIELD]: 'none', middleware: [...behind, idempotent] }
}

// Before the body is read: who may not write at all learns nothing of what would be well-formed.
function requirePermission(permission: Permission) {
  return createMiddleware<ControlEnv>(async (c, next) =>
    c.var.principal.permissions.has(permission)
      ? next()
      : refused(c, refuse('permission_missing', { evidence: { permission } })),
  )
}
