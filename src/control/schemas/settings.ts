// The settings of the deployment on the wire. Of a secret, an identifier is shown: enough to see a rotation, no help to
// whoever wants the secret.
import { z } from '@hono/zod-openapi'
import { encodeBase64url } from '../../keys/base64url.ts'
import type { StoredSettings } from '../../model/settings.ts'
import { RATE_LIMIT_FIELDS } from '../../model/vocabulary.ts'
import * as field from '../fields.ts'
import { changed } from '../operation.ts'
import { LegacyFormat, LegacyFormats } from './legacy-format.ts'

const FINGERPRINT_BYTES = 6

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
  })
  .openapi('SettingsPatch')

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
    check_secrets: await Promise.all(stored.check_secrets.map(fingerprintOf)),
    signing_keys: stored.signing_keys.map(({ kid }) => ({ kid })),
  }
}

// 256 random bits: no part of their hash leads back to them.
async function fingerprintOf(secret: string): Promise<{ fingerprint: string }> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))
  return { fingerprint: encodeBase64url(new Uint8Array(hash, 0, FINGERPRINT_BYTES)) }
}
