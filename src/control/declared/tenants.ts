// Organizations, their teams and their projects in the document.
import { newId } from '../../ids.ts'
import type { TenantState } from '../../model/vocabulary.ts'
import type { KeyRow } from '../../store/api-keys.ts'
import { newOrganizationRow, type OrganizationRow } from '../../store/organizations.ts'
import type { PlanRecord } from '../../store/plans.ts'
import { newProjectRow, type ProjectRow } from '../../store/projects.ts'
import { newTeamRow, type TeamRow } from '../../store/teams.ts'
import { organizationSet } from '../organization-changes.ts'
import { projectSet } from '../project-changes.ts'
import { refuseValue } from '../refused.ts'
import type { DeclaredOrganization, DeclaredProject, DeclaredTeam } from '../schemas/declared.ts'
import { DEFAULT_PREFIX } from '../schemas/project.ts'
import { ORGANIZATION_DEFAULTS, PROJECT_DEFAULTS, TEAM_DEFAULTS } from '../schemas/replacement.ts'
import { teamSet } from '../team-changes.ts'
import { planEntries, type Retirement } from './entries.ts'
import { planKeys } from './keys.ts'
import { ORGANIZATIONS, PROJECTS, TEAMS } from './kinds.ts'
import { DECLARER, noteRefusal, type Planning } from './planning.ts'
import { kept, planOf, referTo } from './references.ts'
import { refuseSharedIds } from './shared-ids.ts'

export interface StoredTenants {
  readonly organizations: readonly OrganizationRow[]
  readonly teams: readonly TeamRow[]
  readonly projects: readonly ProjectRow[]
  readonly keys: readonly KeyRow[]
}

interface Called {
  readonly name: string
  readonly external_id?: string | null | undefined
  readonly nth?: number | undefined
}

interface Suspendable {
  readonly state: TenantState
}

export function planTenants(
  planning: Planning,
  entries: readonly DeclaredOrganization[] | undefined,
  stored: StoredTenants,
  plans: readonly PlanRecord[],
): void {
  const pointer = '/config/organizations'
  const setOf = (entry: DeclaredOrganization, at: string) => {
    const planId = planOf(planning, entry, plans, at)
    if (planId === undefined) return null
    return organizationSet({ ...ORGANIZATION_DEFAULTS, ...entry, ...kept(entry), plan_id: planId })
  }
  const { rows } = planEntries<OrganizationRow, DeclaredOrganization>(planning, {
    ...tenantList(planning),
    kind: ORGANIZATIONS,
    pointer,
    prefix: '',
    entries,
    stored: stored.organizations,
    teamOf: () => null,
    make: (entry, at) => {
      const set = setOf(entry, at)
      if (set === null) return null
      const own = { id: newId('organization'), name: entry.name }
      return newOrganizationRow({ ...made(planning, entry), ...set, ...own })
    },
    set: (entry, _, at) => setOf(entry, at),
    judge: () => null,
  })
  for (const [index, organization] of rows.entries()) {
    const entry = entries?.[index]
    if (entry === undefined || organization === null) continue
    refuseSharedIds(planning, `${pointer}/${index}`, entry)
    planParts(planning, `${pointer}/${index}`, entry, organization, stored, plans)
  }
}

function planParts(
  planning: Planning,
  pointer: string,
  entry: DeclaredOrganization,
  organization: OrganizationRow,
  stored: StoredTenants,
  plans: readonly PlanRecord[],
): void {
  const teams = planTeams(planning, `${pointer}/teams`, entry.teams, organization, stored.teams)
  const place = { pointer: `${pointer}/projects`, organization, teams, plans }
  const { rows, all } = planProjects(planning, place, entry.projects, stored.projects)
  refuseEmptied(planning, `${pointer}/teams`, all, teams)
  for (const [index, project] of rows.entries()) {
    const keys = entry.projects?.[index]?.keys
    if (project === null || keys === undefined) continue
    const team = teams.find(({ id }) => id === project.teamId) ?? null
    const above = { pointer: `${place.pointer}/${index}/keys`, organization, team, project, plans }
    planKeys(planning, above, keys, stored.keys)
  }
}

function planTeams(
  planning: Planning,
  pointer: string,
  entries: readonly DeclaredTeam[] | undefined,
  { id: organizationId, name }: OrganizationRow,
  stored: readonly TeamRow[],
): readonly TeamRow[] {
  const own = stored.filter((team) => team.organizationId === organizationId)
  for (const team of own) planning.names.set(team.id, team.name)
  const { all } = planEntries<TeamRow, DeclaredTeam>(planning, {
    ...tenantList(planning),
    kind: TEAMS,
    pointer,
    prefix: `${name} / `,
    entries,
    stored: own,
    teamOf: ({ id }) => id,
    make: (entry) => {
      const id = newId('team')
      planning.names.set(id, entry.name)
      const fixed = { id, organizationId, name: entry.name }
      return newTeamRow({ ...made(planning, entry), ...setOfTeam(entry), ...fixed })
    },
    set: setOfTeam,
    judge: () => null,
  })
  return all
}

