// /_latchkey/v1/keys: API keys. The secret stands in the answer that creates it and nowhere else.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { findKey, type KeyRow } from '../../store/api-keys.ts'
import { answerChange, answerFound, type ChangeContext } from '../change-answer.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { deletion, restoration } from '../key-endings.ts'
import { KEY, keyUpdate } from '../key-changes.ts'
import { KEY_VERBS, revocation } from '../key-verbs.ts'
import { makeKey } from '../new-key.ts'
import { answer, body, changeProblems, idParameter, readProblems, writeProblems } from '../operation.ts'
import { needs } from '../needs.ts'
import { etagOf } from '../precondition.ts'
import { refused } from '../refused.ts'
import type { Decide } from '../resource.ts'
import { ChangedKey, CreatedKey, Key, KeyPatch, NewKey, Revocation, viewKey } from '../schemas/key.ts'
import { deleteRoute, verbRoute } from '../verb-route.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/keys'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create a key',
  ...needs('keys:write', jsonBody),
  request: body(NewKey),
  responses: { 201: answer('Created', CreatedKey), ...writeProblems('not_found', 'conflict') },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a key',
  ...needs('keys:read'),
  request: { params: idParameter },
  responses: { 200: answer('The key', Key), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change fields of a key. `null` clears',
  ...needs('keys:write', jsonBody, someBody),
  request: { params: idParameter, query: waitQuery, ...body(KeyPatch) },
  responses: { 200: answer('Changed', ChangedKey), ...changeProblems('not_found', 'conflict') },
})

const revoke = createRoute({
  method: 'post',
  path: `${PATH}/{id}/revoke`,
  summary: 'Revoke a key for good. Repeating it changes nothing: the first reason stays',
  ...needs('keys:revoke', jsonBody),
  request: {
    params: idParameter,
    query: waitQuery,
    body: { content: { 'application/json': { schema: Revocation } } },
  },
  responses: { 200: answer('Revoked', ChangedKey), ...changeProblems('not_found', 'conflict') },
})

const remove = deleteRoute(
  'keys:revoke',
  `${PATH}/{id}`,
  'Delete a key for good. One that is in use has to be revoked first',
  ChangedKey,
)
const restore = verbRoute(
  'keys:write',
  `${PATH}/{id}/restore`,
  'Take a revocation back, within 7 days, and never one for a leak',
  ChangedKey,
)
const disable = verbRoute('keys:revoke', `${PATH}/{id}/disable`, 'Switch a key off', ChangedKey)
const enable = verbRoute('keys:write', `${PATH}/{id}/enable`, 'Switch a disabled key on', ChangedKey)
const expire = verbRoute('keys:revoke', `${PATH}/{id}/expire`, 'Let a key expire now', ChangedKey)

export type KeysEndpoints =
  | typeof create
  | typeof get
  | typeof update
  | typeof revoke
  | typeof disable
  | typeof enable
  | typeof expire
  | typeof restore
  | typeof remove

export function mountKeys(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const made = await makeKey(c.env, c.var.principal, c.req.valid('json'))
    if (!made.ok) return refused(c, made.error)
    const { row, secret } = made.value
    return c.json({ key: viewKey(row, c.env.now()), secret }, 201, {
      'Cache-Control': 'no-store',
      ETag: etagOf(row),
    })
  })

  app.openapi(get, async (c) => {
    const row = await findKey(c.env.databases, c.var.principal.reach, c.req.valid('param').id)
    return answerFound(c, row, (key) => viewKey(key, c.env.now()))
  })

  app.openapi(update, async (c) => {
    const { principal } = c.var
    const patch = c.req.valid('json')
    return answerKey(c, keyUpdate(c.env, principal, patch))
  })
  app.openapi(revoke, async (c) => {
    const { reason = 'unspecified' } = c.req.valid('json')
    return answerKey(c, revocation(reason, c.var.principal))
  })
  app.openapi(disable, async (c) => answerKey(c, KEY_VERBS.disable(c.var.principal)))
  app.openapi(enable, async (c) => answerKey(c, KEY_VERBS.enable(c.var.principal)))
  app.openapi(expire, async (c) => answerKey(c, KEY_VERBS.expire(c.var.principal)))
  app.openapi(restore, async (c) => answerKey(c, restoration(c.env, c.var.principal)))
  app.openapi(remove, async (c) => answerKey(c, deletion(c.env)))
}

function answerKey(c: ChangeContext, decide: Decide<KeyRow>) {
  return answerChange(c, KEY, (row) => ({ key: viewKey(row, c.env.now()) }), decide)
}
