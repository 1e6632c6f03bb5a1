// /_latchkey/v1/projects: the consumers of the API, each inside one organization.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { EMPTY_PAGE } from '../../store/page.ts'
import { findProject, listProjects } from '../../store/projects.ts'
import { narrow } from '../../store/reach.ts'
import { answerChange, answerFound, answerMade } from '../change-answer.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { jsonBody, someBody } from '../json-body.ts'
import {
  answer,
  body,
  changeProblems,
  idParameter,
  pageOf,
  readProblems,
  writeProblems,
} from '../operation.ts'
import { needs } from '../needs.ts'
import { makeProject, PROJECT, projectUpdate } from '../project-changes.ts'
import { refused } from '../refused.ts'
import { ChangedProject, NewProject, Project, ProjectPatch, viewProject } from '../schemas/project.ts'
import { TENANT_VERBS } from '../tenant-verbs.ts'
import { deleteRoute, verbRoute } from '../verb-route.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/projects'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create a project',
  ...needs('projects:write', jsonBody),
  request: body(NewProject),
  responses: { 201: answer('Created', Project), ...writeProblems('not_found', 'conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List projects, newest first',
  ...needs('projects:read'),
  request: {
    query: z.strictObject({
      organization_id: field.id('organization').optional(),
      team_id: field.id('team').optional(),
      external_id: field.externalIdFilter,
      ...pageFields,
    }),
  },
  responses: { 200: answer('A page', pageOf(Project)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a project',
  ...needs('projects:read'),
  request: { params: idParameter },
  responses: { 200: answer('The project', Project), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change fields of a project. `null` clears',
  ...needs('projects:write', jsonBody, someBody),
  request: { params: idParameter, query: waitQuery, ...body(ProjectPatch) },
  responses: { 200: answer('Changed', ChangedProject), ...changeProblems('not_found', 'conflict') },
})

const suspend = verbRoute(
  'projects:write',
  `${PATH}/{id}/suspend`,
  'Suspend a project: none of its keys passes',
  ChangedProject,
)
const resume = verbRoute(
  'projects:write',
  `${PATH}/{id}/resume`,
  'Resume a suspended project',
  ChangedProject,
)
const remove = deleteRoute(
  'projects:write',
  `${PATH}/{id}`,
  'Delete a project for good, and all its keys with it',
  ChangedProject,
)

export type ProjectsEndpoints =
  typeof create | typeof list | typeof get | typeof update | typeof suspend | typeof resume | typeof remove

export function mountProjects(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const created = await makeProject(c.env, c.var.principal, c.req.valid('json'))
    return answerMade(c, created, viewProject)
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { cursor, limit, ...asked } = c.req.valid('query')
    const { organization_id: organizationId, team_id: teamId, external_id: externalId } = asked
    const filter = { teamId, externalId }
    const identity = ['projects', c.var.principal.reach, organizationId, filter]
    const page = await readPage(config.secret, identity, { cursor, limit })
    if (!page.ok) return refused(c, page.error)
    const reach = narrow(c.var.principal.reach, organizationId)
    const rows = reach === null ? EMPTY_PAGE : await listProjects(databases, reach, filter, page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewProject), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findProject(c.env.databases, c.var.principal.reach, c.req.valid('param').id)
    return answerFound(c, row, viewProject)
  })

  app.openapi(update, async (c) => {
    const patch = c.req.valid('json')
    return answerChange(c, PROJECT, viewProject, projectUpdate(c.env, c.var.principal, patch))
  })
  app.openapi(suspend, async (c) =>
    answerChange(c, PROJECT, viewProject, TENANT_VERBS.suspend(c.var.principal)),
  )
  app.openapi(resume, async (c) =>
    answerChange(c, PROJECT, viewProject, TENANT_VERBS.resume(c.var.principal)),
  )
  app.openapi(remove, async (c) => answerChange(c, PROJECT, viewProject, TENANT_VERBS.delete))
}
