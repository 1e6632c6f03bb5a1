// The endpoints of /_latchkey/v1/keys that a whole key passes through: out of the store, or in from whoever found one.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { inspectKeys } from '../key-inspection.ts'
import { revealKey } from '../key-reveal.ts'
import { needs, needsAnswer } from '../needs.ts'
import { answer, bodilessProblems, body, idParameter, questionProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { Inspection, Question, RevealedKey } from '../schemas/key-secrets.ts'
import { viewKey } from '../schemas/key.ts'

const PATH = '/_latchkey/v1/keys'

// POST: a reveal leaves an event behind, and no cache on the way keeps the answer to one.
const reveal = createRoute({
  method: 'post',
  path: `${PATH}/{id}/reveal`,
  summary: 'Show the key again, where its project keeps keys readable. Each time is an audit event',
  ...needs('keys:reveal'),
  request: { params: idParameter },
  responses: { 200: answer('The key', RevealedKey), ...bodilessProblems('not_found', 'conflict') },
})

const inspect = createRoute({
  method: 'post',
  path: `${PATH}/inspect`,
  summary: 'Which key is this, and would it pass? Deleted keys are recognised too',
  ...needsAnswer('keys:read', jsonBody, someBody),
  request: body(Question),
  responses: { 200: answer('What is known of it', Inspection), ...questionProblems('not_found') },
})

export type KeySecretsEndpoints = typeof reveal | typeof inspect

export function mountKeySecrets(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(reveal, async (c) => {
    const revealed = await revealKey(c.env, c.var.principal, c.req.valid('param').id)
    if (!revealed.ok) return refused(c, revealed.error)
    const { key, secret } = revealed.value
    return c.json({ key: viewKey(key, c.env.now()), secret }, 200, { 'Cache-Control': 'no-store' })
  })

  app.openapi(inspect, async (c) => {
    const matches = await inspectKeys(c.env, c.var.principal, c.req.valid('json'))
    return matches.length === 0 ? refused(c, refuse('not_found')) : c.json({ matches: [...matches] }, 200)
  })
}
