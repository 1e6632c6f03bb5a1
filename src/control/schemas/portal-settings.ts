// How the portal presents itself, on the wire: as it is set, and as everybody sees it who opens the portal.
import { z } from '@hono/zod-openapi'
import type { StoredPortal } from '../../model/portal.ts'
import { brokenLogo, MAX_LOGO_BYTES, MAX_LOGO_LENGTH } from '../../policy/logo.ts'
import * as field from '../fields.ts'

const logo = z
  .string()
  .max(MAX_LOGO_LENGTH)
  .superRefine((url, context) => {
    const message = brokenLogo(url)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })

/** Absent: unchanged. */
export const PortalPatch = z
  .strictObject({
    name: field.text(64).nullable().optional().openapi({
      description: 'What customers know this API by. Null: `Latchkey`.',
    }),
    logo: logo
      .nullable()
      .optional()
      .openapi({
        description: `A data: URL of a PNG, a WebP or an SVG in base64, ${MAX_LOGO_BYTES} bytes at most. Null: none.`,
      }),
    accent: z
      .string()
      .regex(/^#[\dA-Fa-f]{6}$/, 'Takes a color, such as #0f766e.')
      .nullable()
      .optional()
      .openapi({ description: 'Color of what is to be pressed. Null: the own one of the portal.' }),
    success_target: z.number().min(0.5).max(1).optional().openapi({
      description: 'Share of requests that should succeed: the overview shows the rate against it.',
    }),
  })
  .openapi('PortalPatch')

export const PortalSettings = z
  .object({
    name: z.string().nullable(),
    logo: z.string().nullable(),
    accent: z.string().nullable(),
    success_target: z.number(),
  })
  .openapi('PortalSettings')

/** Seen by everybody, so nothing stands in it that says more of the deployment. */
export const PortalConfig = z
  .object({
    name: z.string(),
    logo: z.string().nullable(),
    accent: z.string().nullable(),
    login: z
      .object({
        oidc: z.boolean().openapi({ description: 'By an OpenID provider.' }),
        access: z.boolean().openapi({ description: 'By Cloudflare Access.' }),
        token: z.boolean().openapi({ description: 'By the ADMIN_TOKEN: in local development only.' }),
      })
      .openapi({ description: 'The ways in that are configured. A one-time link is always one.' }),
    has_session: z.boolean().openapi({
      description:
        'Whether the request carried the cookie of a session, good or over: worth asking `/v1/me`.',
    }),
  })
  .openapi('PortalConfig')

/** As the audit trail tells of it: that a logo changed, and not 40 kilobytes of it for each time. */
export function tellPortal(portal: StoredPortal): object {
  return {
    ...portal,
    logo: portal.logo?.replace(/;base64,(.*)$/, (_, { length }: string) => `; ${length} characters`) ?? null,
  }
}
