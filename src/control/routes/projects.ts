// /_latchkey/v1/projects: the consumers of the API, each inside one organization.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { newId } from '../../ids.ts'
import { isKeyPrefix } from '../../keys/format.ts'
import { TENANT_STATES } from '../../model/vocabulary.ts'
import { refuse, type Refusal } from '../../problem.ts'
import { findOrganization } from '../../store/organizations.ts'
import { EMPTY_PAGE } from '../../store/page.ts'
import { findPlan } from '../../store/plans.ts'
import { createProject, findProject, listProjects, type ProjectRow } from '../../store/projects.ts'
import { narrow } from '../../store/reach.ts'
import { findTeam } from '../../store/teams.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlDeps, ControlEnv, Principal } from '../deps.ts'
import * as field from '../fields.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body, idParameter, OPERATOR, pageOf, readProblems, writeProblems } from '../operation.ts'
import { refused, refuseReference, refuseTaken } from '../refused.ts'

const PATH = '/_latchkey/v1/projects'
const DEFAULT_PREFIX = 'lk'

const NewProject = z
  .strictObject({
    organization_id: field.id('organization'),
    team_id: field.id('team').nullish(),
    name: field.name,
    external_id: field.externalId,
    plan_id: field.id('plan').nullish(),
    metadata: field.metadata.optional(),
    key_prefix: z
      .string()
      .refine(isKeyPrefix, 'Is not a key prefix: 2 to 12 characters, a-z first, then a-z and 0-9.')
      .optional()
      .openapi({
        description: 'First part of the keys made here, for secret scanners.',
        default: DEFAULT_PREFIX,
      }),
  })
  .openapi('NewProject')

const Project = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    team_id: z.string().nullable(),
    name: z.string(),
    external_id: z.string().nullable(),
    state: z.enum(TENANT_STATES),
    key_prefix: z.string(),
    plan_id: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    suspended_at: field.shownTime.nullable(),
    ...field.trackedView,
  })
  .openapi('Project')

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create a project',
  ...OPERATOR,
  middleware: [jsonBody],
  request: body(NewProject),
  responses: { 201: answer('Created', Project), ...writeProblems('not_found', 'conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List projects, newest first',
  ...OPERATOR,
  request: { query: z.strictObject({ organization_id: field.id('organization').optional(), ...pageFields }) },
  responses: { 200: answer('A page', pageOf(Project)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a project',
  ...OPERATOR,
  request: { params: idParameter },
  responses: { 200: answer('The project', Project), ...readProblems('not_found') },
})

export function mountProjects(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const given = c.req.valid('json')
    const missing = await missingReference(c.env, c.var.principal, given)
    if (missing !== null) return refused(c, missing)
    const at = c.env.now()
    const created = await createProject(c.env.databases, {
      id: newId('project'),
      organizationId: given.organization_id,
      teamId: given.team_id ?? null,
      name: given.name,
      externalId: given.external_id ?? null,
      planId: given.plan_id ?? null,
      metadata: given.metadata ?? {},
      keyPrefix: given.key_prefix ?? DEFAULT_PREFIX,
      createdAt: at,
      updatedAt: at,
    })
    return created.ok ? c.json(view(created.value), 201) : refused(c, refuseTaken(created.error.field))
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { organization_id: organizationId, ...query } = c.req.valid('query')
    const identity = ['projects', c.var.principal.reach, organizationId]
    const page = await readPage(config.secret, identity, query)
    if (!page.ok) return refused(c, page.error)
    const reach = narrow(c.var.principal.reach, organizationId)
    const rows = reach === null ? EMPTY_PAGE : await listProjects(databases, reach, page.value)
    return c.json(await pageBody(config.secret, identity, rows, view), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findProject(c.env.databases, c.var.principal.reach, c.req.valid('param').id)
    return row === null ? refused(c, refuse('not_found')) : c.json(view(row), 200)
  })
}

async function missingReference(
  { databases }: ControlDeps,
  { reach }: Principal,
  given: z.infer<typeof NewProject>,
): Promise<Refusal | null> {
  const { organization_id: organizationId, team_id: teamId, plan_id: planId } = given
  if ((await findOrganization(databases, reach, organizationId)) === null)
    return refuseReference('/organization_id')
  if (teamId && (await findTeam(databases, organizationId, teamId)) === null)
    return refuseReference('/team_id')
  if (planId && (await findPlan(databases, planId)) === null) return refuseReference('/plan_id')
  return null
}

function view(row: ProjectRow): z.infer<typeof Project> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    team_id: row.teamId,
    name: row.name,
    external_id: row.externalId,
    state: row.state,
    key_prefix: row.keyPrefix,
    plan_id: row.planId,
    metadata: row.metadata,
    suspended_at: field.showTimeOrNull(row.suspendedAt),
    ...field.showTracked(row),
  }
}
