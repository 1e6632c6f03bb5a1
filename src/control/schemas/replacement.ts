// Bodies of PUT: the whole of a resource. What a PATCH may give, a PUT may give too, and gives even where it is absent: then
// the field goes back to what it is in a new resource. What never changes may be sent along, and must be what it is.
import { z } from '@hono/zod-openapi'
import * as field from '../fields.ts'
import { KeyPatch, NewKey } from './key.ts'
import { OrganizationPatch } from './organization.ts'
import type { NewPlan, PlanPatch } from './plan.ts'
import { NewProject, ProjectPatch } from './project.ts'
import type { NewRoute, RoutePatch } from './route.ts'
import { NewTeam, TeamPatch } from './team.ts'
import type { NewUpstream, UpstreamPatch } from './upstream.ts'

/** What stands in a PATCH for the fields that a PUT leaves out: all that may be absent. A field without a line does not compile. */
type Defaults<Whole, Patch> = {
  readonly [Name in Exclude<keyof Patch, RequiredNames<Whole>>]-?: Exclude<Patch[Name], undefined>
}

type RequiredNames<Whole> = {
  [Name in keyof Whole]-?: undefined extends Whole[Name] ? never : Name
}[keyof Whole]

export const OrganizationReplacement = z
  .strictObject({ ...OrganizationPatch.shape, name: field.name })
  .openapi('OrganizationReplacement')

export const ORGANIZATION_DEFAULTS: Defaults<
  z.infer<typeof OrganizationReplacement>,
  z.infer<typeof OrganizationPatch>
> = { external_id: null, plan_id: null, metadata: null, time_zone: 'UTC', policy: null }

export const TeamReplacement = z
  .strictObject({
    ...TeamPatch.shape,
    name: field.name,
    organization_id: NewTeam.shape.organization_id.optional(),
  })
  .openapi('TeamReplacement')

export const TEAM_DEFAULTS: Defaults<z.infer<typeof TeamReplacement>, z.infer<typeof TeamPatch>> = {
  external_id: null,
  metadata: null,
  policy: null,
}

export const ProjectReplacement = z
  .strictObject({
    ...ProjectPatch.shape,
    name: field.name,
    organization_id: NewProject.shape.organization_id.optional(),
    key_prefix: z.string().optional(),
  })
  .openapi('ProjectReplacement')

export const PROJECT_DEFAULTS: Defaults<z.infer<typeof ProjectReplacement>, z.infer<typeof ProjectPatch>> = {
  external_id: null,
  team_id: null,
  plan_id: null,
  metadata: null,
  policy: null,
  recoverable: false,
  self_rotation: false,
}

export const KeyReplacement = z
  .strictObject({
    ...KeyPatch.shape,
    name: field.name,
    project_id: NewKey.shape.project_id.optional(),
    environment: NewKey.shape.environment.removeDefault().optional(),
    kind: NewKey.shape.kind.removeDefault().optional(),
  })
  .openapi('KeyReplacement')

export const KEY_DEFAULTS: Defaults<z.infer<typeof KeyReplacement>, z.infer<typeof KeyPatch>> = {
  scopes: null,
  expires_at: null,
  plan_id: null,
  network: null,
  tags: null,
  metadata: null,
  external_id: null,
  owner_member_id: null,
}

/** Plans, upstreams and routes have nothing that never changes: a PUT takes what a creation takes. */
export const PLAN_DEFAULTS: Defaults<z.infer<typeof NewPlan>, z.infer<typeof PlanPatch>> = {
  quotas: [],
  key_rules: null,
}

export const UPSTREAM_DEFAULTS: Defaults<z.infer<typeof NewUpstream>, z.infer<typeof UpstreamPatch>> = {
  url: null,
  service: null,
  timeout_ms: 30_000,
  retries: 1,
}

export const ROUTE_DEFAULTS: Defaults<z.infer<typeof NewRoute>, z.infer<typeof RoutePatch>> = {
  name: null,
  hosts: [],
  methods: [],
  auth: 'required',
  scopes: [],
  cost: 1,
  strict: false,
  path_mode: 'strict',
  credential_locations: null,
  cors: null,
  environment: null,
  timeout_ms: null,
  rewrite: null,
  limits: null,
  priority: 0,
}
