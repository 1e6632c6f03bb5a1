// Keys as a resource, and what may become of their fields. The verbs stand in key-verbs.ts.
import type { z } from '@hono/zod-openapi'
import { err, ok } from '../result.ts'
import { findKey, updateKey, type KeyRow } from '../store/api-keys.ts'
import { databaseOf, open } from '../store/database.ts'
import { planStands } from '../store/plans.ts'
import { findTeamId } from '../store/projects.ts'
import { brokenAssignment } from './assignment.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { onlyGiven, orCleared } from './given.ts'
import { brokenByChange } from './key-policies.ts'
import { keyReads, type KeyReads } from './key-reads.ts'
import { missingReference } from './key-references.ts'
import { brokenKeyRule, brokenOtherExpiry } from './key-rules.ts'
import { refuseRevoked } from './key-verbs.ts'
import { holderOf, type Decide, type Resource } from './resource.ts'
import { networkPolicy, viewKey, type KeyPatch } from './schemas/key.ts'

export const KEY: Resource<KeyRow> = {
  noun: 'key',
  find: ({ databases }, { reach }, id) => findKey(databases, reach, id),
  chainOf: ({ organizationId }) => organizationId,
  teamOf: ({ organizationId, projectId }, { databases }) =>
    findTeamId(open(databaseOf(databases, organizationId)), organizationId, projectId),
  update: updateKey,
  show: viewKey,
  body: (row, now) => ({ key: viewKey(row, now) }),
  nameOf: ({ hash }) => ({ kind: 'key', subject: hash }),
  unique: ['external_id'],
}

/** The fields of a key. */
export function keyUpdate(
  { databases }: ControlDeps,
  principal: Pick<Principal, 'reach' | 'permissions'>,
  patch: z.infer<typeof KeyPatch>,
  makeReads: () => KeyReads = () => keyReads(databases, principal.reach),
): Decide<KeyRow> {
  return async (key, at) => {
    if (key.state === 'revoked') return err(refuseRevoked())
    const set = keySet(patch)
    const broken =
      brokenAssignment(principal, set, key) ??
      brokenOtherExpiry(key, set.expiresAt, at) ??
      brokenKeyRule({ ...key, ...set })
    if (broken !== null) return err(broken)
    const reads = makeReads()
    const refused =
      (await missingReference(reads, { ...set, organizationId: key.organizationId })) ??
      (await brokenByChange(reads, key, set))
    if (refused !== null) return err(refused)
    const condition = planStands(databases, key.organizationId, set.planId)
    return ok({ done: 'updated', set, heldBy: holderOf(set, KEY_AT_EDGE), condition })
  }
}

/** What a body says of the row. */
export function keySet(patch: z.infer<typeof KeyPatch>) {
  return onlyGiven({
    name: patch.name,
    scopes: orCleared(patch.scopes, []),
    expiresAt: patch.expires_at,
    planId: patch.plan_id,
    network: patch.network === undefined ? undefined : networkPolicy(patch.network ?? {}),
    tags: orCleared(patch.tags, []),
    metadata: orCleared(patch.metadata, {}),
    externalId: patch.external_id,
    ownerMemberId: patch.owner_member_id,
  })
}

/** What `KeyFacts` (src/model/snapshot.ts) holds of the fields that can be changed. */
export const KEY_AT_EDGE: ReadonlySet<string> = new Set([
  'scopes',
  'expiresAt',
  'planId',
  'network',
  'metadata',
])
