// Projects of an organization in the document.
import { newId } from '../../ids.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import type { PlanRecord } from '../../store/plans.ts'
import { newProjectRow, type ProjectRow } from '../../store/projects.ts'
import type { TeamRow } from '../../store/teams.ts'
import { projectSet } from '../project-changes.ts'
import { refuseValue } from '../refused.ts'
import type { DeclaredProject } from '../schemas/declared.ts'
import { DEFAULT_PREFIX } from '../schemas/project.ts'
import { PROJECT_DEFAULTS } from '../schemas/replacement.ts'
import { planEntries } from './entries.ts'
import { PROJECTS } from './kinds.ts'
import { noteRefusal, type Planning } from './planning.ts'
import { kept, planOf, referTo } from './references.ts'
import { made, tenantList } from './tenant-list.ts'

interface ProjectPlace {
  readonly pointer: string
  readonly organization: OrganizationRow
  readonly teams: readonly TeamRow[]
  readonly plans: readonly PlanRecord[]
}

export function planProjects(
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
