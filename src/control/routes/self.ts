// /_latchkey/self: what the holder of a key may learn of it and do to it, with the key itself as the credential. On every host that
// consumers call, also where the control plane has a host of its own.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { refuse } from '../../problem.ts'
import { findKey } from '../../store/api-keys.ts'
import { answerChanged } from '../change-answer.ts'
import type { ControlEnv } from '../deps.ts'
import { idempotent } from '../idempotency.ts'
import { jsonBody } from '../json-body.ts'
import { answer, IDEMPOTENCY_PROBLEMS } from '../operation.ts'
import { refused } from '../refused.ts'
import { unhurried, wholeKeyOnly } from '../self-auth.ts'
import { revokeSelf, viewRevoked } from '../self-revocation.ts'
import { rotateSelf } from '../self-rotation.ts'
import {
  DEFAULT_REASON,
  OwnRevocation,
  OwnRotation,
  RevokedOwnKey,
  RotatedOwnKey,
  Self,
  viewOwnKey,
  viewSelf,
} from '../schemas/self.ts'
import { endingProblems, ofKey, selfProblems, selfWriteProblems } from '../self-operation.ts'
import { unguessable } from '../unguessable.ts'
import { waitQuery, waitUntilEffective } from '../wait.ts'

const PATH = '/_latchkey/self'

const get = createRoute({
  method: 'get',
  path: PATH,
  summary: 'What this key is, how long it lasts and what is left of its limits. Takes nothing of them',
  ...ofKey(unhurried),
  responses: { 200: answer('The key', Self), ...selfProblems('not_found') },
})

const revoke = createRoute({
  method: 'delete',
  path: PATH,
  summary: 'Revoke this key, for good if it has leaked, and the successors that it gave itself',
  ...ofKey(wholeKeyOnly, jsonBody),
  request: { query: waitQuery, body: { content: { 'application/json': { schema: OwnRevocation } } } },
  responses: { 200: answer('Revoked', RevokedOwnKey), ...endingProblems('change_pending') },
})

const rotate = createRoute({
  method: 'post',
  path: `${PATH}/rotate`,
  summary: 'Give this key a successor, if its project allows it. Both pass until the grace ends',
  ...ofKey(wholeKeyOnly, unhurried, unguessable, jsonBody, idempotent),
  request: { query: waitQuery, body: { content: { 'application/json': { schema: OwnRotation } } } },
  responses: {
    201: answer('Rotated', RotatedOwnKey),
    ...selfWriteProblems('change_pending', ...IDEMPOTENCY_PROBLEMS),
  },
})

export function mountSelf(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(get, async (c) => {
    const { holder, principal } = c.var
    const row = await findKey(c.env.databases, principal.reach, holder.facts.id)
    if (row === null) return refused(c, refuse('not_found'))
    return c.json(await viewSelf(holder, row, c.env.now()), 200)
  })

  app.openapi(revoke, async (c) => {
    const reason = c.req.valid('json')?.reason ?? DEFAULT_REASON
    const revoked = await revokeSelf(c.env, c.var.principal, c.var.holder.facts, reason)
    return answerChanged(c, revoked, (ended) => viewRevoked(ended, c.env.now()))
  })

  app.openapi(rotate, async (c) => {
    const { holder, principal } = c.var
    const rotated = await rotateSelf(c.env, principal, holder.facts.projectId, c.req.valid('json') ?? {})
    if (!rotated.ok) return refused(c, rotated.error)
    const { successor, secret, previous, propagation } = rotated.value
    if (propagation !== null) await waitUntilEffective(c.env, c.req.valid('query'), propagation)
    const now = c.env.now()
    const shown = {
      key: viewOwnKey(successor, now),
      secret,
      previous: viewOwnKey(previous, now),
      propagation,
    }
    return c.json(shown, 201, { 'Cache-Control': 'no-store' })
  })
}
