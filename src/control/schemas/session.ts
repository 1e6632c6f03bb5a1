// Sessions, and who the caller is, on the wire.
import { z } from '@hono/zod-openapi'
import { LOGIN_METHODS, MEMBER_ROLES, PLATFORM_ROLES } from '../../model/vocabulary.ts'
import { PERMISSIONS } from '../../policy/permissions.ts'
import { methodOf } from '../../policy/session.ts'
import type { SessionRow } from '../../store/sessions.ts'
import * as field from '../fields.ts'

export const Session = z
  .object({
    id: z.string(),
    method: z.enum(LOGIN_METHODS),
    user_agent: z.string().nullable(),
    address: z.string().nullable(),
    created_at: field.shownTime,
    last_seen_at: field.shownTime,
    expires_at: field.shownTime,
    ended_at: field.shownTime.nullable(),
  })
  .openapi('Session')

/** In the list: whether it is the one that asks. */
export const OwnSession = z.object({ ...Session.shape, current: z.boolean() }).openapi('OwnSession')

export const EndedSessions = z.object({ ended: z.int() }).openapi('EndedSessions')

export const Me = z
  .object({
    kind: z.enum(['admin_token', 'operator', 'member']),
    id: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    role: z.enum([...PLATFORM_ROLES, ...MEMBER_ROLES]),
    permissions: z.array(z.enum(PERMISSIONS)),
    organization: z.object({ id: z.string(), name: z.string() }).nullable(),
    team: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .openapi({ description: "Of a team's lead: what it reaches." }),
    session: Session.nullable(),
  })
  .openapi('Me')

export function viewSession(row: SessionRow): z.infer<typeof Session> {
  return {
    id: row.id,
    method: methodOf(row),
    user_agent: row.userAgent,
    address: row.address,
    created_at: field.showTime(row.createdAt),
    last_seen_at: field.showTime(row.lastSeenAt),
    expires_at: field.showTime(row.expiresAt),
    ended_at: field.showTimeOrNull(row.revokedAt),
  }
}
