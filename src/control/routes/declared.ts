// /_latchkey/v1/config: the declared configuration. First the plan, then the same document applied in one batch.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { applyConfig } from '../declared/apply.ts'
import { consider, showPlan, summaryOf, viewChanges } from '../declared/consider.ts'
import { exportConfig } from '../declared/export.ts'
import { judgeUrls, loadStored } from '../declared/load.ts'
import type { ControlEnv } from '../deps.ts'
import { jsonBody, someBody } from '../json-body.ts'
import { needs, needsAnswer } from '../needs.ts'
import { answer, body, changeProblems, questionProblems, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'
import { refuse } from '../../problem.ts'
import {
  Application,
  AppliedConfig,
  ConfigPlan,
  ExportedConfig,
  ExportQuery,
  PlanQuestion,
} from '../schemas/declared-plan.ts'
import { waitQuery, waitUntilEffective } from '../wait.ts'

const PATH = '/_latchkey/v1/config'

// Whoever holds `config:*` is an operator of the platform, who reaches every organization (src/policy/permissions.ts).
const plan = createRoute({
  method: 'post',
  path: `${PATH}/plan`,
  summary: 'Say what a declared configuration would change. Nothing is changed',
  ...needsAnswer('config:read', jsonBody, someBody),
  request: body(PlanQuestion),
  responses: { 200: answer('What applying it would do', ConfigPlan), ...questionProblems('conflict') },
})

const apply = createRoute({
  method: 'post',
  path: `${PATH}/apply`,
  summary: 'Apply a declared configuration: all of it, in one batch and one publish, or nothing',
  ...needs('config:write', jsonBody, someBody),
  request: { query: waitQuery, ...body(Application) },
  responses: { 200: answer('What was done', AppliedConfig), ...changeProblems('conflict') },
})

const exported = createRoute({
  method: 'get',
  path: `${PATH}/export`,
  summary: 'The declared configuration of what is stored. It holds no secrets',
  ...needs('config:read'),
  request: { query: ExportQuery },
  responses: { 200: answer('The document', ExportedConfig), ...readProblems('not_found', 'value_refused') },
})

export type DeclaredEndpoints = typeof plan | typeof apply | typeof exported

export function mountDeclared(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(plan, async (c) => {
    const { config, prune } = c.req.valid('json')
    const document = await judgeUrls(c.env, config, c.req.url)
    if (!document.ok) return refused(c, document.error)
    const considered = await consider(c.env, c.var.principal, document.value, prune ? 'ended' : 'kept')
    if (!considered.ok) return refused(c, considered.error)
    return c.json(await showPlan(c.env, document.value, considered.value), 200)
  })

  app.openapi(apply, async (c) => {
    const { config, prune, plan: agreed } = c.req.valid('json')
    const document = await judgeUrls(c.env, config, c.req.url)
    if (!document.ok) return refused(c, document.error)
    const asked = { document: document.value, rest: prune ? 'ended' : 'kept', plan: agreed } as const
    const applied = await applyConfig(c.env, c.var.principal, asked)
    if (!applied.ok) return refused(c, applied.error)
    const { secrets, propagation } = applied.value
    if (propagation !== null) await waitUntilEffective(c.env, c.req.valid('query'), propagation)
    const told = { changes: viewChanges(applied.value), summary: summaryOf(applied.value) }
    return c.json({ ...told, keys: [...secrets], propagation }, 200, { 'Cache-Control': 'no-store' })
  })

  app.openapi(exported, async (c) => {
    const { organization_id: id } = c.req.valid('query')
    const called = id === undefined ? 'all' : { id }
    const stored = await loadStored(c.env, c.var.principal, called, () => true)
    if (!stored.ok) return refused(c, stored.error)
    if (id !== undefined && stored.value.organizations.length === 0) return refused(c, refuse('not_found'))
    const document = exportConfig(stored.value, id === undefined ? 'everything' : 'one_organization')
    return c.json(document, 200)
  })
}
