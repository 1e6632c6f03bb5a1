// The settings of the deployment on the wire. Of a secret, an identifier is shown: enough to see a rotation, no help to
// whoever wants the secret.
import { z } from '@hono/zod-openapi'
import { encodeBase64url } from '../../keys/base64url.ts'
import type { StoredSettings } from '../../model/settings.ts'
import { SHADOW_PROTOCOLS, type ShadowVerifier } from '../../model/shadow.ts'
import { RATE_LIMIT_FIELDS } from '../../model/vocabulary.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'
import { LegacyFormat, LegacyFormats } from './legacy-format.ts'
import { PortalPatch, PortalSettings } from './portal-settings.ts'

const FINGERPRINT_BYTES = 6

const shadowVerifier = z.strictObject({
  prefix: z
    .string()
    .regex(/^[!-~]{0,32}$/, 'Takes up to 32 printable characters without spaces.')
    .default('')
    .openapi({ description: 'Keys that begin like this are asked about; empty: all of a declared format.' }),
  url: z.string().max(2048),
  protocol: z.enum(SHADOW_PROTOCOLS).openapi({
    description:
      '`introspection`: POST with `token`, answered by `active` (RFC 7662). `bearer`: GET with the key as bearer token, answered by 2xx, or by 401, 403 or 404.',
  }),
  authorization: z
    .string()
    .regex(/^[!-~](?:[ -~]*[!-~])?$/, 'Takes visible ASCII.')
    .max(4096)
    .nullish()
    .openapi({
      description:
        'What the verifier wants as `Authorization` of whoever asks. It is sealed and never shown. Absent: the one that was given for this URL; `null`: none.',
    }),
  project_id: field.id('project').openapi({ description: 'Whose keys they become.' }),
  scopes: field.scopes
    .default([])
    .openapi({ description: 'Of keys whose scopes the verifier does not tell.' }),
  until: field.time.openapi({
    description: 'From then on it is not asked any more. A year from now at most.',
  }),
})

/** Absent: unchanged. */
export const SettingsPatch = z
  .strictObject({
    legacy_formats: LegacyFormats.optional().openapi({
      description: 'What imported keys look like, which carry no check digits. Replaces the list.',
    }),
    expiry_warning_days: field.count(0, 365).optional(),
    rate_limit_fields: z.enum(RATE_LIMIT_FIELDS).optional().openapi({
      description:
        '`standard`: answers carry RateLimit and RateLimit-Policy. `legacy`: the X-RateLimit fields beside them.',
    }),
    shadow_verifiers: z.array(shadowVerifier).max(4).optional().openapi({
      description:
        'Systems that are asked about keys which nobody here knows (docs/import.md). Replaces the list.',
    }),
    portal: PortalPatch.optional(),
  })
  .openapi('SettingsPatch')

/** What a declared configuration can say: no secret stands in one. */
export const DeclaredSettings = SettingsPatch.omit({ shadow_verifiers: true })
export type AskedVerifier = z.infer<typeof shadowVerifier>

export const SecretRotation = z
  .strictObject({
    secret: z.enum(['check', 'signing']).openapi({
      description:
        '`check`: of the check digits of keys; all are kept, so every key goes on. `signing`: of the consumer assertion; the newest five are kept.',
    }),
    replaces: z.string().max(64).openapi({
      description:
        'Fingerprint or `kid` of the first one, as the settings show it: a repeated request rotates once.',
    }),
  })
  .openapi('SecretRotation')

export const Settings = z
  .object({
    gateway_id: z.string(),
    legacy_formats: z.array(LegacyFormat),
    expiry_warning_days: z.int(),
    rate_limit_fields: z.enum(RATE_LIMIT_FIELDS),
    shadow_verifiers: z.array(
      z.object({
        prefix: z.string(),
        url: z.string(),
        protocol: z.enum(SHADOW_PROTOCOLS),
        authorization_id: z.string().nullable().openapi({
          description: 'Names what was given as `authorization`, and is another one each time; `null`: none.',
        }),
        organization_id: z.string(),
        project_id: z.string(),
        scopes: z.array(z.string()),
        until: field.shownTime,
      }),
    ),
    portal: PortalSettings,
    check_secrets: z
      .array(z.object({ fingerprint: z.string() }))
      .openapi({ description: 'Newest first. The first one makes new keys.' }),
    signing_keys: z
      .array(z.object({ kid: z.string() }))
      .openapi({ description: 'Newest first. The first one signs.' }),
  })
  .openapi('Settings')

export const ChangedSettings = changed(Settings).openapi('ChangedSettings')

export async function viewSettings(stored: StoredSettings): Promise<z.infer<typeof Settings>> {
  return {
    gateway_id: stored.gateway_id,
    legacy_formats: [...stored.legacy_formats],
    expiry_warning_days: stored.expiry_warning_days,
    rate_limit_fields: stored.rate_limit_fields,
    shadow_verifiers: await Promise.all(stored.shadow_verifiers.map(viewVerifier)),
    portal: stored.portal,
    check_secrets: await Promise.all(stored.check_secrets.map(fingerprintOf)),
    signing_keys: stored.signing_keys.map(({ kid }) => ({ kid })),
  }
}

async function viewVerifier(verifier: ShadowVerifier) {
  const { sealedAuthorization: sealed } = verifier
  return {
    prefix: verifier.prefix,
    url: verifier.url,
    protocol: verifier.protocol,
    // Of what was sealed, with its random nonce: it says nothing of what is inside.
    authorization_id: sealed === null ? null : (await fingerprintOf(sealed)).fingerprint,
    organization_id: verifier.organizationId,
    project_id: verifier.projectId,
    scopes: [...verifier.scopes],
    until: field.showTime(verifier.untilMs),
  }
}

// 256 random bits: no part of their hash leads back to them.
async function fingerprintOf(secret: string): Promise<{ fingerprint: string }> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))
  return { fingerprint: encodeBase64url(new Uint8Array(hash, 0, FINGERPRINT_BYTES)) }
}
