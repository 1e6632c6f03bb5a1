// Organizations in the document, their teams, and what follows from both.
import { newId } from '../../ids.ts'
import type { KeyRow } from '../../store/api-keys.ts'
import { newOrganizationRow, type OrganizationRow } from '../../store/organizations.ts'
import type { PlanRecord } from '../../store/plans.ts'
import type { ProjectRow } from '../../store/projects.ts'
import { newTeamRow, type TeamRow } from '../../store/teams.ts'
import { organizationSet } from '../organization-changes.ts'
import type { DeclaredOrganization, DeclaredTeam } from '../schemas/declared.ts'
import { ORGANIZATION_DEFAULTS, TEAM_DEFAULTS } from '../schemas/replacement.ts'
import { teamSet } from '../team-changes.ts'
import { planEntries } from './entries.ts'
import { planKeys } from './keys.ts'
import { ORGANIZATIONS, TEAMS } from './kinds.ts'
import type { Planning } from './planning.ts'
import { planProjects } from './projects.ts'
import { kept, planOf } from './references.ts'
import { refuseSharedIds } from './shared-ids.ts'
import { made, tenantList } from './tenant-list.ts'

export interface StoredTenants {
  readonly organizations: readonly OrganizationRow[]
  readonly teams: readonly TeamRow[]
  readonly projects: readonly ProjectRow[]
  readonly keys: readonly KeyRow[]
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
