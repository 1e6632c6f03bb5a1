// POST /_latchkey/v1/keys/verify: would this key pass? For services that no request is forwarded to. A key that does not pass is
// an answer and not an error; that nobody can tell is an error.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { askedBy, isDecided, undecided, viewVerdict } from '../key-verification.ts'
import { needsAnswer } from '../needs.ts'
import { answer, body, questionProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { Verdict, VerificationQuestion } from '../schemas/verification.ts'

const verify = createRoute({
  method: 'post',
  path: '/_latchkey/v1/keys/verify',
  summary: 'Would the gateway let this key pass? Takes the cost of its limits, unless that is 0',
  ...needsAnswer('keys:verify', jsonBody, someBody),
  request: body(VerificationQuestion),
  responses: {
    200: answer('What the gateway says', Verdict),
    ...questionProblems('verification_unavailable'),
  },
})

export type KeyVerificationEndpoints = typeof verify

export function mountKeyVerification(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(verify, async (c) => {
    const verdict = await c.env.verify(askedBy(c.var.principal, c.req.valid('json')))
    return isDecided(verdict) ? c.json(viewVerdict(verdict), 200) : refused(c, undecided(verdict))
  })
}
