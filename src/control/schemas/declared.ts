// The declared configuration: one document for everything that an operator would keep under version control. What refers to
// something refers to it by name. What an entry leaves out is as in a new resource, as in a PUT.
import { z } from '@hono/zod-openapi'
import * as field from '../fields.ts'
import {
  KeyReplacement,
  OrganizationReplacement,
  ProjectReplacement,
  TeamReplacement,
} from './replacement.ts'
import { NewKey } from './key.ts'
import { NewPlan } from './plan.ts'
import { NewProject } from './project.ts'
import { NewRoute } from './route.ts'
import { NewUpstream } from './upstream.ts'
import { DeclaredSettings } from './settings.ts'

/** Entries of a list, so that a document stays one that a person can read. */
const MAX_ENTRIES = 1_000

const named = (noun: string) => field.name.nullish().openapi({ description: `Name of the ${noun}.` })
const suspended = z
  .boolean()
  .optional()
  .openapi({ description: 'Whether nothing below it passes. Absent: as it is.' })
const nth = z.int().min(2).max(MAX_ENTRIES).optional().openapi({
  description:
    'Which of those of this name that have no external id, by age. Absent: the first, or the only one.',
})
const ABSENT = 'Absent: this document does not speak of them, and leaves them as they are.'

const entries = <T extends z.ZodType>(entry: T) =>
  z.array(entry).max(MAX_ENTRIES).optional().openapi({ description: ABSENT })

export const DeclaredKey = z
  .strictObject({
    ...KeyReplacement.omit({ project_id: true, plan_id: true, owner_member_id: true }).shape,
    environment: NewKey.shape.environment,
    nth,
    kind: NewKey.shape.kind,
    plan: named('plan'),
    disabled: z.boolean().optional().openapi({ description: 'Absent: as it is.' }),
  })
  .openapi('DeclaredKey')

export const DeclaredProject = z
  .strictObject({
    ...ProjectReplacement.omit({ organization_id: true, team_id: true, plan_id: true }).shape,
    key_prefix: NewProject.shape.key_prefix,
    nth,
    team: named('team'),
    plan: named('plan'),
    suspended,
    keys: entries(DeclaredKey),
  })
  .openapi('DeclaredProject')

export const DeclaredTeam = z
  .strictObject({ ...TeamReplacement.omit({ organization_id: true }).shape, nth, suspended })
  .openapi('DeclaredTeam')

export const DeclaredOrganization = z
  .strictObject({
    ...OrganizationReplacement.omit({ plan_id: true }).shape,
    nth,
    plan: named('plan'),
    suspended,
    teams: entries(DeclaredTeam),
    projects: entries(DeclaredProject),
  })
  .openapi('DeclaredOrganization')

export const DeclaredRoute = z
  .strictObject({
    ...NewRoute.omit({ upstream_id: true }).shape,
    upstream: field.name.openapi({ description: 'Name of the upstream.' }),
  })
  .openapi('DeclaredRoute')

export const DeclaredConfig = z
  .strictObject({
    $schema: z.string().max(2_048).optional().openapi({ description: 'Where the schema is, for editors.' }),
    version: z.literal(1),
    settings: DeclaredSettings.optional(),
    plans: entries(NewPlan),
    upstreams: entries(NewUpstream),
    routes: entries(DeclaredRoute),
    organizations: entries(DeclaredOrganization),
  })
  .openapi('DeclaredConfig', {
    description:
      'An organization, team, project or key is known by its `external_id`, or by its name where it has none; a route by its name, or by its methods, hosts and path; a plan and an upstream by name.',
  })

export type DeclaredConfig = z.infer<typeof DeclaredConfig>
export type DeclaredOrganization = z.infer<typeof DeclaredOrganization>
export type DeclaredTeam = z.infer<typeof DeclaredTeam>
export type DeclaredProject = z.infer<typeof DeclaredProject>
export type DeclaredKey = z.infer<typeof DeclaredKey>
export type DeclaredRoute = z.infer<typeof DeclaredRoute>
