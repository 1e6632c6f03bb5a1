// The `Idempotency-Key` of a write whose answer holds a secret that others than its author could ask for: whoever else has the
// credential. There the key is what keeps them from it, so it must not be one that people think of.
import { createMiddleware } from 'hono/factory'
import type { ControlEnv } from './deps.ts'
import { IDEMPOTENCY_HEADER } from './idempotency.ts'
import { refused, refuseParameter } from './refused.ts'

/** As many base64url digits as 128 bits take. */
export const MIN_UNGUESSABLE = 22

/** Stands before `idempotent`, which looks at the rest of the key. */
export const unguessable = createMiddleware<ControlEnv>(async (c, next) => {
  const key = c.req.header(IDEMPOTENCY_HEADER)
  if (key === undefined || key.length >= MIN_UNGUESSABLE) return next()
  return refused(
    c,
    refuseParameter(
      IDEMPOTENCY_HEADER,
      `Takes ${MIN_UNGUESSABLE} characters or more here, which nobody can guess, such as openssl rand -hex 16 makes: whoever repeats it is told the new key.`,
    ),
  )
})
