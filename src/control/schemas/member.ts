// Members on the wire: what is accepted and what is shown.
import { z } from '@hono/zod-openapi'
import { MEMBER_ROLES, MEMBER_STATES } from '../../model/vocabulary.ts'
import type { MemberRow } from '../../store/holders.ts'
import * as field from '../fields.ts'

export const NewMember = z
  .strictObject({
    organization_id: field.id('organization'),
    email: field.email,
    role: z.enum(MEMBER_ROLES),
    team_id: field.id('team').nullish().openapi({ description: "Of a team's lead, and of nobody else." }),
    name: field.name.nullish(),
  })
  .openapi('NewMember')

/** Absent: unchanged. `null` clears. */
export const MemberPatch = z
  .strictObject({
    role: z.enum(MEMBER_ROLES).optional(),
    team_id: field.id('team').nullish(),
    name: field.name.nullish(),
  })
  .openapi('MemberPatch')

export const Member = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    team_id: z.string().nullable(),
    email: z.string(),
    name: z.string().nullable(),
    role: z.enum(MEMBER_ROLES),
    state: z.enum(MEMBER_STATES),
    invited_at: field.shownTime.nullable(),
    joined_at: field.shownTime.nullable(),
    removed_at: field.shownTime.nullable(),
    ...field.trackedView,
  })
  .openapi('Member')

export const Invitation = z
  .object({
    member: Member,
    url: z.url().openapi({ description: 'For this one person. It is never shown again.' }),
    expires_at: field.shownTime,
  })
  .openapi('Invitation')

export function viewMember(row: MemberRow): z.infer<typeof Member> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    team_id: row.teamId,
    email: row.email,
    name: row.name,
    role: row.role,
    state: row.state,
    invited_at: field.showTimeOrNull(row.invitedAt),
    joined_at: field.showTimeOrNull(row.joinedAt),
    removed_at: field.showTimeOrNull(row.removedAt),
    ...field.showTracked(row),
  }
}
