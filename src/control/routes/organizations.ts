// /_latchkey/v1/organizations: the customers of the API's owner.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { newId } from '../../ids.ts'
import { TENANT_STATES } from '../../model/vocabulary.ts'
import { refuse } from '../../problem.ts'
import {
  createOrganization,
  findOrganization,
  listOrganizations,
  type OrganizationRow,
} from '../../store/organizations.ts'
import { findPlan } from '../../store/plans.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body, idParameter, OPERATOR, pageOf, readProblems, writeProblems } from '../operation.ts'
import { refused, refuseReference, refuseTaken } from '../refused.ts'

const PATH = '/_latchkey/v1/organizations'

const NewOrganization = z
  .strictObject({
    name: field.name,
    external_id: field.externalId,
    plan_id: field.id('plan').nullish(),
    metadata: field.metadata.optional(),
  })
  .openapi('NewOrganization')

const Organization = z
  .object({
    id: z.string(),
    name: z.string(),
    external_id: z.string().nullable(),
    state: z.enum(TENANT_STATES),
    plan_id: z.string().nullable(),
    time_zone: z.string(),
    metadata: z.record(z.string(), z.unknown()),
    suspended_at: field.shownTime.nullable(),
    ...field.trackedView,
  })
  .openapi('Organization')

const create = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Create an organization',
  ...OPERATOR,
  middleware: [jsonBody],
  request: body(NewOrganization),
  responses: { 201: answer('Created', Organization), ...writeProblems('not_found', 'conflict') },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  summary: 'List organizations, newest first',
  ...OPERATOR,
  request: { query: z.strictObject(pageFields) },
  responses: { 200: answer('A page', pageOf(Organization)), ...readProblems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  summary: 'Get an organization',
  ...OPERATOR,
  request: { params: idParameter },
  responses: { 200: answer('The organization', Organization), ...readProblems('not_found') },
})

export function mountOrganizations(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(create, async (c) => {
    const { databases, now } = c.env
    const given = c.req.valid('json')
    const planId = given.plan_id ?? null
    if (planId !== null && (await findPlan(databases, planId)) === null)
      return refused(c, refuseReference('/plan_id'))
    const at = now()
    const created = await createOrganization(databases, {
      id: newId('organization'),
      name: given.name,
      externalId: given.external_id ?? null,
      planId,
      metadata: given.metadata ?? {},
      createdAt: at,
      updatedAt: at,
    })
    if (!created.ok) return refused(c, refuseTaken(created.error.field))
    return c.json(view(created.value), 201)
  })

  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { reach } = c.var.principal
    const identity = ['organizations', reach]
    const page = await readPage(config.secret, identity, c.req.valid('query'))
    if (!page.ok) return refused(c, page.error)
    const rows = await listOrganizations(databases, reach, page.value)
    return c.json(await pageBody(config.secret, identity, rows, view), 200)
  })

  app.openapi(get, async (c) => {
    const row = await findOrganization(c.env.databases, c.var.principal.reach, c.req.valid('param').id)
    return row === null ? refused(c, refuse('not_found')) : c.json(view(row), 200)
  })
}

function view(row: OrganizationRow): z.infer<typeof Organization> {
  return {
    id: row.id,
    name: row.name,
    external_id: row.externalId,
    state: row.state,
    plan_id: row.planId,
    time_zone: row.timeZone,
    metadata: row.metadata,
    suspended_at: field.showTimeOrNull(row.suspendedAt),
    ...field.showTracked(row),
  }
}
