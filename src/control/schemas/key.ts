// Keys on the wire: what is accepted and what is shown. The hash and the sealed copy are shown to nobody.
import { z } from '@hono/zod-openapi'
import { shownState } from '../../model/effective.ts'
import type { NetworkPolicy } from '../../model/policy.ts'
import { IMPORTED_AS } from '../../model/foreign-hash.ts'
import { ENVIRONMENTS, KEY_KINDS } from '../../model/vocabulary.ts'
import { isAddressRange } from '../../policy/address.ts'
import { isWebOrigin } from '../../policy/web-origin.ts'
import type { KeyRow } from '../../store/api-keys.ts'
import * as field from '../fields.ts'
import { Propagation } from '../propagation.ts'
import { revocationReason } from './revocation.ts'

/** An empty list is refused: "nowhere" and "everywhere" would be equally good readings of it. */
const address = z.string().max(64).refine(isAddressRange, 'Is not an IP address or CIDR range.')
const country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'Is not a country code of two letters (ISO 3166-1).')
  .toUpperCase()
const webOrigin = z
  .string()
  .max(256)
  .refine(isWebOrigin, 'Is not a web origin, such as https://app.example.com.')

const network = z.strictObject({
  addresses: field.list(address, 64, 1).optional(),
  countries: field.list(country, 250, 1).optional(),
  web_origins: field.list(webOrigin, 32, 1).optional(),
})

export const SHOWN_STATES = ['pending', 'active', 'disabled', 'expired', 'revoked'] as const

export const NewKey = z
  .strictObject({
    project_id: field.id('project'),
    name: field.name,
    environment: z.enum(ENVIRONMENTS).default('live'),
    kind: z.enum(KEY_KINDS).default('secret'),
    scopes: field.scopes.optional(),
    expires_at: field.time.nullish(),
    plan_id: field.id('plan').nullish(),
    network: network.optional(),
    tags: field.tags.optional(),
    metadata: field.metadata.optional(),
    external_id: field.externalId,
    owner_member_id: field.id('member').nullish(),
  })
  .openapi('NewKey')

/** Absent: unchanged. `null` clears. */
export const KeyPatch = z
  .strictObject({
    name: field.name.optional(),
    scopes: field.scopes.nullish(),
    expires_at: field.time.nullish(),
    plan_id: field.id('plan').nullish(),
    network: network.nullish(),
    tags: field.tags.nullish(),
    metadata: field.metadata.nullish(),
    external_id: field.externalId,
    owner_member_id: field.id('member').nullish(),
  })
  .openapi('KeyPatch')

export const Revocation = z
  .strictObject({
    reason: revocationReason
      .optional()
      .openapi({ description: 'In your words. A key revoked as `leaked` is never restored.' }),
  })
  .openapi('Revocation')

export const Key = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    project_id: z.string(),
    name: z.string(),
    start: z.string().openapi({ description: 'What may be shown of the beginning of the key.' }),
    last4: z.string(),
    kind: z.enum(KEY_KINDS),
    environment: z.enum(ENVIRONMENTS),
    state: z.enum(SHOWN_STATES),
    scopes: z.array(z.string()),
    network: z.object({
      addresses: z.array(z.string()).optional(),
      countries: z.array(z.string()).optional(),
      web_origins: z.array(z.string()).optional(),
    }),
    plan_id: z.string().nullable(),
    tags: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()),
    external_id: z.string().nullable(),
    owner_member_id: z.string().nullable(),
    recoverable: z.boolean().openapi({ description: 'Whether the key can be revealed again.' }),
    imported_as: z.enum(IMPORTED_AS).nullable().openapi({
      description: 'How another system knew the key; `learned`: it was asked. `null`: the key was made here.',
    }),
    expires_at: field.shownTime.nullable(),
    last_used_at: field.shownTime.nullable(),
    disabled_by: field.actorType.nullable(),
    revoked_at: field.shownTime.nullable(),
    revoked_by: field.actorType.nullable(),
    revocation_reason: z.string().nullable(),
    rotated_from_id: z.string().nullable(),
    rotated_to_id: z.string().nullable(),
    rotation_grace_ends_at: field.shownTime.nullable(),
    deleted_at: field.shownTime.nullable(),
    ...field.trackedView,
  })
  .openapi('Key')

export const CreatedKey = z
  .object({
    key: Key,
    secret: z.string().openapi({ description: 'The key itself. It is never shown again.' }),
  })
  .openapi('CreatedKey')

export const ChangedKey = z.object({ key: Key, propagation: Propagation }).openapi('ChangedKey')

export function networkPolicy({ addresses, countries, web_origins }: z.infer<typeof network>): NetworkPolicy {
  return {
    ...(addresses !== undefined && { addresses }),
    ...(countries !== undefined && { countries }),
    ...(web_origins !== undefined && { webOrigins: web_origins }),
  }
}

/** @param now epoch milliseconds: whether a key has expired follows from it */
export function viewKey(row: KeyRow, now: number): z.infer<typeof Key> {
  return {
    id: row.id,
    organization_id: row.organizationId,
    project_id: row.projectId,
    name: row.name,
    start: row.start,
    last4: row.last4,
    kind: row.kind,
    environment: row.environment,
    state: shownState(row, now),
    scopes: [...row.scopes],
    network: viewNetwork(row.network),
    plan_id: row.planId,
    tags: [...row.tags],
    metadata: row.metadata,
    external_id: row.externalId,
    owner_member_id: row.ownerMemberId,
    recoverable: row.sealed !== null,
    imported_as: row.importedAs,
    expires_at: field.showTimeOrNull(row.expiresAt),
    last_used_at: field.showTimeOrNull(row.lastUsedAt),
    disabled_by: row.disabledBy,
    revoked_at: field.showTimeOrNull(row.revokedAt),
    revoked_by: row.revokedBy,
    revocation_reason: row.revocationReason,
    rotated_from_id: row.rotatedFromId,
    rotated_to_id: row.rotatedToId,
    rotation_grace_ends_at: field.showTimeOrNull(row.rotationGraceEndsAt),
    deleted_at: field.showTimeOrNull(row.deletedAt),
    ...field.showTracked(row),
  }
}

function viewNetwork({ addresses, countries, webOrigins }: NetworkPolicy) {
  return {
    ...(addresses !== undefined && { addresses: [...addresses] }),
    ...(countries !== undefined && { countries: [...countries] }),
    ...(webOrigins !== undefined && { web_origins: [...webOrigins] }),
  }
}
