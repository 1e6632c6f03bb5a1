// /_latchkey/v1/organizations: the customers of the API's owner.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { findOrganization, listOrganizations } from '../../store/organizations.ts'
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
import { makeOrganization, ORGANIZATION, organizationUpdate } from '../organization-changes.ts'
import { refused } from '../refused.ts'
import {
  ChangedOrganization,
  NewOrganization,
  Organization,
  OrganizationPatch,
  viewOrganization,
} from '../schemas/organization.ts'
import { TENANT_VERBS } from '../tenant-verbs.ts'
import { deleteRoute, verbRoute } from '../verb-route.ts'
import { waitQuery } from '../wait.ts'

const PATH = '/_latchkey/v1/organizations'

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create an organization',
  ...needs('organizations:write', jsonBody),
  request: body(NewOrganization),
  responses: { 201: answer('Created', Organization), ...writeProblems('not_found', 'conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List organizations, newest first',
  ...needs('organizations:read'),
  request: { query: z.strictObject({ external_id: field.externalIdFilter, ...pageFields }) },
  responses: { 200: answer('A page', pageOf(Organization)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get an organization',
  ...needs('organizations:read'),
  request: { params: idParameter },
  responses: { 200: answer('The organization', Organization), ...readProblems('not_found') },
})

const update = createRoute({
  method: 'patch',
  path: `${PATH}/{id}`,
  summary: 'Change fields of an organization. `null` clears',
  ...needs('organizations:write', jsonBody, someBody),
  request: { params: idParameter, query: waitQuery, ...body(OrganizationPatch) },
  responses: { 200: answer('Changed', ChangedOrganization), ...changeProblems('not_found', 'conflict') },
})

const suspend = verbRoute(
  'organizations:write',
  `${PATH}/{id}/suspend`,
  'Suspend an organization: none of its keys passes, and the sessions of its members end',
  ChangedOrganization,
)
const resume = verbRoute(
  'organizations:write',
  `${PATH}/{id}/resume`,
  'Resume a suspended organization',
  ChangedOrganization,
)
const remove = deleteRoute(
  'organizations:write',
  `${PATH}/{id}`,
  'Delete an organization for good, and all its keys with it',
  ChangedOrganization,
)

export type OrganizationsEndpoints =
  typeof create | typeof list | typeof get | typeof update | typeof suspend | typeof resume | typeof remove

export function mountOrganizations(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const created = await makeOrganization(c.env, c.var.principal, c.req.valid('json'))
    return answerMade(c, created, viewOrganization)
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { reach } = c.var.principal
    const { external_id: externalId, ...query } = c.req.valid('query')
    const identity = ['organizations', reach, externalId]
    const page = await readPage(config.secret, identity, query)
    if (!page.ok) return refused(c, page.error)
    const rows = await listOrganizations(databases, reach, { externalId }, page.value)
    return c.json(await pageBody(config.secret, identity, rows, viewOrganization), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findOrganization(c.env.databases, c.var.principal.reach, c.req.valid('param').id)
    return answerFound(c, row, viewOrganization)
  })

  app.openapi(update, async (c) => {
    const patch = c.req.valid('json')
    return answerChange(c, ORGANIZATION, viewOrganization, organizationUpdate(c.env, patch))
  })
  app.openapi(suspend, async (c) =>
    answerChange(c, ORGANIZATION, viewOrganization, TENANT_VERBS.suspend(c.var.principal)),
  )
  app.openapi(resume, async (c) =>
    answerChange(c, ORGANIZATION, viewOrganization, TENANT_VERBS.resume(c.var.principal)),
  )
  app.openapi(remove, async (c) => answerChange(c, ORGANIZATION, viewOrganization, TENANT_VERBS.delete))
}
