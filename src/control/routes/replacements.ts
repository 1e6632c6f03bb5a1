// PUT /_latchkey/v1/<resource>/{id}, of every resource.
import type { OpenAPIHono } from '@hono/zod-openapi'
import { answerChange } from '../change-answer.ts'
import type { ControlEnv } from '../deps.ts'
import { KEY, keyUpdate } from '../key-changes.ts'
import { ORGANIZATION, organizationUpdate } from '../organization-changes.ts'
import { PLAN, planUpdate } from '../plan-changes.ts'
import { PROJECT, projectUpdate } from '../project-changes.ts'
import { replaceRoute, unlessMoved } from '../replacement.ts'
import { ROUTE, routeUpdate } from '../route-changes.ts'
import { ChangedKey, viewKey } from '../schemas/key.ts'
import { ChangedOrganization, viewOrganization } from '../schemas/organization.ts'
import { ChangedPlan, NewPlan, viewPlan } from '../schemas/plan.ts'
import { ChangedProject, viewProject } from '../schemas/project.ts'
import * as whole from '../schemas/replacement.ts'
import { ChangedRoute, NewRoute, viewRoute } from '../schemas/route.ts'
import { ChangedTeam, viewTeam } from '../schemas/team.ts'
import { ChangedUpstream, NewUpstream, viewUpstream } from '../schemas/upstream.ts'
import { TEAM, teamUpdate } from '../team-changes.ts'
import { UPSTREAM, upstreamUpdate } from '../upstream-changes.ts'

const BASE = '/_latchkey/v1'

const organization = replaceRoute(
  'organizations:write',
  `${BASE}/organizations/{id}`,
  'Replace the fields of an organization',
  whole.OrganizationReplacement,
  ChangedOrganization,
)
const team = replaceRoute(
  'teams:write',
  `${BASE}/teams/{id}`,
  'Replace the fields of a team',
  whole.TeamReplacement,
  ChangedTeam,
)
const project = replaceRoute(
  'projects:write',
  `${BASE}/projects/{id}`,
  'Replace the fields of a project',
  whole.ProjectReplacement,
  ChangedProject,
)
const key = replaceRoute(
  'keys:write',
  `${BASE}/keys/{id}`,
  'Replace the fields of a key',
  whole.KeyReplacement,
  ChangedKey,
)
const plan = replaceRoute(
  'plans:write',
  `${BASE}/plans/{id}`,
  'Replace the fields of a plan',
  NewPlan,
  ChangedPlan,
)
const upstream = replaceRoute(
  'config:write',
  `${BASE}/upstreams/{id}`,
  'Replace the fields of an upstream',
  NewUpstream,
  ChangedUpstream,
)
const route = replaceRoute(
  'config:write',
  `${BASE}/routes/{id}`,
  'Replace the fields of a route',
  NewRoute,
  ChangedRoute,
)

export function mountReplacements(app: OpenAPIHono<ControlEnv>): void {
  app.openapi(organization, async (c) => {
    const patch = { ...whole.ORGANIZATION_DEFAULTS, ...c.req.valid('json') }
    return answerChange(c, ORGANIZATION, viewOrganization, organizationUpdate(c.env, patch))
  })

  app.openapi(team, async (c) => {
    const { organization_id, ...given } = c.req.valid('json')
    const decide = teamUpdate({ ...whole.TEAM_DEFAULTS, ...given })
    return answerChange(c, TEAM, viewTeam, unlessMoved({ organization_id }, viewTeam, decide))
  })

  app.openapi(project, async (c) => {
    const { organization_id, key_prefix, ...given } = c.req.valid('json')
    const decide = projectUpdate(c.env, c.var.principal, { ...whole.PROJECT_DEFAULTS, ...given })
    const fixed = { organization_id, key_prefix }
    return answerChange(c, PROJECT, viewProject, unlessMoved(fixed, viewProject, decide))
  })

  app.openapi(key, async (c) => {
    const { project_id, environment, kind, ...given } = c.req.valid('json')
    const decide = keyUpdate(c.env, c.var.principal, { ...whole.KEY_DEFAULTS, ...given })
    const fixed = { project_id, environment, kind }
    const view = (row: Parameters<typeof viewKey>[0]) => ({ key: viewKey(row, c.env.now()) })
    return answerChange(c, KEY, view, unlessMoved(fixed, viewKey, decide))
  })

  app.openapi(plan, async (c) => {
    const patch = { ...whole.PLAN_DEFAULTS, ...c.req.valid('json') }
    return answerChange(c, PLAN, viewPlan, planUpdate(patch))
  })

  app.openapi(upstream, async (c) => {
    const patch = { ...whole.UPSTREAM_DEFAULTS, ...c.req.valid('json') }
    return answerChange(c, UPSTREAM, viewUpstream, upstreamUpdate(c.env, patch, c.req.url))
  })

  app.openapi(route, async (c) => {
    const patch = { ...whole.ROUTE_DEFAULTS, ...c.req.valid('json') }
    return answerChange(c, ROUTE, viewRoute, routeUpdate(c.env, patch))
  })
}
