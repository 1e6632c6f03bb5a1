// The document that says what is stored: held against the same gateway it changes nothing, applied to an empty one it makes the same,
// but for the secrets, which nobody can read. What is as in a new resource is left out. Pure.
import type { OrganizationRow } from '../../store/organizations.ts'
import type { PlanRecord } from '../../store/plans.ts'
import type { ProjectRow } from '../../store/projects.ts'
import canonicalize from 'canonicalize'
import type { Tracked } from '../resource.ts'
import { limitRow, NewLimit, NewQuota, quotaRow, viewLimit, viewQuota } from '../schemas/limit.ts'
import {
  KEYS,
  ORGANIZATIONS,
  PLANS,
  PROJECTS,
  ROUTES,
  TEAMS,
  UPSTREAMS,
  type Kind,
  type Names,
} from './kinds.ts'
import { byAge } from './keys.ts'
import type { Identity } from './match.ts'
import { declaredSettings, type StoredConfig } from './plan.ts'
import { callsOf } from './references.ts'

type Said = Readonly<Record<string, unknown>>
type Exported = Said & { readonly version: 1 }

/** @param whole `one_organization`: nothing that belongs to the platform */
export function exportConfig(stored: StoredConfig, scope: 'everything' | 'one_organization'): Exported {
  const names = namesOf(stored)
  const organizations = counted(stored.organizations, (row) => organizationOf(row, stored, names))
  if (scope === 'one_organization') return { version: 1, organizations }
  return {
    version: 1,
    settings: declaredSettings(stored.settings),
    plans: stored.plans.map((plan) => planOf(plan, names)),
    upstreams: stored.upstreams.map((row) => said(UPSTREAMS, row, names)),
    routes: stored.routes.map((row) => said(ROUTES, row, names)),
    organizations,
  }
}

function namesOf({ plans, upstreams, teams }: StoredConfig): Names {
  const byOrganization = Map.groupBy(teams, ({ organizationId }) => organizationId)
  return new Map([
    ...[...plans, ...upstreams].map(({ id, name }) => [id, name] as const),
    ...[...byOrganization.values()].flatMap((own) => [...callsOf(own)]),
  ])
}

function organizationOf(row: OrganizationRow, stored: StoredConfig, names: Names): Said {
  const isOwn = ({ organizationId }: { readonly organizationId: string }) => organizationId === row.id
  return {
    ...said(ORGANIZATIONS, row, names),
    teams: counted(stored.teams.filter(isOwn), (team) => said(TEAMS, team, names)),
    projects: counted(stored.projects.filter(isOwn), (project) => projectOf(project, stored, names)),
  }
}

function projectOf(row: ProjectRow, { keys }: StoredConfig, names: Names): Said {
  const own = keys.filter(({ projectId, rotatedToId }) => projectId === row.id && rotatedToId === null)
  return {
    ...said(PROJECTS, row, names),
    keys: counted(byAge(own), (key) => said(KEYS, key, names)),
  }
}

/** Each with its number, where it is not the first that has its name and no external id. */
function counted<Row extends Identity>(rows: readonly Row[], say: (row: Row) => Said): readonly Said[] {
  const seen = new Map<string, number>()
  return rows.map((row) => {
    if (row.externalId !== null) return say(row)
    const nth = (seen.get(row.name) ?? 0) + 1
    seen.set(row.name, nth)
    return nth === 1 ? say(row) : { ...say(row), nth }
  })
}

function planOf(plan: PlanRecord, names: Names): Said {
  const { limits: _, quotas: __, ...rest } = said(PLANS, plan, names)
  const quotas = plan.quotas.map((row) => unlike(viewQuota(row), BLANK_QUOTA))
  return {
    ...rest,
    limits: plan.limits.map((row) => unlike(viewLimit(row), BLANK_LIMIT)),
    ...(quotas.length > 0 && { quotas }),
  }
}

function said<Row extends Tracked>(kind: Kind<Row>, row: Row, names: Names): Said {
  return unlike(kind.declare(row, names), kind.declare(kind.blank, names))
}

/** The members that differ from those of `blank`. What every one of them has to say differs: no name is empty, no limit below 0. */
function unlike(view: object, blank: object): Said {
  const usual = new Map<string, unknown>(Object.entries(blank))
  return Object.fromEntries(
    Object.entries(view).filter(([name, value]) => canonicalize(value) !== canonicalize(usual.get(name))),
  )
}

const BLANK_LIMIT = {
  ...viewLimit(limitRow('', NewLimit.parse({ name: 'blank', limit: 0, period_seconds: 1 }))),
  name: '',
  limit: -1,
  period_seconds: 0,
}
const BLANK_QUOTA = {
  ...viewQuota(quotaRow('', NewQuota.parse({ name: 'blank', limit: 0, period: 'hour' }))),
  name: '',
  limit: -1,
  period: '',
}
