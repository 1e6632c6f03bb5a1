// /_latchkey/v1/teams: the divisions of an organization. Projects may belong to one.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { EMPTY_PAGE } from '../../store/page.ts'
import { narrow } from '../../store/reach.ts'
import { findTeam, listTeams } from '../../store/teams.ts'
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
import { refused } from '../refused.ts'
import { ChangedTeam, NewTeam, Team, TeamPatch, viewTeam } from '../schemas/team.ts'
import { makeTeam, TEAM, teamDeletion, teamUpdate } from '../team-changes.ts'
import { TENANT_VERBS } from '../tenant-verbs.ts'
import { deleteRoute, verbRoute } from '../verb-route.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/teams'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create a team',
  ...needs('teams:write', jsonBody),
  request: body(NewTeam),
  responses: { 201: answer('Created', Team), ...writeProblems('not_found', 'conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List teams, newest first',
  ...needs('teams:read'),
  request: {
    query: z.strictObject({
      organization_id: field.id('organization').optional(),
      external_id: field.externalIdFilter,
      ...pageFields,
    }),
  },
  responses: { 200: answer('A page', pageOf(Team)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get a team',
  ...needs('teams:read'),
  request: { params: idParameter },
  responses: { 200: answer('The team', Team), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change fields of a team. `null` clears',
  ...needs('teams:write', jsonBody, someBody),
  request: { params: idParameter, query: waitQuery, ...body(TeamPatch) },
  responses: { 200: answer('Changed', ChangedTeam), ...changeProblems('not_found', 'conflict') },
})

const suspend = verbRoute(
  'teams:write',
  `${PATH}/{id}/suspend`,
  'Suspend a team: no key of its projects passes',
  ChangedTeam,
)
const resume = verbRoute('teams:write', `${PATH}/{id}/resume`, 'Resume a suspended team', ChangedTeam)
const remove = deleteRoute(
  'teams:write',
  `${PATH}/{id}`,
  'Delete a team. Refused while projects belong to it',
  ChangedTeam,
)

export type TeamsEndpoints =
  typeof create | typeof list | typeof get | typeof update | typeof suspend | typeof resume | typeof remove

export function mountTeams(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const created = await makeTeam(c.env, c.var.principal, c.req.valid('json'))
    return answerMade(c, created, viewTeam)
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { organization_id: organizationId, external_id: externalId, ...query } = c.req.valid('query')
    const identity = ['teams', c.var.principal.reach, organizationId, externalId]
    const page = await readPage(config.secret, identity, query)
    if (!page.ok) return refused(c, page.error)
    const reach = narrow(c.var.principal.reach, organizationId)
    const rows = reach === null ? EMPTY_PAGE : await listTeams(databases, reach, { externalId }, page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewTeam), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findTeam(c.env.databases, c.var.principal.reach, c.req.valid('param').id)
    return answerFound(c, row, viewTeam)
  })

  app.openapi(update, async (c) => {
    const patch = c.req.valid('json')
    return answerChange(c, TEAM, viewTeam, teamUpdate(patch))
  })
  app.openapi(suspend, async (c) => answerChange(c, TEAM, viewTeam, TENANT_VERBS.suspend(c.var.principal)))
  app.openapi(resume, async (c) => answerChange(c, TEAM, viewTeam, TENANT_VERBS.resume(c.var.principal)))
  app.openapi(remove, async (c) => answerChange(c, TEAM, viewTeam, teamDeletion(c.env)))
}
