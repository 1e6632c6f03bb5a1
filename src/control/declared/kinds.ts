// What there is to know of each resource that a document can declare: how it is recognised, how it is said in a document, and where
// new rows of it go.
import type { KeyRow } from '../../store/api-keys.ts'
import type { Inserts } from '../../store/declared-rows.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import type { PlanRecord } from '../../store/plans.ts'
import type { ProjectRow } from '../../store/projects.ts'
import type { RouteRow } from '../../store/routes.ts'
import type { TeamRow } from '../../store/teams.ts'
import type { UpstreamRow } from '../../store/upstreams.ts'
import { KEY, KEY_AT_EDGE } from '../key-changes.ts'
import { ORGANIZATION, ORGANIZATION_AT_EDGE } from '../organization-changes.ts'
import { PLAN } from '../plan-changes.ts'
import { PROJECT, PROJECT_AT_EDGE } from '../project-changes.ts'
import type { Resource, Tracked } from '../resource.ts'
import { ROUTE } from '../route-changes.ts'
import { viewKey } from '../schemas/key.ts'
import { viewOrganization } from '../schemas/organization.ts'
import { viewPlan } from '../schemas/plan.ts'
import { viewProject } from '../schemas/project.ts'
import { viewRoute } from '../schemas/route.ts'
import { viewTeam } from '../schemas/team.ts'
import { viewUpstream } from '../schemas/upstream.ts'
import { TEAM } from '../team-changes.ts'
import { UPSTREAM } from '../upstream-changes.ts'
import {
  BLANK_KEY,
  BLANK_ORGANIZATION,
  BLANK_PLAN,
  BLANK_PROJECT,
  BLANK_ROUTE,
  BLANK_TEAM,
  BLANK_UPSTREAM,
} from './blank.ts'
import type { Identity } from './match.ts'

/** What rows refer to by id, as the document calls it. */
export type Names = ReadonlyMap<string, string>

export interface Kind<Row extends Tracked> {
  readonly resource: Resource<Row>
  /** A new one, of which nothing was said. */
  readonly blank: Row
  readonly identify: (row: Row) => Identity
  readonly insert: (row: Row) => Inserts
  /** Fields that copies at the edge hold. */
  readonly atEdge: ReadonlySet<string> | 'every_field'
  /** As a document would say it, with every field. */
  readonly declare: (row: Row, names: Names) => Readonly<Record<string, unknown>>
}

const byName = ({ name }: { readonly name: string }): Identity => ({ name, externalId: null })
const byExternalId = ({ name, externalId }: Identity): Identity => ({ name, externalId })
const NOWHERE: ReadonlySet<string> = new Set()

export const PLANS: Kind<PlanRecord> = {
  resource: PLAN,
  blank: BLANK_PLAN,
  identify: byName,
  insert: (row) => ({ plans: [row] }),
  atEdge: 'every_field',
  declare: (row) => without(viewPlan(row), 'state'),
}

export const UPSTREAMS: Kind<UpstreamRow> = {
  resource: UPSTREAM,
  blank: BLANK_UPSTREAM,
  identify: byName,
  insert: (row) => ({ upstreams: [row] }),
  atEdge: 'every_field',
  declare: (row) => without(viewUpstream(row), 'state'),
}

/** A route may have no name: then it is what it matches. */
export const ROUTES: Kind<RouteRow> = {
  resource: ROUTE,
  blank: BLANK_ROUTE,
  identify: (row) => ({ name: matchedBy(row), externalId: row.name }),
  insert: (row) => ({ routes: [row] }),
  atEdge: 'every_field',
  declare: (row, names) => {
    const { upstream_id: upstreamId, ...view } = viewRoute(row)
    return { ...without(view, 'state'), upstream: nameOf(upstreamId, names) }
  },
}

export const ORGANIZATIONS: Kind<OrganizationRow> = {
  resource: ORGANIZATION,
  blank: BLANK_ORGANIZATION,
  identify: byExternalId,
  insert: (row) => ({ organizations: [row] }),
  atEdge: ORGANIZATION_AT_EDGE,
  declare: (row, names) => {
    const { plan_id: planId, state, ...view } = viewOrganization(row)
    return { ...withoutSuspension(view), plan: nameOf(planId, names), suspended: state === 'suspended' }
  },
}

export const TEAMS: Kind<TeamRow> = {
  resource: TEAM,
  blank: BLANK_TEAM,
  identify: byExternalId,
  insert: (row) => ({ teams: [row] }),
  atEdge: NOWHERE,
  declare: (row) => {
    const { state, ...view } = viewTeam(row)
    return { ...without(withoutSuspension(view), 'organization_id'), suspended: state === 'suspended' }
  },
}

export const PROJECTS: Kind<ProjectRow> = {
  resource: PROJECT,
  blank: BLANK_PROJECT,
  identify: byExternalId,
  insert: (row) => ({ projects: [row] }),
  atEdge: PROJECT_AT_EDGE,
  declare: (row, names) => {
    const { team_id: teamId, plan_id: planId, state, ...view } = viewProject(row)
    return {
      ...without(withoutSuspension(view), 'organization_id'),
      team: nameOf(teamId, names),
      plan: nameOf(planId, names),
      suspended: state === 'suspended',
    }
  },
}

/** Of a key, what its maker says; not what became of it since. Its owner is a person, and people are not declared. */
export const KEYS: Kind<KeyRow> = {
  resource: KEY,
  blank: BLANK_KEY,
  identify: byExternalId,
  insert: (row) => ({ keys: [row] }),
  atEdge: KEY_AT_EDGE,
  declare: (row, names) => {
    const view = viewKey(row, row.createdAt)
    const { name, external_id, environment, kind, scopes, expires_at, network, tags, metadata } = view
    return {
      name,
      external_id,
      environment,
      kind,
      scopes,
      expires_at,
      network,
      tags,
      metadata,
      plan: nameOf(row.planId, names),
      disabled: row.state === 'disabled',
    }
  },
}

/** `GET,POST api.example.com/orders/*`, and behind it the environment of a route that takes keys of one alone. */
export function matchedBy({
  methods,
  hosts,
  path,
  environment,
}: Pick<RouteRow, 'methods' | 'hosts' | 'path' | 'environment'>): string {
  const asked = methods.length === 0 ? 'ANY' : methods.toSorted().join(',')
  return `${asked} ${hosts.toSorted().join(',')}${path}${environment === null ? '' : ` (${environment})`}`
}

function nameOf(id: string | null, names: Names): string | null {
  return id === null ? null : (names.get(id) ?? id)
}

const KEPT_BY_STORE = ['id', 'version', 'created_at', 'updated_at']

function without(view: object, ...names: readonly string[]): Readonly<Record<string, unknown>> {
  const dropped = new Set([...KEPT_BY_STORE, ...names])
  return Object.fromEntries(Object.entries(view).filter(([name]) => !dropped.has(name)))
}

function withoutSuspension(view: object): Readonly<Record<string, unknown>> {
  return without(view, 'suspended_at', 'suspended_by')
}
