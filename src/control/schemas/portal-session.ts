// One-time links into the portal, on the wire.
import { z } from '@hono/zod-openapi'
import { HOLDER_KINDS, MEMBER_ROLES } from '../../model/vocabulary.ts'
import { HOME, parseReturnTo } from '../../policy/return-to.ts'
import * as field from '../fields.ts'

const DEFAULT_TTL_SECONDS = 300
const MAX_TTL_SECONDS = 3_600

/** A path of ours, as it will stand in `Location`. */
export const returnTo = z
  .string()
  .transform((value, context) => {
    const path = parseReturnTo(value)
    if (path !== null) return path
    context.addIssue({ code: 'custom', message: 'Is not a path below /_latchkey/.' })
    return z.NEVER
  })
  .openapi({ type: 'string', default: HOME })

export const NewPortalSession = z
  .strictObject({
    member_id: field.id('member').optional(),
    organization_id: field.id('organization').optional(),
    email: field.email.optional(),
    name: field.name.optional(),
    /** A team's lead is made where members are. */
    role: z.enum(['admin', 'member', 'viewer']).optional(),
    return_to: returnTo.optional(),
    ttl_seconds: field.count(30, MAX_TTL_SECONDS).default(DEFAULT_TTL_SECONDS),
  })
  .refine(isOneOfBoth, 'Takes either member_id, or organization_id, email and role.')
  .openapi('NewPortalSession')

export const PortalSession = z
  .object({
    id: z.string(),
    url: z.url().openapi({ description: 'For the browser of this one person. It lets in whoever opens it.' }),
    organization_id: z.string(),
    member_id: z.string(),
    expires_at: field.shownTime,
  })
  .openapi('PortalSession')

export const Redemption = z.strictObject({ token: z.string().min(1).max(256) }).openapi('Redemption')

/** A login by the ADMIN_TOKEN. */
export const TokenLogin = z
  .strictObject({ token: z.string().min(1).max(4096), return_to: returnTo.optional() })
  .openapi('TokenLogin')

export const Redeemed = z.object({ return_to: z.string(), expires_at: field.shownTime }).openapi('Redeemed')

/** What the page of a link says before its button is pressed. */
export const LinkPreview = z
  .object({
    organization: z.object({ name: z.string() }),
    member: z.object({ name: z.string().nullable(), email: z.string(), role: z.enum(MEMBER_ROLES) }),
    replaces: z
      .object({ kind: z.enum(HOLDER_KINDS), name: z.string().nullable(), email: z.string().nullable() })
      .nullable()
      .openapi({ description: 'As whom this browser is logged in: that session ends with the redemption.' }),
  })
  .openapi('LinkPreview')

interface Named {
  readonly member_id?: string | undefined
  readonly organization_id?: string | undefined
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly role?: string | undefined
}

function isOneOfBoth({ member_id, organization_id, email, name, role }: Named): boolean {
  const described = [organization_id, email, role]
  if (member_id !== undefined) return [...described, name].every((value) => value === undefined)
  return described.every((value) => value !== undefined)
}
