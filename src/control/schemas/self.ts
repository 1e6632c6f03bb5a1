// A key as its own holder sees it: what it is and how long it lasts, and nothing of what its owner has noted about it.
import { z } from '@hono/zod-openapi'
import { effectiveEnd, shownState } from '../../model/effective.ts'
import type { Holder } from '../../model/verification.ts'
import { ENVIRONMENTS, KEY_KINDS } from '../../model/vocabulary.ts'
import type { KeyRow } from '../../store/api-keys.ts'
import * as field from '../fields.ts'
import { Propagation } from '../propagation.ts'
import { SHOWN_STATES } from './key.ts'
import { revocationReason } from './revocation.ts'
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS } from './rotation.ts'
import { LimitStanding } from './verification.ts'

const OwnKey = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    project_id: z.string(),
    name: z.string(),
    start: z.string(),
    last4: z.string(),
    kind: z.enum(KEY_KINDS),
    environment: z.enum(ENVIRONMENTS),
    state: z.enum(SHOWN_STATES),
    scopes: z.array(z.string()),
    expires_at: field.shownTime
      .nullable()
      .openapi({ description: 'The end of its grace, if it is rotated.' }),
    rotated_to_id: z.string().nullable(),
    rotation_grace_ends_at: field.shownTime.nullable(),
    created_at: field.shownTime,
    last_used_at: field.shownTime.nullable(),
    revoked_at: field.shownTime.nullable(),
    revocation_reason: z.string().nullable(),
  })
  .openapi('OwnKey')

export const Self = z
  .object({
    key: OwnKey,
    token: z
      .object({ id: z.string(), expires_at: field.shownTime, scopes: z.array(z.string()) })
      .nullable()
      .openapi({ description: 'Of the child token that was presented, with the scopes that it has now.' }),
    plan: z.object({ id: z.string(), name: z.string() }).nullable(),
    limits: z.array(LimitStanding),
  })
  .openapi('Self')

/** Whoever holds a key and wants to be rid of it has most likely found it where it should not be. */
export const DEFAULT_REASON = 'leaked'

export const OwnRevocation = z
  .strictObject({
    reason: revocationReason.optional().openapi({
      default: DEFAULT_REASON,
      description: 'A key revoked as `leaked` is never restored.',
    }),
  })
  .openapi('OwnRevocation')

export const RevokedOwnKey = z
  .object({
    key: OwnKey,
    also_revoked: z.array(z.string()).openapi({
      description: 'The successors that the key gave itself: whoever had it may have them.',
    }),
    propagation: Propagation,
  })
  .openapi('RevokedOwnKey')

/** Whoever misses the answer must be able to ask again with the old key. */
const MIN_GRACE_SECONDS = 60

/** Not its expiry: a key does not prolong its own life. */
export const OwnRotation = z
  .strictObject({
    grace_seconds: field
      .count(MIN_GRACE_SECONDS, MAX_GRACE_SECONDS)
      .optional()
      .openapi({ default: DEFAULT_GRACE_SECONDS, description: 'How long the old key still passes.' }),
  })
  .openapi('OwnRotation')

export const RotatedOwnKey = z
  .object({
    key: OwnKey,
    secret: z.string().openapi({ description: 'The new key itself. It is never shown again.' }),
    previous: OwnKey,
    propagation: Propagation.nullable().openapi({
      description: '`null`: stored, and not yet in force for the old key. It is published every minute.',
    }),
  })
  .openapi('RotatedOwnKey')

/** @param now epoch milliseconds */
export function viewOwnKey(row: KeyRow, now: number): z.infer<typeof OwnKey> {
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
    expires_at: field.showTimeOrNull(effectiveEnd(row).expiresAtMs),
    rotated_to_id: row.rotatedToId,
    rotation_grace_ends_at: field.showTimeOrNull(row.rotationGraceEndsAt),
    created_at: field.showTime(row.createdAt),
    last_used_at: field.showTimeOrNull(row.lastUsedAt),
    revoked_at: field.showTimeOrNull(row.revokedAt),
    revocation_reason: row.revocationReason,
  }
}

/** @param now epoch milliseconds */
export async function viewSelf(
  { facts, verified, limits }: Holder,
  row: KeyRow,
  now: number,
): Promise<z.infer<typeof Self>> {
  const { token, scopes, window, expiresAtMs } = facts
  return {
    // The sunset of its format is not the key's own, and ends it all the same.
    key: { ...viewOwnKey(row, now), ...(window && { expires_at: field.showTimeOrNull(expiresAtMs) }) },
    token:
      token === undefined
        ? null
        : { id: token.id, expires_at: field.showTime(token.expiresAtMs), scopes: [...scopes] },
    plan: verified.plan,
    limits: [...(await limits())],
  }
}
