// /_latchkey/v1/plans: named limits and quotas, in force for every key that has the plan or inherits it.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { findPlan, listPlans } from '../../store/plans.ts'
import { answerChange, answerCreation, answerFound } from '../change-answer.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { answer, body, changeProblems, idParameter, pageOf, readProblems } from '../operation.ts'
import { needs } from '../needs.ts'
import { makePlan, PLAN, planDeletion, planUpdate } from '../plan-changes.ts'
import { refused } from '../refused.ts'
import { ChangedPlan, NewPlan, Plan, PlanPatch, viewPlan } from '../schemas/plan.ts'
import { deleteRoute } from '../verb-route.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/plans'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create a plan',
  ...needs('plans:write', jsonBody),
  request: { query: waitQuery, ...body(NewPlan) },
  responses: { 201: answer('Created', ChangedPlan), ...changeProblems('conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List plans, newest first',
  ...needs('plans:read'),
  request: { query: z.strictObject(pageFields) },
  responses: { 200: answer('A page', pageOf(Plan)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a plan',
  ...needs('plans:read'),
  request: { params: idParameter },
  responses: { 200: answer('The plan', Plan), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change fields of a plan. What is not given stays',
  ...needs('plans:write', jsonBody, someBody),
  request: { params: idParameter, query: waitQuery, ...body(PlanPatch) },
  responses: { 200: answer('Changed', ChangedPlan), ...changeProblems('not_found', 'conflict') },
})

const remove = deleteRoute(
  'plans:write',
  `${PATH}/{id}`,
  'Delete a plan. Refused while anybody has it',
  ChangedPlan,
)

export type PlansEndpoints = typeof create | typeof list | typeof get | typeof update | typeof remove

export function mountPlans(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const made = await makePlan(c.env, c.var.principal, c.req.valid('json'))
    return answerCreation(c, made, viewPlan)
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
    return answerFound(c, plan, viewPlan)
  })

  app.openapi(update, async (c) => answerChange(c, PLAN, viewPlan, planUpdate(c.req.valid('json'))))
  app.openapi(remove, async (c) => answerChange(c, PLAN, viewPlan, planDeletion(c.env)))
}
