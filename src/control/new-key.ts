// Makes a key: the judgement of what is asked for, the mint, and the row. The secret is plaintext here and in the one
// answer that carries it, nowhere else.
import type { z } from '@hono/zod-openapi'
import { newId } from '../ids.ts'
import { importCheckSecret } from '../keys/check.ts'
import { digestKey } from '../keys/digest.ts'
import { displayForm } from '../keys/format.ts'
import { mintKey } from '../keys/mint.ts'
import type { Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { createKey, type KeyRow } from '../store/api-keys.ts'
import { findOrganization } from '../store/organizations.ts'
import { findPlan } from '../store/plans.ts'
import { findProject, type ProjectRow } from '../store/projects.ts'
import type { ControlDeps, Principal } from './deps.ts'
import { refuseReference, refuseTaken, refuseValue } from './refused.ts'
import { networkPolicy, type NewKey } from './schemas/key.ts'

type Given = z.infer<typeof NewKey>

export interface MadeKey {
  readonly row: KeyRow
  readonly secret: string
}

export async function makeKey(
  deps: ControlDeps,
  principal: Principal,
  given: Given,
): Promise<Result<MadeKey, Refusal>> {
  const at = deps.now()
  const broken = brokenRule(given, at)
  if (broken !== null) return err(broken)
  const project = await findLivingProject(deps, principal, given.project_id)
  if (project === null) return err(refuseReference('/project_id'))
  if (given.plan_id && (await findPlan(deps.databases, given.plan_id)) === null)
    return err(refuseReference('/plan_id'))
  const minted = await mint(deps, project, given)
  if (!minted.ok) return minted
  const secret = minted.value
  const id = newId('key')
  const created = await createKey(deps.databases, {
    id,
    organizationId: project.organizationId,
    projectId: project.id,
    lineage: id,
    hash: await digestKey(secret),
    ...displayForm(secret),
    name: given.name,
    externalId: given.external_id ?? null,
    kind: given.kind,
    environment: given.environment,
    activatedAt: at,
    expiresAt: given.expires_at ?? null,
    scopes: given.scopes ?? [],
    network: networkPolicy(given.network ?? {}),
    planId: given.plan_id ?? null,
    metadata: given.metadata ?? {},
    tags: given.tags ?? [],
    createdBy: principal.id,
    createdAt: at,
    updatedAt: at,
  })
  return created.ok ? ok({ row: created.value, secret }) : err(refuseTaken(created.error.field))
}

function brokenRule({ kind, scopes = [], network, expires_at }: Given, now: number): Refusal | null {
  if (expires_at && expires_at <= now) return refuseValue('/expires_at', 'The time has passed.')
  if (kind !== 'publishable') return null
  if (network?.web_origins === undefined)
    return refuseValue('/network/web_origins', 'A publishable key must be bound to web origins.')
  // No scope is marked as safe for browsers yet, and one that is not marked is not safe.
  if (scopes.length > 0) return refuseValue('/scopes', 'No scope is marked as safe for publishable keys.')
  return null
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

async function mint(
  { findConfig, random }: ControlDeps,
  project: ProjectRow,
  { kind, environment }: Given,
): Promise<Result<string, Refusal>> {
  const config = await findConfig()
  if (!config.ok) return config
  const [newest] = config.value.settings.checkSecrets
  if (newest === undefined) throw new Error('settings hold no check secret')
  const shape = { prefix: project.keyPrefix, region: null, kind, environment }
  return ok(await mintKey(shape, await importCheckSecret(newest), random))
}
