// A new row of each resource, of which nothing was said: what stands otherwise is worth to be told.
import { newKeyRow } from '../../store/api-keys.ts'
import { newOrganizationRow } from '../../store/organizations.ts'
import { newPlanRecord } from '../../store/plans.ts'
import { newProjectRow } from '../../store/projects.ts'
import { newRouteRow } from '../../store/routes.ts'
import { newTeamRow } from '../../store/teams.ts'
import { newUpstreamRow } from '../../store/upstreams.ts'

const NEVER = { id: '', name: '', createdAt: 0, updatedAt: 0 }
export const BLANK_PLAN = newPlanRecord(NEVER, [], [])
export const BLANK_UPSTREAM = newUpstreamRow(NEVER)
export const BLANK_ROUTE = newRouteRow({ ...NEVER, name: null, upstreamId: '', path: '' })
export const BLANK_ORGANIZATION = newOrganizationRow(NEVER)
export const BLANK_TEAM = newTeamRow({ ...NEVER, organizationId: '' })
export const BLANK_PROJECT = newProjectRow({ ...NEVER, organizationId: '' })
export const BLANK_KEY = newKeyRow({
  ...NEVER,
  organizationId: '',
  projectId: '',
  lineage: '',
  hash: '',
  start: '',
  last4: '',
  createdBy: '',
})
