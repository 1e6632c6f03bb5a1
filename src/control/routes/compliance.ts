// GET /_latchkey/v1/compliance: by project, how many keys do not do what the policies above them ask for.
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi'
import { fewestDays, type LevelPolicy } from '../../policy/key-policy.ts'
import {
  countKeys,
  readProjectPolicies,
  type KeyCounts,
  type ProjectPolicies,
  type Thresholds,
} from '../../store/compliance.ts'
import { EMPTY_PAGE } from '../../store/page.ts'
import { listProjects, type ProjectRow } from '../../store/projects.ts'
import { narrow } from '../../store/reach.ts'
import { pageBody, pageFields, readPage } from '../cursor.ts'
import type { ControlEnv } from '../deps.ts'
import * as field from '../fields.ts'
import { needs } from '../needs.ts'
import { answer, pageOf, readProblems } from '../operation.ts'
import { refused } from '../refused.ts'

const DAY_MS = 86_400_000

const Compliance = z
  .object({
    organization_id: z.string(),
    project_id: z.string(),
    active: z.int().openapi({ description: 'Keys that pass.' }),
    never_expires: z.int(),
    rotation_due: z.int().openapi({ description: 'Older than `rotation_age_days`.' }),
    idle: z.int().openapi({ description: 'Not used for longer than `idle_days`.' }),
  })
  .openapi('Compliance')

const list = createRoute({
  method: 'get',
  path: '/_latchkey/v1/compliance',
  summary: 'How many keys of each project are idle, due for rotation or without an expiry',
  ...needs('keys:read'),
  request: {
    query: z.strictObject({
      organization_id: field.id('organization').optional(),
      project_id: field.id('project').optional(),
      ...pageFields,
    }),
  },
  responses: { 200: answer('A page', pageOf(Compliance)), ...readProblems() },
})

export type ComplianceEndpoints = typeof list

export function mountCompliance(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(list, async (c) => {
    const { databases, config } = c.env
    const { organization_id: organizationId, project_id: projectId, ...query } = c.req.valid('query')
    const identity = ['compliance', c.var.principal.reach, organizationId, projectId]
    const page = await readPage(config.secret, identity, query)
    if (!page.ok) return refused(c, page.error)
    const now = c.env.now()
    const reach = narrow(c.var.principal.reach, organizationId)
    if (reach === null)
      return c.json(await pageBody(config.secret, identity, EMPTY_PAGE, view(new Map())), 200)
    const projects = await listProjects(databases, reach, { id: projectId }, page.value)
    const ids = projects.items.map(({ id }) => id)
    const policies = await readProjectPolicies(databases, reach, ids)
    const counts = await countKeys(
      databases,
      reach,
      policies.map((of) => thresholdsOf(of, now)),
      now,
    )
    const byProject = new Map(counts.map((count) => [count.projectId, count]))
    return c.json(await pageBody(config.secret, identity, projects, view(byProject)), 200)
  })
}

function thresholdsOf({ projectId, organization, team, project }: ProjectPolicies, now: number): Thresholds {
  const levels: readonly LevelPolicy[] = [
    { level: 'organization', policy: organization },
    { level: 'team', policy: team ?? {} },
    { level: 'project', policy: project },
  ]
  const ago = (days: number | null) => (days === null ? null : now - days * DAY_MS)
  return {
    projectId,
    madeBefore: ago(fewestDays(levels, 'rotationAgeDays')),
    unusedSince: ago(fewestDays(levels, 'idleDays')),
  }
}

function view(counts: ReadonlyMap<string, KeyCounts>) {
  return ({ id, organizationId }: ProjectRow): z.infer<typeof Compliance> => {
    const { active = 0, neverExpires = 0, rotationDue = 0, idle = 0 } = counts.get(id) ?? {}
    return {
      organization_id: organizationId,
      project_id: id,
      active,
      never_expires: neverExpires,
      rotation_due: rotationDue,
      idle,
    }
  }
}
