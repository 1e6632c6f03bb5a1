// Shows a key again, in the projects that keep their keys readable. That it was shown is written down before it leaves.
import { openKey } from '../keys/recoverable.ts'
import { refuse, type Refusal } from '../problem.ts'
import { err, ok, type Result } from '../result.ts'
import { findKey, type KeyRow } from '../store/api-keys.ts'
import type { Draft } from '../store/commit.ts'
import { findProject, type ProjectRow } from '../store/projects.ts'
import { commitCreation } from './change.ts'
import type { ControlDeps, Principal } from './deps.ts'

export interface RevealedKey {
  readonly key: KeyRow
  readonly secret: string
}

export async function revealKey(
  deps: ControlDeps,
  principal: Principal,
  id: string,
): Promise<Result<RevealedKey, Refusal>> {
  const found = await findKey(deps.databases, principal.reach, id)
  if (found === null) return err(refuse('not_found'))
  const draft = () => draftReveal(deps, principal, id)
  return commitCreation(deps, principal, { chain: found.organizationId, draft, unique: [] })
}

// The key is opened before the event is written, and told by nobody until it is: what cannot be opened was not revealed.
async function draftReveal(
  deps: ControlDeps,
  { reach }: Principal,
  id: string,
): Promise<Result<Draft<RevealedKey>, Refusal>> {
  const key = await findKey(deps.databases, reach, id)
  const project = key === null ? null : await findProject(deps.databases, reach, key.projectId)
  if (key === null || project === null) return err(refuse('not_found'))
  const opened = await open(deps, key, project)
  if (!opened.ok) return opened
  const target = { type: 'key', id }
  const account = { action: 'key.revealed', target, teamId: project.teamId, changes: {} }
  return ok({ result: { key, secret: opened.value }, statements: () => [], account, publish: null })
}

async function open(
  { config }: ControlDeps,
  key: KeyRow,
  { recoverable }: ProjectRow,
): Promise<Result<string, Refusal>> {
  if (key.state === 'revoked') return refuseConflict('The key is revoked.')
  if (!recoverable || key.sealed === null)
    return refuseConflict('The key was not kept: its project was not recoverable when it was made.')
  const { secret, previousSecret } = config
  const secrets = previousSecret === null ? [secret] : [secret, previousSecret]
  const opened = await openKey(key.sealed, { organizationId: key.organizationId, keyId: key.id }, secrets)
  return opened === null
    ? refuseConflict('The key was sealed under a LATCHKEY_SECRET that is no longer set.')
    : ok(opened)
}

function refuseConflict(detail: string): Result<never, Refusal> {
  return err(refuse('conflict', { detail }))
}
