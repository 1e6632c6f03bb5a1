// Nothing that carries or sets a credential goes over cleartext. Before the credential is looked at: good and bad ones get
// the same answer.
import { createMiddleware } from 'hono/factory'
import { isCleartext } from '../policy/loopback.ts'
import { refuse } from '../problem.ts'
import type { ControlEnv } from './deps.ts'
import { refused } from './refused.ts'

export const tlsOnly = createMiddleware<ControlEnv>(async (c, next) =>
  isCleartext(c.req.url, c.env.config.localDevelopment) ? refused(c, refuse('tls_required')) : next(),
)
