// Who calls about a key of its own: whoever holds it. It reaches its organization, because changes are looked for there, and holds
// no permission: what it may do is what its endpoints do.
import { createMiddleware } from 'hono/factory'
import type { Holder } from '../model/verification.ts'
import { refuse, type Refusal } from '../problem.ts'
import { auditContext } from './audit-context.ts'
import type { ControlDeps, ControlEnv } from './deps.ts'
import type { Caller } from './principals.ts'
import { refused } from './refused.ts'

/** Sets holder and principal, or answers as the gateway answers a request with this credential. */
export const requireHolder = createMiddleware<ControlEnv>(async (c, next) => {
  const holder = await c.env.authenticateHolder(c.req.raw)
  if (!holder.ok) return refused(c, holder.error)
  c.set('holder', holder.value)
  c.set('session', null)
  c.set('principal', {
    ...callerOf(holder.value),
    context: auditContext(c.req.raw.headers, c.env.requestId),
  })
  return next()
})

/** For what changes the key or lends it: before the body is read. */
export const wholeKeyOnly = createMiddleware<ControlEnv>(async (c, next) => {
  const refusal = refusesChange(c.var.holder)
  return refusal === null ? next() : refused(c, refusal)
})

/** For all but a revocation: before storage or the body is read, and before the key of a repeated write is looked at. */
export const unhurried = createMiddleware<ControlEnv>(async (c, next) => {
  const refusal = await refusesHaste(c.env, c.var.holder)
  return refusal === null ? next() : refused(c, refusal)
})

function refusesChange({ facts }: Holder): Refusal | null {
  if (facts.token !== undefined)
    return refuse('self_service_refused', { detail: 'A child token changes nothing, and lends nothing.' })
  // It stands in a public page: everybody who reads that could end it for everybody else.
  if (facts.kind === 'publishable')
    return refuse('self_service_refused', { detail: 'A publishable key is held by everybody.' })
  return null
}

/** The limiter's own period. */
const CALLS_PERIOD_SECONDS = 60

// No limit of the plan binds here, and of a publishable key everybody is a holder. Where the limiter fails, nobody is held up: it is a
// shield for storage, which can look after itself.
async function refusesHaste({ ownCalls }: ControlDeps, { facts }: Holder): Promise<Refusal | null> {
  if (ownCalls === null) return null
  // Whoever was lent the key must not keep its holder from it: all its tokens have one count, beside the key's.
  const key = facts.token === undefined ? facts.id : `${facts.id} lent`
  const { success } = await ownCalls.limit({ key }).catch(() => ({ success: true }))
  if (success) return null
  return refuse('rate_limited', {
    detail: 'Too many calls of this key about itself.',
    evidence: { limit: 'self-service' },
    retryAfterSeconds: CALLS_PERIOD_SECONDS,
  })
}

function callerOf({ facts: { id, organizationId } }: Holder): Caller {
  return {
    id,
    reach: { organizationId },
    permissions: new Set(),
    actor: { type: 'key', id, break_glass: false },
  }
}
