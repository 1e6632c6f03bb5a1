// /_latchkey/v1/plans: named limits and quotas, in force for every key that has the plan or inherits it.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { newId } from '../../ids.ts'
import { refuse, type Refusal } from '../../problem.ts'
import { createPlan, findPlan, listPlans } from '../../store/plans.ts'
import { spread } from '../change.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body, idParameter, OPERATOR, pageOf, readProblems, writeProblems } from '../operation.ts'
import { refused, refuseTaken, refuseValue } from '../refused.ts'
import { limitRow, NewPlan, Plan, quotaRow, viewPlan } from '../schemas/plan.ts'

const PATH = '/_latchkey/v1/plans'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create a plan',
  ...OPERATOR,
  middleware: [jsonBody],
  request: body(NewPlan),
  responses: { 201: answer('Created', Plan), ...writeProblems('conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List plans, newest first',
  ...OPERATOR,
  request: { query: z.strictObject(pageFields) },
  responses: { 200: answer('A page', pageOf(Plan)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a plan',
  ...OPERATOR,
  request: { params: idParameter },
  responses: { 200: answer('The plan', Plan), ...readProblems('not_found') },
})

export function mountPlans(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const given = c.req.valid('json')
    const repeated = repeatedName(given)
    if (repeated !== null) return refused(c, repeated)
    const id = newId('plan')
    const at = c.env.now()
    const created = await createPlan(
      c.env.databases,
      { id, name: given.name, createdAt: at, updatedAt: at },
      given.limits.map((limit) => limitRow(id, limit)),
      (given.quotas ?? []).map((quota) => quotaRow(id, quota)),
    )
    if (!created.ok) return refused(c, refuseTaken(created.error.field))
    await spread(c.env, { kind: 'config' })
    return c.json(viewPlan(created.value), 201)
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const page = await readPage(config.secret, ['plans'], c.req.valid('query'))
    if (!page.ok) return refused(c, page.error)
    const rows = await listPlans(databases, page.value)
    return c.json(await pageBody(config.secret, ['plans'], rows, viewPlan), 200)
  })

  app.openapi(get, async (c) => {
    const plan = await findPlan(c.env.databases, c.req.valid('param').id)
    return plan === null ? refused(c, refuse('not_found')) : c.json(viewPlan(plan), 200)
  })
}

// One name space for both: a refusal names the limit or the quota, and the name alone must tell which.
function repeatedName({ limits, quotas = [] }: z.infer<typeof NewPlan>): Refusal | null {
  const entries = [
    ...limits.map(({ name }, i) => ({ name, pointer: `/limits/${i}/name` })),
    ...quotas.map(({ name }, i) => ({ name, pointer: `/quotas/${i}/name` })),
  ]
  const names = entries.map(({ name }) => name)
  const repeated = entries.find(({ name }, i) => names.indexOf(name) < i)
  return repeated === undefined ? null : refuseValue(repeated.pointer, 'This name stands twice in the plan.')
}