function setOfTeam(entry: DeclaredTeam) {
  return teamSet({ ...TEAM_DEFAULTS, ...entry, ...kept(entry) })
}

interface ProjectPlace {
  readonly pointer: string
  readonly organization: OrganizationRow
  readonly teams: readonly TeamRow[]
  readonly plans: readonly PlanRecord[]
}

function planProjects(
  planning: Planning,
  { pointer, organization, teams, plans }: ProjectPlace,
  entries: readonly DeclaredProject[] | undefined,
  stored: readonly ProjectRow[],
) {
  const setOf = (entry: DeclaredProject, at: string) => {
    const planId = planOf(planning, entry, plans, at)
    const teamId = teamOf(planning, entry, teams, at)
    if (planId === undefined || teamId === undefined) return null
    const references = { plan_id: planId, team_id: teamId }
    return projectSet({ ...PROJECT_DEFAULTS, ...entry, ...kept(entry), ...references })
  }
  return planEntries<ProjectRow, DeclaredProject>(planning, {
    ...tenantList(planning),
    kind: PROJECTS,
    pointer,
    prefix: `${organization.name} / `,
    entries,
    stored: stored.filter(({ organizationId }) => organizationId === organization.id),
    teamOf: ({ teamId }) => teamId,
    make: (entry, at) => {
      const set = setOf(entry, at)
      if (set === null) return null
      const keyPrefix = entry.key_prefix ?? DEFAULT_PREFIX
      const own = { id: newId('project'), organizationId: organization.id, name: entry.name, keyPrefix }
      return newProjectRow({ ...made(planning, entry), ...set, ...own })
    },
    set: (entry, { keyPrefix }, at) => {
      if (entry.key_prefix === undefined || entry.key_prefix === keyPrefix) return setOf(entry, at)
      noteRefusal(planning, at, refuseValue('/key_prefix', `Is ${keyPrefix}, and stays.`))
      return null
    },
    judge: () => null,
  })
}

/** What the three have in common. */
function tenantList({ at }: Planning) {
  const deletion = { done: 'deleted', set: { state: 'deleted', deletedAt: at } } as const
  const suspension = {
    done: 'suspended',
    set: { state: 'suspended', suspendedAt: at, suspendedBy: DECLARER },
  } as const
  const resumption = {
    done: 'resumed',
    set: { state: 'active', suspendedAt: null, suspendedBy: null },
  } as const
  return {
    identify: ({ name, external_id: id, nth }: Called) => ({ name, externalId: id ?? null, nth }),
    labelOf: ({ name }: { name: string }) => name,
    retire: () => deletion,
    // What somebody stopped by hand does not go on because a document says nothing of it.
    toggle: ({ suspended }: { suspended?: boolean | undefined }, { state }: Suspendable) => {
      if (suspended === undefined || suspended === (state === 'suspended')) return null
      return suspended ? suspension : resumption
    },
  } satisfies Record<string, (...given: never[]) => object | string | Retirement<object> | null>
}

function made({ at }: Planning, { suspended = false }: { suspended?: boolean | undefined }) {
  const times = { createdAt: at, updatedAt: at }
  return suspended ? { ...times, state: 'suspended' as const, suspendedAt: at, suspendedBy: DECLARER } : times
}

function teamOf(
  planning: Planning,
  { team }: DeclaredProject,
  teams: readonly TeamRow[],
  pointer: string,
): string | null | undefined {
  if (team === null || team === undefined) return null
  const reference = { pointer: `${pointer}/team`, noun: 'team', list: "the organization's teams" }
  return referTo(planning, teams, team, reference) ?? undefined
}

// Projects that the document leaves alone may belong to a team that it ends.
function refuseEmptied(
  planning: Planning,
  pointer: string,
  projects: readonly ProjectRow[],
  teams: readonly TeamRow[],
): void {
  const standing = new Set(teams.map(({ id }) => id))
  for (const { teamId, name } of projects)
    if (teamId !== null && !standing.has(teamId) && planning.names.has(teamId))
      planning.problems.push({
        pointer,
        detail: `The team ${planning.names.get(teamId)} would end, and the project ${name} belongs to it.`,
      })
}
