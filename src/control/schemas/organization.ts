// Organizations on the wire: what is accepted and what is shown.
import { z } from '@hono/zod-openapi'
import { TENANT_STATES } from '../../model/vocabulary.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'
import { KeyPolicy, viewPolicy } from './key-policy.ts'

export const NewOrganization = z
  .strictObject({
    name: field.name,
    external_id: field.externalId,
    plan_id: field.id('plan').nullish(),
    metadata: field.metadata.optional(),
    policy: KeyPolicy.optional(),
    time_zone: field.timeZone.optional(),
  })
  .openapi('NewOrganization')

/** Absent: unchanged. `null` clears. */
export const OrganizationPatch = z
  .strictObject({
    name: field.name.optional(),
    external_id: field.externalId,
    plan_id: field.id('plan').nullish(),
    metadata: field.metadata.nullish(),
    policy: KeyPolicy.nullish(),
    time_zone: field.timeZone.optional(),
  })
  .openapi('OrganizationPatch')

export const Organization = z
  .object({
    id: z.string(),
    name: z.string(),
    external_id: z.string().nullable(),
    state: z.enum(TENANT_STATES),
    plan_id: z.string().nullable(),
    time_zone: z.string(),
    policy: KeyPolicy,
    metadata: z.record(z.string(), z.unknown()),
    suspended_at: field.shownTime.nullable(),
    suspended_by: field.actorType.nullable(),
    ...field.trackedView,
  })
  .openapi('Organization')

export const ChangedOrganization = changed(Organization).openapi('ChangedOrganization')

export function viewOrganization(row: OrganizationRow): z.infer<typeof Organization> {
  return {
    id: row.id,
    name: row.name,
    external_id: row.externalId,
    state: row.state,
    plan_id: row.planId,
    time_zone: row.timeZone,
    policy: viewPolicy(row.policy),
    metadata: row.metadata,
    suspended_at: field.showTimeOrNull(row.suspendedAt),
    suspended_by: row.suspendedBy,
    ...field.showTracked(row),
  }
}
