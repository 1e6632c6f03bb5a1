// /_latchkey/v1/operators: who operates the gateway, by a key or by logging in.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { PLATFORM_ROLES, TENANT_STATES } from '../../model/vocabulary.ts'
import { findOperator, listOperators } from '../../store/operators.ts'
import { answerChange, answerFound } from '../change-answer.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { needs } from '../needs.ts'
import {
  answer,
  body,
  bodilessProblems,
  changeProblems,
  idParameter,
  pageOf,
  readProblems,
  writeProblems,
} from '../operation.ts'
import {
  makeOperator,
  OPERATOR,
  operatorDeletion,
  operatorResumption,
  operatorSuspension,
  operatorUpdate,
  rotateOperatorKey,
} from '../operator-changes.ts'
import { etagOf } from '../precondition.ts'
import { refused } from '../refused.ts'
import {
  ChangedOperator,
  NewOperator,
  Operator,
  OperatorPatch,
  OperatorWithKey,
  viewOperator,
} from '../schemas/operator.ts'
import { deleteRoute, verbRoute } from '../verb-route.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/operators'
const NO_STORE = { 'Cache-Control': 'no-store' }

const filters = z.strictObject({
  role: z.enum(PLATFORM_ROLES).optional(),
  email: field.email.optional().openapi({ description: 'In whatever case it is written.' }),
  state: z.enum(TENANT_STATES).optional().openapi({ description: 'Without it, all but the deleted ones.' }),
  ...pageFields,
})

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create an operator. The key appears in this answer and nowhere else',
  ...needs('operators:write', jsonBody),
  request: body(NewOperator),
  responses: { 201: answer('Created', OperatorWithKey), ...writeProblems('conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List operators, newest first',
  ...needs('operators:read'),
  request: { query: filters },
  responses: { 200: answer('A page', pageOf(Operator)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get an operator',
  ...needs('operators:read'),
  request: { params: idParameter },
  responses: { 200: answer('The operator', Operator), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change fields of an operator. What is not given stays',
  ...needs('operators:write', jsonBody, someBody),
  request: { params: idParameter, query: waitQuery, ...body(OperatorPatch) },
  responses: { 200: answer('Changed', ChangedOperator), ...changeProblems('not_found', 'conflict') },
})

const rotate = createRoute({
  method: 'post',
  path: `${PATH}/{id}/rotate-key`,
  summary: 'Give an operator a new key. The old one is dead at once',
  ...needs('operators:write'),
  request: { params: idParameter },
  responses: {
    200: answer('Rotated', OperatorWithKey),
    ...bodilessProblems('not_found', 'conflict', 'precondition_failed'),
  },
})

const suspend = verbRoute(
  'operators:write',
  `${PATH}/{id}/suspend`,
  'Suspend an operator: its key and its sessions are refused from the next request on',
  ChangedOperator,
)

const resume = verbRoute('operators:write', `${PATH}/{id}/resume`, 'Resume an operator', ChangedOperator)

const remove = deleteRoute(
  'operators:write',
  `${PATH}/{id}`,
  'Delete an operator, with its key and its sessions',
  ChangedOperator,
)

export type OperatorsEndpoints =
  | typeof create
  | typeof list
  | typeof get
  | typeof rotate
  | typeof update
  | typeof suspend
  | typeof resume
  | typeof remove

export function mountOperators(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const made = await makeOperator(c.env, c.var.principal, c.req.valid('json'))
    if (!made.ok) return refused(c, made.error)
    const { row, secret } = made.value
    return c.json({ operator: viewOperator(row), secret }, 201, { ...NO_STORE, ETag: etagOf(row) })
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { cursor, limit, ...filter } = c.req.valid('query')
    const identity = ['operators', filter]
    const page = await readPage(config.secret, identity, { cursor, limit })
    if (!page.ok) return refused(c, page.error)
    const rows = await listOperators(databases, filter, page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewOperator), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findOperator(c.env.databases, c.req.valid('param').id)
    return answerFound(c, row, viewOperator)
  })

  app.openapi(rotate, async (c) => {
    const { id } = c.req.valid('param')
    const rotated = await rotateOperatorKey(c.env, c.var.principal, id, c.req.header('if-match'))
    if (!rotated.ok) return refused(c, rotated.error)
    const { row, secret } = rotated.value
    return c.json({ operator: viewOperator(row), secret }, 200, { ...NO_STORE, ETag: etagOf(row) })
  })

  app.openapi(update, async (c) =>
    answerChange(c, OPERATOR, viewOperator, operatorUpdate(c.env, c.var.principal, c.req.valid('json'))),
  )
  app.openapi(suspend, async (c) =>
    answerChange(c, OPERATOR, viewOperator, operatorSuspension(c.env, c.var.principal)),
  )
  app.openapi(resume, async (c) =>
    answerChange(c, OPERATOR, viewOperator, operatorResumption(c.env, c.var.principal)),
  )
  app.openapi(remove, async (c) =>
    answerChange(c, OPERATOR, viewOperator, operatorDeletion(c.env, c.var.principal)),
  )
}
