// /_latchkey/v1/keys/{id}/rotate and what follows it: one key takes the place of another while both pass for a while.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { KeyRow } from '../../store/api-keys.ts'
import { answerChange, type ChangeContext } from '../change-answer.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody } from '../json-body.ts'
import { KEY } from '../key-changes.ts'
import { rotateKey } from '../key-rotation.ts'
import { needs } from '../needs.ts'
import { answer, changeProblems, idParameter, readProblems } from '../operation.ts'
import { etagOf } from '../precondition.ts'
import { refused } from '../refused.ts'
import type { Decide } from '../resource.ts'
import { cancellation, completion } from '../rotation-endings.ts'
import { findEvidence } from '../rotation-evidence.ts'
import { ChangedKey, viewKey } from '../schemas/key.ts'
import { NewRotation, RotatedKey, RotationEvidence, viewPrevious } from '../schemas/rotation.ts'
import { verbRoute } from '../verb-route.ts'
import { waitQuery, waitUntilEffective } from '../wait.ts'

const PATH = '/_latchkey/v1/keys/{id}'

const rotate = createRoute({
  method: 'post',
  path: `${PATH}/rotate`,
  summary: 'Give a key a successor with the same facts and the same budget. Both pass until the grace ends',
  ...needs('keys:write', jsonBody),
  request: {
    params: idParameter,
    query: waitQuery,
    body: { content: { 'application/json': { schema: NewRotation } } },
  },
  responses: { 201: answer('Rotated', RotatedKey), ...changeProblems('not_found', 'conflict') },
})

const evidence = createRoute({
  method: 'get',
  path: `${PATH}/rotation`,
  summary: 'Whether the old key is still used since its rotation began',
  ...needs('keys:read'),
  request: { params: idParameter },
  responses: { 200: answer('What is known', RotationEvidence), ...readProblems('not_found', 'conflict') },
})

const complete = verbRoute(
  'keys:write',
  `${PATH}/complete-rotation`,
  'End the old key now. The id is that of the old key',
  ChangedKey,
)

const cancel = verbRoute(
  'keys:write',
  `${PATH}/cancel-rotation`,
  'Revoke the new key, and let the old one go on. The id is that of the old key',
  ChangedKey,
)

export type KeyRotationEndpoints = typeof rotate | typeof evidence | typeof complete | typeof cancel

export function mountKeyRotation(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(rotate, async (c) => {
    const { id } = c.req.valid('param')
    const given = c.req.valid('json') ?? {}
    const rotated = await rotateKey(c.env, c.var.principal, id, given, c.req.header('if-match'))
    if (!rotated.ok) return refused(c, rotated.error)
    const { successor, secret, previous, propagation } = rotated.value
    if (propagation !== null) await waitUntilEffective(c.env, c.req.valid('query'), propagation)
    const now = c.env.now()
    const shown = { key: viewKey(successor, now), secret, previous: viewPrevious(previous, now), propagation }
    return c.json(shown, 201, { 'Cache-Control': 'no-store', ETag: etagOf(successor) })
  })

  app.openapi(evidence, async (c) => {
    const found = await findEvidence(c.env, c.var.principal, c.req.valid('param').id)
    return found.ok ? c.json(found.value, 200) : refused(c, found.error)
  })

  app.openapi(complete, async (c) => answerKey(c, completion(c.env)))
  app.openapi(cancel, async (c) => answerKey(c, cancellation(c.env, c.var.principal)))
}

function answerKey(c: ChangeContext, decide: Decide<KeyRow>) {
  return answerChange(c, KEY, (row) => ({ key: viewKey(row, c.env.now()) }), decide)
}
