// Teams on the wire: what is accepted and what is shown.
import { z } from '@hono/zod-openapi'
import { TENANT_STATES } from '../../model/vocabulary.ts'
import type { TeamRow } from '../../store/teams.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'
import { KeyPolicy, viewPolicy } from './key-policy.ts'

export const NewTeam = z
  .strictObject({
    organization_id: field.id('organization'),
    name: field.name,
    external_id: field.externalId,
    metadata: field.metadata.optional(),
    policy: KeyPolicy.optional(),
  })
  .openapi('NewTeam')

/** Absent: unchanged. `null` clears. */
export const TeamPatch = z
  .strictObject({
    name: field.name.optional(),
    external_id: field.externalId,
    metadata: field.metadata.nullish(),
    policy: KeyPolicy.nullish(),
  })
  .openapi('TeamPatch')

export const Team = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    name: z.string(),
    external_id: z.string().nullable(),
    state: z.enum(TENANT_STATES),
    policy: KeyPolicy,
    metadata: z.record(z.string(), z.unknown()),
    suspended_at: field.shownTime.nullable(),
    suspended_by: field.actorType.nullable(),
    ...field.trackedView,
  })
  .openapi('Team')

export const ChangedTeam = changed(Team).openapi('ChangedTeam')

export function viewTeam(row: TeamRow): z.infer<typeof Team> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    name: row.name,
    external_id: row.externalId,
    state: row.state,
    policy: viewPolicy(row.policy),
    metadata: row.metadata,
    suspended_at: field.showTimeOrNull(row.suspendedAt),
    suspended_by: row.suspendedBy,
    ...field.showTracked(row),
  }
}
