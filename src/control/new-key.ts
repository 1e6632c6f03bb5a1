// Makes a key: the judgement of what is asked for, the mint, and the row.
import type { z } from '@hono/zod-openapi'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { insertKey, newKeyRow, type KeyRow } from '../store/api-keys.ts'
import type { Draft } from '../store/commit.ts'
import { findOrganization } from '../store/organizations.ts'
import { planStands } from '../store/plans.ts'
import { findProject, type ProjectRow } from '../store/projects.ts'
import { brokenAssignment } from './assignment.ts'
import { commitCreation } from './change.ts'
import { renewCopy } from './copies.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { draftCreation } from './draft.ts'
import { brokenPolicy } from './key-policies.ts'
import { keyReads, type KeyReads } from './key-reads.ts'
import { missingReference } from './key-references.ts'
import { brokenExpiry, brokenKeyRule } from './key-rules.ts'
import { openMint, type MintedKey } from './minted-key.ts'
import { refuseReference } from './refused.ts'
import { networkPolicy, viewKey, type NewKey } from './schemas/key.ts'

type Given = z.infer<typeof NewKey>

export interface MadeKey {
  readonly row: KeyRow
  readonly secret: string
}

/**
 * Stores a new key and puts its copy where the gateway looks. The feed learns nothing: nobody can hold a copy of a key that
 * did not exist, and an isolate that was asked for it before believes in its absence for seconds only.
 */
export async function makeKey(
  deps: ControlDeps,
  principal: Principal,
  given: Given,
): Promise<Result<MadeKey, Refusal>> {
  const at = deps.now()
  const broken = brokenFields(given, principal, at)
  if (broken !== null) return err(broken)
  const project = await findLivingProject(deps, principal, given.project_id)
  if (project === null) return err(refuseReference('/project_id'))
  const mint = await openMint(deps)
  if (!mint.ok) return mint
  const { secret, imprint } = await mint.value(project, given)
  const row = rowOf(given, project, imprint, principal, at)
  const draft = () => {
    const find = (id: string) => findLivingProject(deps, principal, id)
    return draftKey(deps, row, keyReads(deps.databases, principal.reach), find)
  }
  const committed = await commitCreation(deps, principal, {
    chain: project.organizationId,
    draft,
    unique: ['external_id'],
  })
  if (!committed.ok) return committed
  const made = committed.value
  // `stamp` first: the copy is then stamped with what was known before D1 is read.
  await renewCopy(deps, { kind: 'key', subject: made.hash }, deps.stamp())
  return ok({ row: made, secret })
}

/** What is wrong with the fields, whatever is stored. */
export function brokenFields(given: Given, principal: Principal, at: number): Refusal | null {
  const { kind, scopes = [], network = {} } = given
  return (
    brokenAssignment(principal, { planId: given.plan_id ?? null }) ??
    brokenExpiry(given.expires_at, at) ??
    brokenKeyRule({ kind, scopes, network: networkPolicy(network) })
  )
}

/** @param find the project, if it is not deleted and within reach */
export async function draftKey(
  { databases }: ControlDeps,
  row: KeyRow,
  reads: KeyReads,
  find: (id: string) => Promise<ProjectRow | null>,
  action: 'key.created' | 'key.imported' = 'key.created',
): Promise<Result<Draft<KeyRow>, Refusal>> {
  const project = await find(row.projectId)
  if (project === null) return err(refuseReference('/project_id'))
  const refused = (await missingReference(reads, row)) ?? (await brokenPolicy(reads, row))
  if (refused !== null) return err(refused)
  const about = {
    action,
    teamId: project.teamId,
    publish: null,
    condition: planStands(databases, row.organizationId, row.planId),
  }
  return ok(draftCreation(keptBy(project, row), (shown) => viewKey(shown, row.createdAt), insertKey, about))
}

/** The key as its project keeps it now: it may have been told to forget its keys since this one was sealed. */
export function keptBy({ recoverable }: Pick<ProjectRow, 'recoverable'>, row: KeyRow): KeyRow {
  return recoverable ? row : { ...row, sealed: null }
}

// A project of a deleted organization is gone with it: its keys would be born revoked.
async function findLivingProject(
  { databases }: ControlDeps,
  { reach }: Principal,
  id: string,
): Promise<ProjectRow | null> {
  const project = await findProject(databases, reach, id)
  if (project === null) return null
  return (await findOrganization(databases, reach, project.organizationId)) === null ? null : project
}

export function rowOf(
  given: Given,
  project: ProjectRow,
  imprint: MintedKey['imprint'] & Partial<KeyRow>,
  { id: createdBy }: Principal,
  at: number,
): KeyRow {
  return newKeyRow({
    ...imprint,
    organizationId: project.organizationId,
    projectId: project.id,
    lineage: imprint.id,
    name: given.name,
    externalId: given.external_id ?? null,
    kind: given.kind,
    environment: given.environment,
    activatedAt: at,
    expiresAt: given.expires_at ?? null,
    scopes: given.scopes ?? [],
    network: networkPolicy(given.network ?? {}),
    planId: given.plan_id ?? null,
    ownerMemberId: given.owner_member_id ?? null,
    metadata: given.metadata ?? {},
    tags: given.tags ?? [],
    createdBy,
    createdAt: at,
    updatedAt: at,
  })
}
