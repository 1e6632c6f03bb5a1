// The named values of a deployment, as they stand in the `settings` table: their shapes, and what the edge takes of them.
import { isStoredLegacyFormat, legacyFormatFacts, type StoredLegacyFormat } from './legacy-format.ts'
import { isStoredPortal, type StoredPortal } from './portal.ts'
import { RATE_LIMIT_FIELDS, type RateLimitFields } from './vocabulary.ts'
import { SHADOW_PROTOCOLS, type ShadowVerifier } from './shadow.ts'
import type { SettingsFacts, SigningKeyFacts } from './snapshot.ts'

export interface StoredSettings {
  readonly gateway_id: string
  readonly check_secrets: readonly string[]
  readonly signing_keys: readonly SigningKeyFacts[]
  readonly legacy_formats: readonly StoredLegacyFormat[]
  readonly expiry_warning_days: number
  readonly rate_limit_fields: RateLimitFields
  readonly shadow_verifiers: readonly ShadowVerifier[]
  readonly portal: StoredPortal
}

export type SettingName = keyof StoredSettings

/** What a database holds so far. */
export type FoundSettings = { readonly [N in SettingName]: StoredSettings[N] | undefined }

const DAY_MS = 86_400_000

/** Reads stored values. A value of the wrong shape is a broken database: it throws. */
export function parseSettings(
  rows: readonly { readonly name: string; readonly value: unknown }[],
): FoundSettings {
  const values = new Map(rows.map(({ name, value }) => [name, value]))
  const read = <T>(name: SettingName, guard: (value: unknown) => value is T): T | undefined => {
    const value = values.get(name)
    if (value === undefined || guard(value)) return value
    throw new Error(`setting ${name} has the wrong shape`)
  }
  return {
    gateway_id: read('gateway_id', isText),
    check_secrets: read('check_secrets', isTextList),
    signing_keys: read('signing_keys', isSigningKeyList),
    legacy_formats: read('legacy_formats', isLegacyFormatList),
    expiry_warning_days: read('expiry_warning_days', isNumber),
    rate_limit_fields: read('rate_limit_fields', isRateLimitFields),
    shadow_verifiers: read('shadow_verifiers', isShadowVerifierList),
    portal: read('portal', isStoredPortal),
  }
}

export function isComplete(found: FoundSettings): found is StoredSettings {
  return Object.values(found).every((value) => value !== undefined)
}

/** What the edge needs of them. */
export function settingsFacts(stored: StoredSettings): SettingsFacts {
  return {
    gatewayId: stored.gateway_id,
    checkSecrets: stored.check_secrets,
    signingKeys: stored.signing_keys,
    legacyFormats: stored.legacy_formats.map(legacyFormatFacts),
    expiryWarningMs: stored.expiry_warning_days * DAY_MS,
    rateLimitFields: stored.rate_limit_fields,
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isRateLimitFields(value: unknown): value is RateLimitFields {
  return RATE_LIMIT_FIELDS.some((fields) => fields === value)
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function isLegacyFormatList(value: unknown): value is readonly StoredLegacyFormat[] {
  return Array.isArray(value) && value.every(isStoredLegacyFormat)
}

function isSigningKeyList(value: unknown): value is readonly SigningKeyFacts[] {
  return Array.isArray(value) && value.every(isSigningKey)
}

function isSigningKey(value: unknown): value is SigningKeyFacts {
  return (
    isObject(value) && isText(value.kid) && isText(value.sealedPrivateKey) && isPublicJwk(value.publicJwk)
  )
}

function isShadowVerifierList(value: unknown): value is readonly ShadowVerifier[] {
  return Array.isArray(value) && value.every(isShadowVerifier)
}

function isShadowVerifier(value: unknown): value is ShadowVerifier {
  return (
    isObject(value) &&
    [value.url, value.organizationId, value.projectId].every(isText) &&
    typeof value.prefix === 'string' &&
    SHADOW_PROTOCOLS.some((protocol) => protocol === value.protocol) &&
    (value.sealedAuthorization === null || isText(value.sealedAuthorization)) &&
    isTextList(value.scopes) &&
    isNumber(value.untilMs)
  )
}

function isPublicJwk(value: unknown): value is SigningKeyFacts['publicJwk'] {
  return isObject(value) && [value.kty, value.crv, value.x, value.y].every(isText)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
